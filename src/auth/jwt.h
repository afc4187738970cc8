// JSON Web Tokens (RFC 7519, 8725): what one says, and whether that may be believed.
//
// Signed ones in their compact form alone. The algorithm is the key's, never the token's to choose; a header with "crit" is
// refused; issuer, audience and "exp" must be there and fit. Pure; any thread. What can't be believed is nothing, without a
// reason: whoever has made it up shall learn none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwks.h"
#include "auth/verified.h"
#include "base/clock.h"

namespace aureacore::auth {

// Of several that fit, the highest role is given.
struct RoleRule {
  std::string claim;  // its name, or a JSON pointer as in "/realm_access/roles"
  std::string value;  // the claim's, one of its list's, or one of its words' ("scope")
  Role role = Role::none;
  friend bool operator==(const RoleRule&, const RoleRule&) = default;
};

struct Issuer {
  static constexpr std::size_t max_name_bytes = 256;

  std::string issuer;                              // "iss", to the letter
  std::string audience;                            // "aud", or one of its list
  base::Duration skew = std::chrono::seconds(60);  // by which clocks may differ
  std::string name_claim = "sub";                  // that names the caller
  Role role = Role::none;                          // where no rule gives one
  std::vector<RoleRule> rules;
  std::shared_ptr<const KeySet> keys = nullptr;  // null: not there yet, nothing is believed
  friend bool operator==(const Issuer&, const Issuer&) = default;
};

std::optional<Verified> verify_jwt(std::string_view token, const std::vector<Issuer>& issuers, base::WallTime now);

}  // namespace aureacore::auth
