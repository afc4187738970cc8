// Difference: which entities differ between two snapshots, found by what the two don't share: of two neighbours in a
// lineage, at the cost of what the edits between them touched.
#pragma once

#include <vector>

#include "catalog/snapshot.h"

namespace aureacore::catalog {

struct Difference {
  EntityPtr before;  // null: it came
  EntityPtr after;   // null: it went
};

// Sorted by reference. Both ends are different objects; they may yet say the same.
std::vector<Difference> difference(const Snapshot& from, const Snapshot& to);

}  // namespace aureacore::catalog
