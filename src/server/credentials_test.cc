#include "server/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "auth/gate.h"
#include "auth/testing.h"

namespace aureacore::server {
namespace {

using auth::testing::Signer;
using ::testing::HasSubstr;

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() { std::filesystem::create_directories(folder_); }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }

  IssuerConfig issuer(const std::string& place, bool is_url) const {
    return {
        .issuer = {.issuer = place, .audience = "catalog", .role = auth::Role::read}, .place = place, .is_url = is_url};
  }
  std::string key_set(const Signer& signer) const { return "{\"keys\":[" + signer.jwk() + "]}"; }
  void write(const std::string& file, const std::string& text) const { std::ofstream(file) << text; }
  bool believes(const Signer& signer, const std::string& issuer) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
    const std::string token =
        signer.sign(fmt::format(R"({{"iss":"{}","aud":"catalog","sub":"ada","exp":{}}})", issuer, now + 60));
    return policy_.get()->verify(token, clock_.wall()).has_value();
  }
  std::string metric(const std::string& name) {
    metrics::Registry registry;
    credentials_.register_metrics(registry);
    const std::string all = registry.expose();
    const auto at = all.find("\n" + name + " ");
    return at == std::string::npos ? ""
                                   : all.substr(at + name.size() + 2, all.find('\n', at + 1) - at - name.size() - 2);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("aureacore-credentials-{}", ::getpid());
  base::ManualClock clock_;
  std::string lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) { lines_ += line; }};
  auth::PolicySlot policy_{1};
  std::map<std::string, std::string> web_;
  int fetches_ = 0;
  Credentials credentials_{{clock_, log_, policy_, [this](const std::string& url, const std::stop_token&) {
                              ++fetches_;
                              const auto at = web_.find(url);
                              if (at != web_.end()) return base::Result<std::string>(at->second);
                              return base::Result<std::string>(base::fail(base::Code::unavailable, "nobody answers"));
                            }}};
  const Signer first_{Signer::Type::ed25519, "first"};
  const Signer second_{Signer::Type::ed25519, "second"};
};

TEST_F(CredentialsTest, TakesKeysFromFilesAndAddressesAndLooksAgain) {
  const std::string file = (folder_ / "keys.json").string();
  const std::string url = "https://issuer/keys";
  write(file, key_set(first_));
  AuthConfig config;
  config.issuers = {issuer(file, false), issuer(url, true)};
  credentials_.take_over(config);
  EXPECT_FALSE(believes(first_, file)) << "nothing has been read yet";
  web_[url] = key_set(second_);
  credentials_.look();
  EXPECT_TRUE(believes(first_, file));
  EXPECT_FALSE(believes(second_, file));
  EXPECT_TRUE(believes(second_, url));
  write(file, key_set(second_));
  clock_.advance(std::chrono::minutes(5) - std::chrono::seconds(1));
  credentials_.look();
  EXPECT_EQ(fetches_, 1);
  EXPECT_TRUE(believes(first_, file));
  clock_.advance(std::chrono::seconds(1));
  credentials_.look();
  EXPECT_EQ(fetches_, 2);
  EXPECT_FALSE(believes(first_, file));
  EXPECT_TRUE(believes(second_, file));
}

TEST_F(CredentialsTest, KeepsTheLastGoodKeysWhereNobodyAnswers) {
  const std::string url = "https://issuer/keys";
  AuthConfig config;
  config.issuers = {issuer(url, true)};
  web_[url] = key_set(first_);
  credentials_.take_over(config);
  credentials_.look();
  for (const std::string bad : {"", "nonsense", R"({"keys":[]})"}) {
    web_[url] = bad;
    if (bad.empty()) web_.clear();
    clock_.advance(std::chrono::minutes(5));
    credentials_.look();
    EXPECT_TRUE(believes(first_, url));
  }
  EXPECT_EQ(metric("aureacore_auth_key_failures_total"), "3");
  EXPECT_THAT(lines_, HasSubstr("keys not refreshed, the last ones stay"));
  EXPECT_THAT(lines_, HasSubstr("nobody answers"));
  // Sooner than after a success.
  web_[url] = key_set(second_);
  clock_.advance(Credentials::look_interval);
  credentials_.look();
  EXPECT_TRUE(believes(second_, url));
}

TEST_F(CredentialsTest, KeepsKeysThroughAReloadOfTheConfiguration) {
  const std::string url = "https://issuer/keys";
  AuthConfig config;
  config.issuers = {issuer(url, true)};
  web_[url] = key_set(first_);
  credentials_.take_over(config);
  credentials_.look();
  web_.clear();
  config.issuers[0].issuer.role = auth::Role::admin;
  credentials_.take_over(config);
  EXPECT_TRUE(believes(first_, url));
  config.issuers[0].place = "https://other/keys";
  credentials_.take_over(config);
  EXPECT_FALSE(believes(first_, url));
}

TEST_F(CredentialsTest, ReloadsACertificateWhoseFilesChanged) {
  const auto make = [&](const std::string& name, int days) {
    const std::string command = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {0}.key -out {0}.pem -days {1} "
        "-subj /CN=x 2>&1",
        (folder_ / name).string(), days);
    FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_EQ(::pclose(pipe), 0);
  };
  make("a", 2);
  make("b", 3);
  const http::TlsOptions options{.certificate_file = (folder_ / "a.pem").string(),
                                 .key_file = (folder_ / "a.key").string()};
  const auto slot = std::make_shared<http::TlsSlot>(http::TlsContext::load(options).value());
  const auto before = slot->get();
  credentials_.watch(options, slot);
  credentials_.look();
  EXPECT_EQ(slot->get(), before);
  std::filesystem::rename(folder_ / "b.pem", folder_ / "a.pem");
  credentials_.look();
  EXPECT_EQ(slot->get(), before) << "the key is the old one's";
  EXPECT_THAT(lines_, HasSubstr("certificate not reloaded, the last one stays"));
  std::filesystem::rename(folder_ / "b.key", folder_ / "a.key");
  credentials_.look();
  EXPECT_GT(slot->get()->ends(), before->ends());
  EXPECT_EQ(metric("aureacore_tls_certificate_failures_total"), "1");
  EXPECT_NE(metric("aureacore_tls_certificate_expiry_timestamp_seconds"), "");
  const auto reloaded = slot->get();
  credentials_.reload_certificate();
  EXPECT_NE(slot->get(), reloaded);
}

TEST_F(CredentialsTest, EndsPromptly) {
  credentials_.start();
  credentials_.take_over({});
  credentials_.stop();
}

}  // namespace
}  // namespace aureacore::server
