#include "auth/role.h"

#include <algorithm>
#include <array>

namespace aureacore::auth {
namespace {

constexpr std::array<std::string_view, 4> names{"none", "read", "refresh", "admin"};

}  // namespace

std::string_view name(Role role) { return names[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) {
  const auto* const at = std::ranges::find(names, text);
  if (at == names.end()) return std::nullopt;
  return static_cast<Role>(at - names.begin());
}

}  // namespace aureacore::auth
