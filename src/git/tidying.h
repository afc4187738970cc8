// Keeping a mirror small and quick to read: every fetch adds a pack, and rewritten branches leave objects that nobody
// names.
//
// Packs are merged when there are too many, and only as many of the small ones as keeps each remaining pack at least as
// large as all smaller ones together: the cost of a merge follows what was fetched since, not the size of the
// repository. A merge that would take in the largest pack too is done as a repack from the tip instead, which drops
// what the tip doesn't reach. (git's own gc never drops anything from a partial clone.) Internal to this module; the
// thread that fetches.
#pragma once

#include <stop_token>

#include "base/clock.h"
#include "base/result.h"
#include "git/mirror.h"

namespace aureacore::git {

inline constexpr std::size_t max_packs = 32;
inline constexpr std::size_t max_loose_folders = 128;

// Where there is nothing to do, it costs one look at the folder. Errors: timeout, unavailable, corrupt; the mirror is
// as before.
base::Status tidy_mirror(const Mirror& mirror, base::Duration deadline, const std::stop_token& stop);

// Everything that the tip reaches into one pack, and the rest away.
base::Status repack_mirror(const Mirror& mirror, base::Duration deadline, const std::stop_token& stop);

}  // namespace aureacore::git
