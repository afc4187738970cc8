// The one entity of tests that follow it through versions: its number is its description.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace aureacore::server {

constexpr std::string_view shop_path = "/api/catalog/entities/by-name/component/default/shop";

inline std::string shop(std::uint64_t number) {
  return fmt::format(
      "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  description: '{}'\n"
      "spec:\n  type: service\n  lifecycle: production\n  owner: team\n",
      number);
}

}  // namespace aureacore::server
