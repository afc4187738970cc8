#include "hooks/proof.h"

#include <gtest/gtest.h>

#include "hooks/testing.h"

namespace aureacore::hooks {
namespace {

using testing::secret;
using namespace std::chrono_literals;

// The check vector that GitHub documents.
constexpr std::string_view body = "Hello, World!";
constexpr const char* key = "It's a Secret to Everybody";
const std::string digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const auto now = base::WallTime(1'614'265'330s);

Finding check(const std::vector<Header>& headers, std::string_view text = body,
              std::vector<Secret> secrets = {secret(key)}, base::WallTime at = now) {
  const Request request{headers, text};
  return Proof::read(request, detect(request)).check(secrets, at);
}

TEST(ProofTest, KnowsTheCheckVectorFromEachSender) {
  const std::string prefixed = "sha256=" + digits;
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", prefixed}}), Finding::right);
  EXPECT_EQ(check({{"X-Forgejo-Event", "push"}, {"X-Forgejo-Signature", digits}}), Finding::right);
  EXPECT_EQ(check({{"X-Gitea-Event", "push"}, {"X-Gitea-Signature", digits}}), Finding::right);
  EXPECT_EQ(check({{"X-Gogs-Event", "push"}, {"X-Gogs-Signature", digits}}), Finding::right);
  EXPECT_EQ(check({{"X-Event-Key", "repo:push"}, {"X-Hook-UUID", "1"}, {"X-Hub-Signature", prefixed}}), Finding::right);
  EXPECT_EQ(check({{"X-Event-Key", "repo:refs_changed"}, {"X-Hub-Signature", prefixed}}), Finding::right);
  EXPECT_EQ(check({{"Gotk-Component", "x"}, {"X-Signature", prefixed}}), Finding::right);
  EXPECT_EQ(check({{"X-Signature", prefixed}}), Finding::right);
  EXPECT_EQ(check({{"X-Signature",
                    "sha256=" + std::string("757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17")}}),
            Finding::right);
}

TEST(ProofTest, KnowsSha512) {
  // printf 'Hello, World!' | openssl dgst -sha512 -hmac "It's a Secret to Everybody"
  EXPECT_EQ(check({{"X-Signature",
                    "sha512="
                    "11ed355a617e98134e842012a7944ccf59c10256cb182357bd7e3a42013ff07c376f8c14cf5cc1923da20b51d64256b2fb"
                    "8ebbf100aa67a61326f61fea8111bc"}}),
            Finding::right);
}

TEST(ProofTest, RefusesWhatIsNotTheSignature) {
  const auto github = [](const std::string& value) {
    return check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", value}});
  };
  EXPECT_EQ(github("sha256=" + digits.substr(0, 62)), Finding::wrong);
  EXPECT_EQ(github("sha256=" + digits.substr(0, 63)), Finding::wrong);
  EXPECT_EQ(github("sha256=" + digits + "00"), Finding::wrong);
  EXPECT_EQ(github("sha1=" + digits), Finding::wrong);
  EXPECT_EQ(github(digits), Finding::wrong);
  EXPECT_EQ(github("sha256=g" + digits.substr(1)), Finding::wrong);
  EXPECT_EQ(github("sha256=0" + digits.substr(1)), Finding::wrong);
  EXPECT_EQ(github("sha256=" + std::string(100'000, '0')), Finding::wrong);
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", "sha256=" + digits}}, "Hello, World"),
            Finding::wrong);
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", "sha256=" + digits}}, body, {secret("other")}),
            Finding::wrong);
  // Of another sender.
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Signature", "sha256=" + digits}}), Finding::none);
}

TEST(ProofTest, TakesAnEmptySignatureForNone) {
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", "sha256="}}), Finding::none);
  EXPECT_EQ(check({{"X-Gitea-Event", "push"}, {"X-Gitea-Signature", ""}, {"X-Hub-Signature-256", "sha256="}}),
            Finding::none);
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}}), Finding::none);
  EXPECT_EQ(check({{"X-Gitlab-Event", "Push Hook"}, {"X-Gitlab-Token", ""}}), Finding::none);
}

