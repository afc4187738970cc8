#include "resilience/retry_budget.h"

#include <gtest/gtest.h>

#include <random>

namespace aureacore::resilience {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::SteadyTime at(base::Duration time) { return base::SteadyTime(seconds(1) + time); }

TEST(RetryBudget, SpendsItsBurstAndThenWhatComesWithTime) {
  RetryBudget budget({.share = 0, .every = seconds(2), .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.spend(at(seconds(0)))) << i;
  EXPECT_FALSE(budget.spend(at(seconds(0))));
  EXPECT_FALSE(budget.spend(at(milliseconds(1999))));
  EXPECT_TRUE(budget.spend(at(milliseconds(2001))));
  EXPECT_FALSE(budget.spend(at(milliseconds(2002))));
}

TEST(RetryBudget, EarnsAShareOfEachOtherCallUpToItsLimit) {
  RetryBudget budget({.share = 0.25, .every = std::chrono::hours(1), .burst = 2});
  while (budget.spend(at(seconds(0)))) {
  }
  for (int i = 0; i < 4; ++i) budget.earn(at(seconds(0)));
  EXPECT_TRUE(budget.spend(at(seconds(0))));
  EXPECT_FALSE(budget.spend(at(seconds(0))));
  for (int i = 0; i < 1000; ++i) budget.earn(at(seconds(0)));
  EXPECT_DOUBLE_EQ(budget.tokens(at(seconds(0))), 2);
}

TEST(RetryBudget, IsNotFooledByAClockThatGoesBack) {
  RetryBudget budget({.share = 0, .every = seconds(1), .burst = 1});
  EXPECT_TRUE(budget.spend(at(seconds(100))));
  EXPECT_FALSE(budget.spend(at(seconds(0))));
  EXPECT_FALSE(budget.spend(at(milliseconds(100'500))));
}

// Any mixture of calls: never more retries than the bound says, in no stretch of time; and whoever waits as long as it was
// told to may go.
TEST(RetryBudget, KeepsItsBoundInEveryStretchOfTime) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
    const RetryBudget::Options options{.share = static_cast<double>(random() % 10) / 10,
                                       .every = milliseconds(1 + random() % 2000),
                                       .burst = static_cast<double>(1 + random() % 20)};
    RetryBudget budget(options);
    struct Event {
      base::Duration time;
      bool retry;
    };
    std::vector<Event> events;
    base::Duration now{};
    for (int i = 0; i < 150; ++i) {
      now += milliseconds(random() % 3 == 0 ? random() % 1000 : 0);
      if (random() % 2 == 0) {
        budget.earn(at(now));
        events.push_back({now, false});
      } else if (budget.spend(at(now))) {
        events.push_back({now, true});
      } else {
        now += budget.wait(at(now));
        EXPECT_TRUE(budget.spend(at(now))) << "seed " << seed;
        events.push_back({now, true});
      }
    }
    for (std::size_t begin = 0; begin < events.size(); ++begin) {
      double retries = 0;
      double others = 0;
      for (std::size_t end = begin; end < events.size(); ++end) {
        ++(events[end].retry ? retries : others);
        const auto time = std::chrono::duration<double>(events[end].time - events[begin].time);
        const double bound =
            options.burst + (options.share * others) + (time / std::chrono::duration<double>(options.every));
        ASSERT_LE(retries, bound + 1e-6) << "seed " << seed << ", events " << begin << " to " << end;
      }
    }
  }
}

}  // namespace
}  // namespace aureacore::resilience
