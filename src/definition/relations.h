// From the fields of spec that name other entities to relations.
#pragma once

#include <string_view>
#include <vector>

#include "definition/descriptor.h"
#include "definition/kinds.h"
#include "definition/node.h"
#include "definition/report.h"
#include "entity/relation.h"

namespace aureacore::definition {

// The arrays of references that every answer shows sorted, whatever the kind (lists of strings alone).
void sort_references(Node& spec);

// What this document says, with canonical targets. Reports, under the rule "reference", what is none.
// Each place that says so is added to `places`, unless that is null.
entity::Relations read_relations(const Node& spec, const Kind& kind, std::string_view name_space, Report& report,
                                 std::vector<ReferenceAt>* places);

}  // namespace aureacore::definition
