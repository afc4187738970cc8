// CircuitBreaker: stops calling what keeps failing, and finds out by single probes when it works again.
//
//   closed ──failures in a row──▶ open ──cooldown over──▶ half-open (one probe) ──success──▶ closed
//                                  ▲                           │
//                                  └──────── failure: a longer cooldown
//
// It counts failures in a row, not a share of the last hundred calls: at a few calls a minute a share would never trip.
// One thread. Pure: time is given.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace aureacore::resilience {

class CircuitBreaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  struct Options {
    std::uint32_t failures = 5;                          // in a row, until it opens
    base::Duration cooldown = std::chrono::seconds(30);  // of the first opening; doubles with each failed probe
    base::Duration longest = std::chrono::minutes(5);    // no cooldown is longer
  };

  CircuitBreaker() = default;
  explicit CircuitBreaker(Options options) : options_(options) {}

  // Whether a call may be made now. A yes when open makes it half-open: exactly one call, whose end must be told.
  bool allow(base::SteadyTime now);
  void succeeded();
  void failed(base::SteadyTime now);
  // The call that was allowed has ended without saying anything about the other side (it was cancelled).
  void abandoned();

  [[nodiscard]] State state() const { return state_; }
  // When the next probe is allowed; meaningful while open.
  [[nodiscard]] base::SteadyTime retry_at() const { return retry_at_; }

 private:
  Options options_;
  State state_ = State::closed;
  std::uint32_t failures_ = 0;
  base::Duration cooldown_{};
  base::SteadyTime retry_at_{};
};

// "closed", "open", "half-open".
std::string_view name(CircuitBreaker::State state);

}  // namespace aureacore::resilience
