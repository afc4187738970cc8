#include "resilience/backoff.h"

#include <gtest/gtest.h>

namespace aureacore::resilience {
namespace {

using std::chrono::milliseconds;

Random always(double value) {
  return [value] { return value; };
}

TEST(Backoff, DoublesUpToItsCapAndNeverBelowItsFloor) {
  const Backoff backoff{.floor = milliseconds(10), .base = milliseconds(100), .cap = milliseconds(500)};
  struct Row {
    std::uint32_t failures;
    double random;
    int milliseconds;
  };
  for (const Row& row : std::vector<Row>{{1, 0, 10},
                                         {1, 1, 100},
                                         {2, 1, 200},
                                         {3, 1, 400},
                                         {4, 1, 500},
                                         {4, 0, 10},
                                         {4, 0.5, 255},
                                         {4'000'000'000, 1, 500}}) {
    EXPECT_EQ(backoff.delay(row.failures, always(row.random)), milliseconds(row.milliseconds))
        << row.failures << " failures, random " << row.random;
  }
}

TEST(Backoff, KeepsTheFloorWhereTheBaseIsSmaller) {
  const Backoff backoff{.floor = milliseconds(50), .base = milliseconds(1), .cap = milliseconds(20)};
  EXPECT_EQ(backoff.delay(1, always(0.9)), milliseconds(50));
}

TEST(Jittered, SpreadsEvenlyAroundTheInterval) {
  EXPECT_EQ(jittered(milliseconds(1000), 0.1, always(0)), milliseconds(900));
  EXPECT_EQ(jittered(milliseconds(1000), 0.1, always(0.5)), milliseconds(1000));
  EXPECT_EQ(jittered(milliseconds(1000), 0, always(0.7)), milliseconds(1000));
}

}  // namespace
}  // namespace aureacore::resilience
