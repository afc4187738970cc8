// Requirement: what must be checked at the remotes before a consistency level may be claimed, and whether that can still be
// hoped for. Decisions alone: the workers and the barrier act on them, and a simulation of many instances does, too.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "catalog/slot.h"
#include "entity/push_token.h"
#include "query/level.h"

namespace aureacore::api {

// What every source's last successful check must not have begun before, for a request that arrives now; nothing: the level
// holds already.
std::optional<base::SteadyTime> required_check(const query::Ask& ask, const catalog::Snapshot& snapshot,
                                               const catalog::SnapshotSlot& slot, base::SteadyTime now);

struct Prospect {
  enum class Hope : std::uint8_t { met, open, none };
  Hope hope = Hope::met;
  const catalog::SourceState* missing = nullptr;  // a source that stands in the way; null: none does
};

// Whether every source was checked at `since` or later. No hope is left where a check that began at `arrived` or later has
// failed, or where none is to be expected.
Prospect prospect(const catalog::Snapshot& snapshot, base::SteadyTime since, base::SteadyTime arrived);
// The same of what a push has changed, for which a source that serves the pushed commit needs no check.
Prospect prospect(const catalog::Snapshot& snapshot, const entity::PushToken& push, base::SteadyTime since,
                  base::SteadyTime arrived);

}  // namespace aureacore::api
