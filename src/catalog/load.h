// Loading: segments → a snapshot of their entities, at once and on all processors; everything that the work of a commit
// computes is taken as it stands. What else belongs to a snapshot (sources, diagnostics, definitions that lost) an Editor
// adds to it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "catalog/segment.h"
#include "catalog/snapshot.h"

namespace aureacore::catalog {

// `seed` as for an Editor; the segments' hashes are made with it. Errors: corrupt (two segments have the same entity).
base::Result<SnapshotPtr> load(std::vector<Segment> segments, std::uint64_t seed);

}  // namespace aureacore::catalog
