// AuthConfig: who may do what, as the section "auth" of a configuration says.
#pragma once

#include <optional>
#include <string>

#include "auth/policy.h"
#include "server/section.h"

namespace aureacore::server {

struct AuthConfig {
  static constexpr std::size_t max_tokens = 1'000;

  std::optional<auth::Role> anonymous;  // nothing: see policy_of()
  bool open_metrics = false;
  std::vector<auth::StaticToken> tokens;

  // Whether the configuration says in so many words who may do what.
  [[nodiscard]] bool said() const { return anonymous.has_value() || !tokens.empty(); }
};

void read_auth(Section& section, AuthConfig& config);

// Where nothing is said, everybody may everything; where tokens are, nobody may anything without one.
auth::Policy policy_of(const AuthConfig& config);

// Whether only this machine can reach the address.
bool is_loopback(const std::string& host);

}  // namespace aureacore::server
