// Settled: the consistency level that an answer was found to meet, for whoever writes the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/labels.h"
#include "base/clock.h"
#include "query/level.h"

namespace aureacore::api {

struct Settled {
  // What AureaCore-Consistency says before any degradation; empty: eventual.
  std::string level;
  query::Ask ask;
  // What the remotes have now was asked for: a cache must not give the answer to whoever asks next.
  bool no_cache = false;
  // What was honoured of Prefer ("wait=5"), for Preference-Applied; empty: nothing was waited for.
  std::string preference;
  // The answer comes from an earlier version, last known to be current then.
  std::optional<base::SteadyTime> checked;
  // Where that was found.
  Labels::Found found = Labels::Found::in_memory;

  Settled() = default;
  explicit Settled(const query::Ask& met);
  // For an answer with what is there, where that was asked for and could not be had.
  static Settled unmet(const query::Ask& ask);

  // Whether an earlier version, so many seconds old, meets the level too.
  [[nodiscard]] bool allows(std::string_view token, std::uint64_t age) const;
};

}  // namespace aureacore::api
