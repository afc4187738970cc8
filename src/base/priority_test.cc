#include "base/priority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

namespace aureacore::base {
namespace {

using testing::AnyOf;

int policy() { return sched_getscheduler(0); }

// In nanoseconds. The kernel's header for its struct and the C library's <sched.h> don't go together.
std::uint64_t turn() {
  constexpr std::size_t runtime = 3;  // behind size and policy, flags, nice and priority
  std::array<std::uint64_t, 7> attributes{};
  EXPECT_EQ(syscall(SYS_sched_getattr, 0, attributes.data(), sizeof(attributes), 0), 0);
  return attributes[runtime];
}

int niceness() { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }

TEST(Priority, IsTheCallingThreadsAlone) {
  const int before = niceness();
  int lowered = 0;
  int lowered_policy = -1;
  std::thread([&] {
    lower_priority();
    lowered = niceness();
    lowered_policy = policy();
  }).join();
  EXPECT_GE(lowered, std::max(before, 10));
  EXPECT_EQ(lowered_policy, SCHED_BATCH);
  EXPECT_EQ(niceness(), before);
  EXPECT_EQ(policy(), SCHED_OTHER);
}

TEST(Priority, OfShortTurnsIsNoHigher) {
  const int before = niceness();
  std::thread([&] {
    take_short_turns();
    EXPECT_EQ(niceness(), before);
    EXPECT_EQ(policy(), SCHED_OTHER);
    // Kernels before 6.12 have turns of one length.
    EXPECT_THAT(turn(), AnyOf(100'000U, 0U));
  }).join();
}

}  // namespace
}  // namespace aureacore::base
