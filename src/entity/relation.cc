#include "entity/relation.h"

#include <array>

namespace aureacore::entity {
namespace {

struct Row {
  std::string_view name;
  RelationType inverse;
};

constexpr std::array<Row, 14> rows{{
    {"apiConsumedBy", RelationType::consumes_api},
    {"apiProvidedBy", RelationType::provides_api},
    {"childOf", RelationType::parent_of},
    {"consumesApi", RelationType::api_consumed_by},
    {"dependencyOf", RelationType::depends_on},
    {"dependsOn", RelationType::dependency_of},
    {"hasMember", RelationType::member_of},
    {"hasPart", RelationType::part_of},
    {"memberOf", RelationType::has_member},
    {"ownedBy", RelationType::owner_of},
    {"ownerOf", RelationType::owned_by},
    {"parentOf", RelationType::child_of},
    {"partOf", RelationType::has_part},
    {"providesApi", RelationType::api_provided_by},
}};

}  // namespace

std::string_view name(RelationType type) { return rows[static_cast<std::size_t>(type)].name; }
RelationType inverse(RelationType type) { return rows[static_cast<std::size_t>(type)].inverse; }

}  // namespace aureacore::entity
