#include "resilience/circuit_breaker.h"

#include <algorithm>

namespace aureacore::resilience {

bool CircuitBreaker::allow(base::SteadyTime now) {
  switch (state_) {
    case State::closed:
      return true;
    case State::half_open:
      return false;
    case State::open:
      break;
  }
  if (now < retry_at_) return false;
  state_ = State::half_open;
  return true;
}

void CircuitBreaker::succeeded() {
  state_ = State::closed;
  failures_ = 0;
  cooldown_ = {};
}

void CircuitBreaker::failed(base::SteadyTime now) {
  const bool probe = state_ == State::half_open;
  if (!probe && ++failures_ < options_.failures) return;
  cooldown_ = probe ? std::min(cooldown_ * 2, options_.longest) : options_.cooldown;
  state_ = State::open;
  retry_at_ = now + cooldown_;
}

void CircuitBreaker::abandoned() {
  if (state_ == State::half_open) state_ = State::open;
}

std::string_view name(CircuitBreaker::State state) {
  switch (state) {
    case CircuitBreaker::State::closed:
      return "closed";
    case CircuitBreaker::State::open:
      return "open";
    case CircuitBreaker::State::half_open:
      return "half-open";
  }
  return "closed";
}

}  // namespace aureacore::resilience
