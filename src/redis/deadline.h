// Deadline: until when a call may take, and whether somebody wants it to end before. A value.
#pragma once

#include <algorithm>
#include <stop_token>
#include <utility>

#include "base/clock.h"

namespace aureacore::redis {

// By the real clock: what it bounds is waiting for sockets.
struct Deadline {
  base::SteadyTime at;
  std::stop_token stop;

  static Deadline in(base::Duration time, std::stop_token stop = {}) { return {now() + time, std::move(stop)}; }
  static base::SteadyTime now() { return std::chrono::steady_clock::now(); }

  // The same, but no later than this from now.
  [[nodiscard]] Deadline at_most(base::Duration time) const { return {std::min(at, now() + time), stop}; }
  [[nodiscard]] base::Duration left() const { return std::max(at - now(), base::Duration::zero()); }
  [[nodiscard]] bool passed() const { return now() >= at || stop.stop_requested(); }
};

}  // namespace aureacore::redis
