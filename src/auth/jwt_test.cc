#include "auth/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "auth/testing.h"

namespace aureacore::auth {
namespace {

using ::testing::HasSubstr;
using testing::Signer;
using Type = Signer::Type;

constexpr std::int64_t now_seconds = 1'800'000'000;
const base::WallTime now{std::chrono::seconds(now_seconds)};

std::shared_ptr<const KeySet> keys_of(const std::string& items) {
  auto set = KeySet::parse("{\"keys\":[" + items + "]}");
  EXPECT_TRUE(set) << set.error().message;
  return set ? std::make_shared<const KeySet>(*std::move(set)) : nullptr;
}

std::string claims(std::string_view more = "") {
  return fmt::format(R"({{"iss":"https://issuer","aud":"catalog","sub":"ada","exp":{}{}}})", now_seconds + 600, more);
}

class JwtTest : public ::testing::Test {
 protected:
  // "name role", or nothing.
  std::string verify(std::string_view token, base::WallTime at = now) const {
    const auto verified = verify_jwt(token, {issuer_}, at);
    if (!verified) return "";
    return verified->principal.name + " " + std::string(name(verified->principal.role));
  }

  Signer signer_{Type::p256};
  Issuer issuer_{.issuer = "https://issuer",
                 .audience = "catalog",
                 .role = Role::read,
                 .rules = {{.claim = "groups", .value = "platform", .role = Role::admin},
                           {.claim = "scope", .value = "refresh", .role = Role::refresh},
                           {.claim = "/realm/roles", .value = "root", .role = Role::admin}},
                 .keys = keys_of(signer_.jwk())};
};

TEST_F(JwtTest, BelievesWhatAKeyOfTheIssuerSigned) {
  const auto verified = verify_jwt(signer_.sign(claims()), {issuer_}, now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->principal.name, "ada");
  EXPECT_EQ(verified->principal.bucket, "https://issuer\nada") << "not that of a token with this name";
  EXPECT_EQ(verified->principal.role, Role::read);
  EXPECT_EQ(verified->until, now + std::chrono::seconds(660));
}

TEST_F(JwtTest, KnowsThreeAlgorithms) {
  for (const Type type : {Type::rsa, Type::p256, Type::ed25519}) {
    const Signer signer(type);
    issuer_.keys = keys_of(signer.jwk());
    EXPECT_EQ(verify(signer.sign(claims())), "ada read") << signer.algorithm();
    std::string token = signer.sign(claims());
    token[token.rfind('.') + 5] ^= 1;
    EXPECT_EQ(verify(token), "") << signer.algorithm();
    EXPECT_EQ(verify(Signer(type).sign(claims())), "") << "another key for " << signer.algorithm();
  }
}

TEST_F(JwtTest, LetsNoTokenChooseItsAlgorithm) {
  EXPECT_EQ(verify(base::base64url_encode(R"({"alg":"none"})") + "." + base::base64url_encode(claims()) + "."), "");
  // The public key's text as the secret of an HMAC.
  const std::string text =
      base::base64url_encode(R"({"alg":"HS256","kid":"k1"})") + "." + base::base64url_encode(claims());
  const std::string secret = signer_.jwk();
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  EXPECT_EQ(verify(text + "." + base::base64url_encode({reinterpret_cast<const char*>(mac.data()), size})), "");
  for (const char* algorithm : {"RS256", "EdDSA", "es256", "ES384", ""}) {
    EXPECT_EQ(verify(signer_.sign(fmt::format(R"({{"alg":"{}","kid":"k1"}})", algorithm), claims())), "") << algorithm;
  }
  EXPECT_EQ(verify(signer_.sign(R"({"alg":"ES256","kid":"k1","crit":["exp"]})", claims())), "");
}

TEST_F(JwtTest, FindsTheKeyByItsName) {
  const Signer second(Type::p256, "k2");
  EXPECT_EQ(verify(second.sign(claims())), "");
  EXPECT_EQ(verify(signer_.sign(R"({"alg":"ES256"})", claims())), "ada read") << "there is one alone";
  issuer_.keys = keys_of(signer_.jwk() + "," + second.jwk());
  EXPECT_EQ(verify(second.sign(claims())), "ada read");
  EXPECT_EQ(verify(signer_.sign(claims())), "ada read");
  EXPECT_EQ(verify(signer_.sign(R"({"alg":"ES256"})", claims())), "");
  EXPECT_EQ(verify(signer_.sign(R"({"alg":"ES256","kid":"k2"})", claims())), "");
  EXPECT_EQ(verify(signer_.sign(R"({"alg":"ES256","kid":1})", claims())), "");
  issuer_.keys = nullptr;
  EXPECT_EQ(verify(signer_.sign(claims())), "");
}

TEST_F(JwtTest, HoldsTimesAgainstTheClockWithSomeSkew) {
  const std::string token = signer_.sign(claims(fmt::format(R"(,"nbf":{})", now_seconds)));
  EXPECT_EQ(verify(token, now + std::chrono::seconds(659)), "ada read");
  EXPECT_EQ(verify(token, now + std::chrono::seconds(660)), "");
  EXPECT_EQ(verify(token, now - std::chrono::seconds(60)), "ada read");
  EXPECT_EQ(verify(token, now - std::chrono::seconds(61)), "");
}

TEST_F(JwtTest, WantsEveryClaimThatCounts) {
  for (const char* wrong : {
           R"({"aud":"catalog","sub":"ada","exp":1800000600})",
           R"({"iss":"https://issuer/","aud":"catalog","sub":"ada","exp":1800000600})",
           R"({"iss":"https://issuer","sub":"ada","exp":1800000600})",
           R"({"iss":"https://issuer","aud":"other","sub":"ada","exp":1800000600})",
           R"({"iss":"https://issuer","aud":["other"],"sub":"ada","exp":1800000600})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"ada"})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"ada","exp":"1800000600"})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"ada","exp":1e300})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"ada","exp":18000100600})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"ada","exp":1800000600,"nbf":"now"})",
           R"({"iss":"https://issuer","aud":"catalog","exp":1800000600})",
           R"({"iss":"https://issuer","aud":"catalog","sub":"","exp":1800000600})",
           R"({"iss":"https://issuer","aud":"catalog","sub":7,"exp":1800000600})",
           R"([])",
           R"({"iss":)",
       }) {
    EXPECT_EQ(verify(signer_.sign(wrong)), "") << wrong;
  }
  EXPECT_EQ(verify(signer_.sign(R"({"iss":"https://issuer","aud":["x","catalog"],"sub":"ada","exp":1800000600.5})")),
            "ada read");
  for (const char* token : {"", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "!.!.!"})
    EXPECT_EQ(verify(token), "");
}

TEST_F(JwtTest, GivesTheHighestRoleThatAClaimEarns) {
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"groups":["x","platform"])"))), "ada admin");
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"groups":"platform")"))), "ada admin");
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"groups":["platforms"])"))), "ada read");
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"scope":"openid refresh")"))), "ada refresh");
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"realm":{"roles":["root"]},"scope":"refresh")"))), "ada admin");
  issuer_.role = Role::none;
  EXPECT_EQ(verify(signer_.sign(claims())), "ada none");
  issuer_.name_claim = "email";
  EXPECT_EQ(verify(signer_.sign(claims(R"(,"email":"ada@example.com")"))), "ada@example.com none");
}

