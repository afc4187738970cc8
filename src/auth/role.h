// Role: what a caller may do. Each may what those before it may. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aureacore::auth {

enum class Role : std::uint8_t {
  none,
  read,     // all that is in the catalog
  refresh,  // ask for a check of a source
  admin,    // change how the service goes on
};

std::string_view name(Role role);
std::optional<Role> parse_role(std::string_view text);

// Who asks, as far as is known.
struct Principal {
  std::string name;  // empty: nobody in particular
  Role role = Role::none;
  std::string bucket = {};  // what its requests are counted under; empty: its name

  friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace aureacore::auth
