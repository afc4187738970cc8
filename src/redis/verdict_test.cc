#include "redis/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "redis/learned.h"
#include "redis/test_commands.h"

namespace aureacore::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Next = Verdict::Next;

constexpr auto write = Access::write;
constexpr auto read = Access::read;
constexpr auto newest = Access::newest;
constexpr auto primary = Side::primary;
constexpr auto replica = Side::replica;

base::Result<Reply> failure() { return base::fail(base::Code::unavailable, "down"); }

struct VerdictRow {
  Attempt attempt;
  base::Result<Reply> outcome;
  Next next;
};

TEST(Verdict, SaysWhereToTryAgain) {
  const Reply null;
  const Reply text{.kind = Reply::Kind::text};
  const std::vector<VerdictRow> rows = {
      {{read, replica}, text, Next::done},
      {{read, replica}, null, Next::other},
      {{read, primary}, null, Next::done},
      {{newest, replica}, null, Next::done},
      {{read, replica}, failure(), Next::other},
      {{read, primary}, failure(), Next::look},
      {{newest, primary}, failure(), Next::other},
      {{newest, replica, true, true}, failure(), Next::look},
      {{newest, primary, true, true}, failure(), Next::look},
      {{write, primary, true}, failure(), Next::done},
      {{write, primary, false}, failure(), Next::look},
      {{write, primary}, error("READONLY You can't write against a read only replica."), Next::look},
      {{write, primary}, error("TRYAGAIN later"), Next::wait},
      {{write, primary}, error("LOADING data"), Next::wait},
      {{write, primary}, error("CLUSTERDOWN no"), Next::wait},
      {{read, replica}, error("LOADING data"), Next::other},
      {{read, replica}, error("MASTERDOWN link"), Next::other},
      {{read, primary}, error("LOADING data"), Next::wait},
      {{read, replica}, error("MOVED 1 h:1"), Next::redirect},
      {{write, primary}, error("ASK 1 h:1"), Next::redirect},
      {{write, primary}, error("MOVED nonsense"), Next::look},
      {{write, primary}, error("OOM command not allowed"), Next::done},
      {{read, replica}, error("WRONGTYPE no"), Next::done},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(judge(rows[i].attempt, rows[i].outcome).next, rows[i].next) << "row " << i;
  }
  EXPECT_EQ(judge({}, error("ASK 1 h:1")).redirection, (Redirection{true, 1, {"h", 1}}));
}

class LearnedTest : public ::testing::Test {
 protected:
  int get() {
    const auto value = learned.get(Deadline::in(seconds(10)));
    return value ? **value : -1;
  }

  base::ManualClock clock;
  int looks = 0;
  base::Result<int> truth = 1;
  Learned<int> learned{[this](const Deadline& /*deadline*/) {
                         ++looks;
                         return truth;
                       },
                       {.backoff = {.floor = milliseconds(100), .base = milliseconds(100), .cap = milliseconds(400)},
                        .age = seconds(30)},
                       clock,
                       [] { return 0.5; }};
};

TEST_F(LearnedTest, LooksOnceAndAgainWhenItIsOld) {
  EXPECT_EQ(learned.known(), nullptr);
  EXPECT_EQ(get(), 1);
  truth = 2;
  clock.advance(seconds(29));
  EXPECT_EQ(get(), 1);
  EXPECT_EQ(looks, 1);
  clock.advance(seconds(1));
  EXPECT_EQ(get(), 2);
}

TEST_F(LearnedTest, LooksAtOnceWhenSuspectedAndThenLessAndLess) {
  EXPECT_EQ(get(), 1);
  learned.suspect();
  EXPECT_EQ(get(), 1);
  EXPECT_EQ(looks, 2);
  for (int i = 0; i < 10; ++i) {
    learned.suspect();
    EXPECT_EQ(get(), 1);
  }
  EXPECT_EQ(looks, 2) << "not again so soon";
  clock.advance(milliseconds(200));
  truth = 2;
  EXPECT_EQ(get(), 2);
  learned.suspect();
  EXPECT_EQ(get(), 2);
  EXPECT_EQ(looks, 4) << "something new: at once again";
}

TEST_F(LearnedTest, KeepsWhatIsKnownWhereLookingFails) {
  EXPECT_EQ(get(), 1);
  truth = base::fail(base::Code::unavailable, "down");
  learned.suspect();
  EXPECT_EQ(get(), 1);
  EXPECT_EQ(looks, 2);
}

TEST_F(LearnedTest, FailsAtOnceBetweenTwoLooks) {
  truth = base::fail(base::Code::unavailable, "down");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(), -1);
  EXPECT_EQ(looks, 1);
  truth = 3;
  clock.advance(milliseconds(100));
  EXPECT_EQ(get(), 3);
}

TEST_F(LearnedTest, IsAmended) {
  learned.amend([](int& /*value*/) { FAIL() << "nothing is known"; });
  EXPECT_EQ(get(), 1);
  learned.amend([](int& value) { value = 7; });
  EXPECT_EQ(get(), 7);
}

TEST(Learned, IsLookedUpByOneWhileTheOthersWait) {
  const base::SystemClock clock;
  std::atomic<int> looks = 0;
  Learned<int> learned(
      [&](const Deadline& /*deadline*/) -> base::Result<int> {
        ++looks;
        std::this_thread::sleep_for(milliseconds(50));
        return 1;
      },
      {}, clock, [] { return 0.5; });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { EXPECT_EQ(**learned.get(Deadline::in(seconds(10))), 1); });
    }
  }
  EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace aureacore::redis
