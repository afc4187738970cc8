// Backoff: how long to wait before trying again after so many failures in a row.
//
// Exponential with full jitter: evenly spread between the floor and the doubled, capped delay, so that many clients of
// one broken remote come back at different times. A value; pure: randomness is given.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "resilience/random.h"

namespace aureacore::resilience {

struct Backoff {
  base::Duration floor = std::chrono::milliseconds(100);  // never sooner
  base::Duration base = std::chrono::seconds(1);          // the longest wait after the first failure; doubles with each
  base::Duration cap = std::chrono::minutes(1);           // never later

  // failures counts from 1.
  [[nodiscard]] base::Duration delay(std::uint32_t failures, const Random& random) const;
};

// An interval spread evenly over ± share of itself, so that sources with one interval are not checked all at once.
base::Duration jittered(base::Duration interval, double share, const Random& random);

}  // namespace aureacore::resilience
