#include "auth/limiter.h"

#include <gtest/gtest.h>

#include <thread>

namespace aureacore::auth {
namespace {

constexpr base::SteadyTime start{std::chrono::seconds(1000)};

using std::chrono::milliseconds;

Limiter::Verdict take(Limiter& limiter, std::string_view client, milliseconds at) {
  return limiter.take(client, start + at);
}

TEST(Limiter, IsOffUntilItIsSet) {
  Limiter limiter(1);
  EXPECT_FALSE(limiter.on());
  limiter.set({.per_second = 1, .burst = 1});
  EXPECT_TRUE(limiter.on());
  limiter.set({});
  EXPECT_FALSE(limiter.on());
}

TEST(Limiter, AllowsABurstAndThenTheRate) {
  Limiter limiter(1);
  limiter.set({.per_second = 2, .burst = 3});
  for (std::uint64_t left = 3; left > 0; --left) {
    const auto verdict = take(limiter, "a", milliseconds(0));
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.remaining, left - 1);
  }
  const auto refused = take(limiter, "a", milliseconds(0));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry, 1);
  EXPECT_EQ(refused.reset, 2);
  EXPECT_TRUE(take(limiter, "b", milliseconds(0)).allowed) << "another client";
  EXPECT_FALSE(take(limiter, "a", milliseconds(499)).allowed);
  EXPECT_TRUE(take(limiter, "a", milliseconds(500)).allowed);
  EXPECT_FALSE(take(limiter, "a", milliseconds(500)).allowed);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(take(limiter, "a", milliseconds(60'000)).allowed);
  EXPECT_FALSE(take(limiter, "a", milliseconds(60'000)).allowed) << "a long rest is not more than a burst";
}

TEST(Limiter, TakesOverAnotherLimit) {
  Limiter limiter(1);
  limiter.set({.per_second = 1, .burst = 1000});
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(take(limiter, "a", milliseconds(0)).allowed);
  limiter.set({.per_second = 1, .burst = 2});
  EXPECT_FALSE(take(limiter, "a", milliseconds(0)).allowed);
  EXPECT_EQ(limiter.lines({.allowed = true, .remaining = 1, .reset = 1, .retry = 0}),
            "RateLimit-Policy: \"default\";q=2;w=2\r\nRateLimit: \"default\";r=1;t=1\r\n");
}

TEST(Limiter, KeepsToItsRoomHoweverManyClientsThereAre) {
  Limiter limiter(1);
  limiter.set({.per_second = 1, .burst = 1});
  for (std::size_t i = 0; i < 3 * Limiter::clients; ++i) {
    EXPECT_TRUE(take(limiter, std::to_string(i), milliseconds(0)).allowed);
  }
}

// A client whose place was taken over has a full bucket again: that is to be rare while half of the places are free.
TEST(Limiter, RemembersNearlyAllWhileThereIsRoom) {
  Limiter limiter(1);
  limiter.set({.per_second = 1, .burst = 1});
  constexpr std::size_t many = Limiter::clients / 2;
  for (std::size_t i = 0; i < many; ++i) take(limiter, std::to_string(i), milliseconds(0));
  std::size_t forgotten = 0;
  for (std::size_t i = 0; i < many; ++i) forgotten += take(limiter, std::to_string(i), milliseconds(0)).allowed ? 1 : 0;
  EXPECT_LT(forgotten, many / 10);
}

TEST(Limiter, AllowsNoMoreWhereManyThreadsTake) {
  Limiter limiter(1);
  limiter.set({.per_second = 1, .burst = 500});
  std::atomic<int> allowed{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) allowed += limiter.take("a", start).allowed ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(allowed, 500);
}

}  // namespace
}  // namespace aureacore::auth
