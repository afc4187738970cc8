// The kinds of entities that are known without configuration, as one table: their fields and what refers to other
// entities.
#pragma once

#include <span>
#include <string_view>

#include "definition/fields.h"
#include "entity/relation.h"

namespace aureacore::definition {

// A field of spec (a string or a list of strings) that names other entities.
struct ReferenceField {
  std::string_view field;
  entity::RelationType type;      // as seen from the entity that has the field
  std::string_view default_kind;  // empty: the reference must name its kind
};

struct Kind {
  std::string_view name;
  std::span<const std::string_view> api_versions;
  // Not empty: this row is for entities of this spec.type, and stands before the general one.
  std::string_view type;
  std::span<const Field> fields;
  std::span<const ReferenceField> references;
};

std::span<const Kind> known_kinds();
bool is_known_kind(std::string_view name);

}  // namespace aureacore::definition
