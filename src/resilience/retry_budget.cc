#include "resilience/retry_budget.h"

#include <algorithm>

namespace aureacore::resilience {
namespace {

double in_units(base::Duration time, base::Duration unit) {
  return std::chrono::duration<double>(time) / std::chrono::duration<double>(unit);
}

}  // namespace

double RetryBudget::tokens(base::SteadyTime now) const {
  if (since_ == base::SteadyTime{} || now <= since_) return tokens_;
  return std::min(options_.burst, tokens_ + in_units(now - since_, options_.every));
}

void RetryBudget::advance(base::SteadyTime now) {
  tokens_ = tokens(now);
  since_ = std::max(since_, now);
}

void RetryBudget::earn(base::SteadyTime now) {
  advance(now);
  tokens_ = std::min(options_.burst, tokens_ + options_.share);
}

bool RetryBudget::spend(base::SteadyTime now) {
  advance(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

base::Duration RetryBudget::wait(base::SteadyTime now) const {
  const double missing = 1 - tokens(now);
  if (missing <= 0) return base::Duration(0);
  // One tick more, so that rounding doesn't make it too short.
  const auto every = static_cast<double>(options_.every.count());
  return base::Duration(static_cast<base::Duration::rep>(missing * every) + 1);
}

}  // namespace aureacore::resilience
