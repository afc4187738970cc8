// RetryBudget: bounds what all retries together may take, however many callees are broken.
//
// Retries are paid for with tokens. Each call that isn't a retry earns a share of one; besides, so many come with time, so that
// the few that there are can always be made. Tokens are kept up to a limit: a quiet hour doesn't buy a storm. Thus in any
// stretch of time retries ≤ burst + share × other calls + rate × time.
// One thread. Pure: time is given.
#pragma once

#include "base/clock.h"

namespace aureacore::resilience {

class RetryBudget {
 public:
  struct Options {
    double share = 0.2;                                     // of a retry, for each other call
    base::Duration every = std::chrono::milliseconds(500);  // one more with each
    double burst = 20;                                      // kept at most
  };

  RetryBudget() : RetryBudget(Options{}) {}
  explicit RetryBudget(Options options) : options_(options), tokens_(options.burst) {}

  // A call that is no retry is made.
  void earn(base::SteadyTime now);
  // Whether a retry may be made now; it is paid for with that.
  bool spend(base::SteadyTime now);
  // How long until one may be made, if nobody else makes one.
  [[nodiscard]] base::Duration wait(base::SteadyTime now) const;
  [[nodiscard]] double tokens(base::SteadyTime now) const;

 private:
  void advance(base::SteadyTime now);

  Options options_;
  double tokens_;
  base::SteadyTime since_{};  // tokens_ is as of then; the epoch: nothing was asked yet
};

}  // namespace aureacore::resilience
