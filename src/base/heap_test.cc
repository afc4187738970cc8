#include "base/heap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace aureacore::base {
namespace {

TEST(Apart, WorksOnAThreadOfItsOwn) {
  const auto thread = apart([] { return std::this_thread::get_id(); });
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(Apart, ThrowsWhatTheWorkThrows) {
  EXPECT_THROW(apart([] { throw std::runtime_error("no room"); }), std::runtime_error);
}

TEST(HeapSweeper, LooksFourTimesEachAfterFourTimesAsLong) {
  HeapSweeper sweeper;
  SteadyTime now{std::chrono::hours(1)};
  EXPECT_FALSE(sweeper.sweep(now, true)) << "nothing is expected";
  const SteadyTime begin = now;
  sweeper.expect(begin);
  std::vector<long> swept;
  for (; now < begin + std::chrono::minutes(10); now += std::chrono::milliseconds(500)) {
    if (sweeper.sweep(now, true))
      swept.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - begin).count());
  }
  EXPECT_THAT(swept, ::testing::ElementsAre(1, 4, 16, 64));
}

TEST(HeapSweeper, WaitsForAGoodMoment) {
  using std::chrono::milliseconds;
  const SteadyTime begin{std::chrono::hours(1)};
  HeapSweeper sweeper;
  sweeper.expect(begin);
  EXPECT_FALSE(sweeper.sweep(begin + milliseconds(1'500), false)) << "something may come";
  EXPECT_TRUE(sweeper.sweep(begin + milliseconds(1'600), true));
  sweeper.expect(begin);
  EXPECT_FALSE(sweeper.sweep(begin + milliseconds(2'900), false));
  EXPECT_TRUE(sweeper.sweep(begin + milliseconds(3'000), false)) << "none came";
}

}  // namespace
}  // namespace aureacore::base
