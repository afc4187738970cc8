// The parts that every entity has, whatever its kind: the root, apiVersion, kind and metadata.
#pragma once

#include <optional>

#include "definition/kinds.h"
#include "definition/node.h"
#include "definition/report.h"
#include "entity/reference.h"

namespace aureacore::definition {

// Who a document is about, as far as it can be told, also where the parts are not valid; nothing without kind or name.
std::optional<entity::Reference> identify(const Node& root);

// The root's members, and that apiVersion, kind, name and namespace are there and well-formed. False where they are not
// what they must be for anything else to make sense.
bool check_envelope(const Node& root, Report& report);

// The row of the kinds' table for this document, or the declared kind; reports and returns null where there is none.
const Kind* find_kind(const Node& root, const DeclaredKinds* declared, Report& report);

}  // namespace aureacore::definition