TEST(KeySet, PassesOverWhatIsOfNoUse) {
  const Signer good(Type::ed25519);
  const std::string items = fmt::format(
      R"({{"kty":"oct","k":"c2VjcmV0"}},{{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}},{{"kty":"RSA","n":"AQAB","e":"AQAB"}},)"
      R"({{"use":"enc",{0}}},{{"alg":"RS256",{0}}},{{"use":"sig","alg":"EdDSA",{0}}},7)",
      good.members());
  EXPECT_EQ(keys_of(items)->size(), 1);
}

TEST(KeySet, SaysWhatIsWrong) {
  const auto error = [](const std::string& json) { return KeySet::parse(json).error().message; };
  EXPECT_THAT(error("nonsense"), HasSubstr("expected a JSON Web Key Set"));
  EXPECT_THAT(error("{}"), HasSubstr("expected a JSON Web Key Set"));
  EXPECT_THAT(error(R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})"), HasSubstr("found 1 others"));
  EXPECT_THAT(error(std::string(KeySet::max_bytes + 1, ' ')), HasSubstr("at most"));
  std::string many = "{}";
  for (std::size_t i = 0; i < KeySet::max_keys; ++i) many += ",{}";
  EXPECT_THAT(error("{\"keys\":[" + many + "]}"), HasSubstr("found 65"));
}

}  // namespace
}  // namespace aureacore::auth
