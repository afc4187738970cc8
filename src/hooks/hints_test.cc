#include "hooks/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aureacore::hooks {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr base::SteadyTime begin{1s};

TEST(HintsTest, TakesTheFirstAtOnceAndThoseBehindItTogether) {
  Hints hints;
  EXPECT_EQ(hints.next_due(), base::SteadyTime::max());
  hints.want("a", begin);
  EXPECT_EQ(hints.next_due(), begin);
  EXPECT_THAT(hints.take_due(begin), ElementsAre("a"));
  EXPECT_EQ(hints.next_due(), base::SteadyTime::max());
  for (int i = 0; i < 100; ++i) hints.want("a", begin + 1ms);
  EXPECT_THAT(hints.take_due(begin + 1ms), IsEmpty());
  EXPECT_EQ(hints.next_due(), begin + Hints::spacing);
  EXPECT_THAT(hints.take_due(begin + Hints::spacing), ElementsAre("a"));
  EXPECT_THAT(hints.take_due(begin + 10 * Hints::spacing), IsEmpty());
}

TEST(HintsTest, KeepsSourcesApart) {
  Hints hints;
  hints.want("a", begin);
  EXPECT_THAT(hints.take_due(begin), ElementsAre("a"));
  hints.want("b", begin + 1ms);
  hints.want("a", begin + 1ms);
  EXPECT_THAT(hints.take_due(begin + 1ms), ElementsAre("b"));
  EXPECT_THAT(hints.take_due(begin + 2 * Hints::spacing), ElementsAre("a"));
}

}  // namespace
}  // namespace aureacore::hooks
