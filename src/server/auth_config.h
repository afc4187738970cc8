// AuthConfig: who may do what, as the section "auth" of a configuration says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auth/limiter.h"
#include "auth/policy.h"
#include "http/tls.h"
#include "server/section.h"

namespace aureacore::server {

// An issuer of JSON Web Tokens, and where its keys are.
struct IssuerConfig {
  auth::Issuer issuer;  // without its keys
  std::string place;    // a file or an address
  bool is_url = false;
  base::Duration refresh = std::chrono::minutes(5);
};

struct AuthConfig {
  static constexpr std::size_t max_tokens = 1'000;
  static constexpr std::size_t max_issuers = 16;

  std::optional<auth::Role> anonymous;  // nothing: see policy_of()
  bool open_metrics = false;
  std::vector<auth::StaticToken> tokens;
  std::vector<IssuerConfig> issuers;

  // Whether the configuration says in so many words who may do what.
  [[nodiscard]] bool said() const { return anonymous.has_value() || !tokens.empty() || !issuers.empty(); }
};

struct AuthPlaces {
  std::filesystem::path directory;  // that relative paths begin at
  bool insecure = false;            // whether keys may come by http://
};

void read_auth(Section& section, const AuthPlaces& places, AuthConfig& config);
void read_rate_limit(Section& section, auth::RateLimit& limit);
// Nothing: plain HTTP.
void read_tls(Section& section, const std::filesystem::path& directory, std::optional<http::TlsOptions>& tls);

// Without keys. Where nothing is said, everybody may everything, as long as they name this machine (the address is a loopback
// one then); where tokens are, nobody may anything without one.
auth::Policy policy_of(const AuthConfig& config);

// Whether only this machine can reach the address.
bool is_loopback(const std::string& host);

}  // namespace aureacore::server
