// The rules for the members of metadata other than name and namespace.
#pragma once

#include "definition/node.h"
#include "definition/report.h"
#include "entity/definition.h"

namespace aureacore::definition {

void check_metadata(const Node& metadata, Report& report);

// What the annotation aureacore.io/criticality says; a value that it can't have is a warning and counts as normal.
entity::Criticality read_criticality(const Node& metadata, Report& report);

}  // namespace aureacore::definition
