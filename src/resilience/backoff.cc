#include "resilience/backoff.h"

#include <algorithm>

namespace aureacore::resilience {
namespace {

base::Duration scaled(base::Duration duration, double factor) {
  return base::Duration(static_cast<base::Duration::rep>(static_cast<double>(duration.count()) * factor));
}

}  // namespace

base::Duration Backoff::delay(std::uint32_t failures, const Random& random) const {
  base::Duration longest = base;
  for (std::uint32_t i = 1; i < failures && longest < cap; ++i) longest *= 2;
  longest = std::max(std::min(longest, cap), floor);
  return floor + scaled(longest - floor, random());
}

base::Duration jittered(base::Duration interval, double share, const Random& random) {
  return scaled(interval, 1 - share + (2 * share * random()));
}

}  // namespace aureacore::resilience
