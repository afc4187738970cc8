// Relations between entities. Each type has an inverse: what one entity's document says, the other entity shows too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::entity {

enum class RelationType : std::uint8_t {
  api_consumed_by,
  api_provided_by,
  child_of,
  consumes_api,
  dependency_of,
  depends_on,
  has_member,
  has_part,
  member_of,
  owned_by,
  owner_of,
  parent_of,
  part_of,
  provides_api,
};

// "apiConsumedBy" and so on. The enumerators are in the order of these names.
std::string_view name(RelationType type);
RelationType inverse(RelationType type);

// "this entity --type--> target": target is a canonical reference, whether or not it exists.
struct Relation {
  RelationType type;
  std::string target;

  friend auto operator<=>(const Relation&, const Relation&) = default;
};

}  // namespace aureacore::entity
