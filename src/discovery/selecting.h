// Selecting: which entities a tool asks for. Stricter than a listing: whoever builds from the answer deletes what is not in it, so
// that a mistyped filter must not select nothing.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "catalog/snapshot.h"

namespace aureacore::discovery {

// The entities that filters as in a URL (query/filter.h) select; without any condition: all. Error: invalid, also where a
// filter names a key that no entity of this snapshot has; too_large.
base::Result<catalog::Selection> select(std::span<const std::string> filters, const catalog::Snapshot& snapshot);

}  // namespace aureacore::discovery