TEST(ProofTest, RefusesTwoSignatures) {
  const std::string right = "sha256=" + digits;
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", right}, {"x-hub-signature-256", "sha256=00"}}),
            Finding::wrong);
  EXPECT_EQ(check({{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", ""}, {"x-hub-signature-256", right}}),
            Finding::wrong);
  EXPECT_EQ(check({{"X-Gitlab-Event", "Push Hook"}, {"X-Gitlab-Token", key}, {"X-Gitlab-Token", "x"}}), Finding::wrong);
}

TEST(ProofTest, TakesEitherOfTwoSecrets) {
  const std::string right = "sha256=" + digits;
  const std::vector<Header> headers{{"X-GitHub-Event", "push"}, {"X-Hub-Signature-256", right}};
  EXPECT_EQ(check(headers, body, {secret("new"), secret(key)}), Finding::right);
  EXPECT_EQ(check(headers, body, {secret(key), secret("new")}), Finding::right);
  EXPECT_EQ(check(headers, body, {secret("new"), secret("newer")}), Finding::wrong);
  EXPECT_EQ(check(headers, body, {}), Finding::wrong);
}

TEST(ProofTest, ComparesTokens) {
  const auto gitlab = [](const std::string& token) {
    return check({{"X-Gitlab-Event", "Push Hook"}, {"X-Gitlab-Token", token}});
  };
  EXPECT_EQ(gitlab(key), Finding::right);
  EXPECT_EQ(gitlab("It's a Secret to Everybod"), Finding::wrong);
  EXPECT_EQ(gitlab("It's a Secret to Everybody "), Finding::wrong);
}

TEST(ProofTest, ReadsAuthorization) {
  const auto azure = [](const std::string& value) {
    return check({{"X-Vss-Activityid", "1"}, {"Authorization", value}});
  };
  EXPECT_EQ(azure("Basic YWRhOkl0J3MgYSBTZWNyZXQgdG8gRXZlcnlib2R5"), Finding::right);
  EXPECT_EQ(azure("basic Okl0J3MgYSBTZWNyZXQgdG8gRXZlcnlib2R5"), Finding::right);
  EXPECT_EQ(azure("Basic YWRhOng="), Finding::wrong);
  EXPECT_EQ(azure("Basic YWRh"), Finding::wrong);
  EXPECT_EQ(azure("Basic !"), Finding::wrong);
  EXPECT_EQ(azure("Basic"), Finding::wrong);
  EXPECT_EQ(azure("Digest x"), Finding::wrong);
  EXPECT_EQ(check({{"Authorization", std::string("Bearer ") + key}}), Finding::right);
  EXPECT_EQ(check({{"Authorization", "Bearer x"}}), Finding::wrong);
}

// The example of the specification of Standard Webhooks.
class StandardTest : public ::testing::Test {
 protected:
  static constexpr std::string_view payload = R"({"test": 2432232314})";
  static constexpr const char* standard = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  static constexpr std::string_view signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  static Finding ask(const std::vector<Header>& more, base::WallTime at = now, const char* with = standard) {
    std::vector<Header> headers{{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"}, {"webhook-timestamp", "1614265330"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return check(headers, payload, {secret(with)}, at);
  }
};

TEST_F(StandardTest, KnowsTheExample) {
  EXPECT_EQ(ask({{"webhook-signature", signature}}), Finding::right);
  EXPECT_EQ(ask({{"X-Gitlab-Event", "Push Hook"}, {"webhook-signature", signature}}), Finding::right);
  EXPECT_EQ(ask({{"webhook-signature", "v1,AAAA v1a,x " + std::string(signature)}}), Finding::right);
  EXPECT_EQ(ask({{"webhook-signature", signature}}, now, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Finding::wrong);
}

TEST_F(StandardTest, RefusesOtherTimes) {
  EXPECT_EQ(ask({{"webhook-signature", signature}}, now + 5min), Finding::right);
  EXPECT_EQ(ask({{"webhook-signature", signature}}, now + 5min + 1s), Finding::old);
  EXPECT_EQ(ask({{"webhook-signature", signature}}, now - 5min - 1s), Finding::old);
}

TEST_F(StandardTest, RefusesWhatIsMissingOrTwice) {
  EXPECT_EQ(ask({{"webhook-signature", "v1,"}}), Finding::wrong);
  EXPECT_EQ(ask({{"webhook-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}}), Finding::wrong);
  EXPECT_EQ(ask({{"webhook-signature", signature}, {"webhook-id", "x"}}), Finding::wrong);
  EXPECT_EQ(check({{"webhook-signature", signature}}), Finding::wrong);
  EXPECT_EQ(check({{"webhook-id", "x"}, {"webhook-timestamp", "soon"}, {"webhook-signature", signature}}),
            Finding::wrong);
  // It goes before a token.
  EXPECT_EQ(ask({{"X-Gitlab-Event", "Push Hook"}, {"webhook-signature", "v1,AAAA"}, {"X-Gitlab-Token", standard}}),
            Finding::wrong);
}

TEST(SecretTest, RefusesWhatIsNoSecret) {
  EXPECT_FALSE(Secret::parse(""));
  EXPECT_FALSE(Secret::parse("whsec_"));
  EXPECT_FALSE(Secret::parse("whsec_not base64"));
  EXPECT_TRUE(Secret::parse("whsec_AAAA"));
}

}  // namespace
}  // namespace aureacore::hooks
