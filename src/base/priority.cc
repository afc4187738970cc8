#include "base/priority.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace aureacore::base {
namespace {

// Each step of nice is about a tenth of the processor time: at 10 a busy parser gets a tenth of what a busy worker
// gets.
constexpr std::int32_t background_niceness = 10;
constexpr std::uint64_t short_turn = 100'000;  // nanoseconds; the least that the kernel takes

std::int32_t niceness() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

void set(const sched_attr& attributes) { static_cast<void>(::syscall(SYS_sched_setattr, 0, &attributes, 0)); }

}  // namespace

void take_short_turns() {
  sched_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.sched_policy = SCHED_NORMAL;
  attributes.sched_nice = niceness();  // as it is
  attributes.sched_runtime = short_turn;
  set(attributes);
}

void lower_priority() {
  sched_attr attributes{};
  attributes.size = sizeof(attributes);
  // Unlike SCHED_NORMAL, a thread of this kind never takes the core from another one by waking up.
  attributes.sched_policy = SCHED_BATCH;
  attributes.sched_nice = std::max(background_niceness, niceness());  // never higher than it was
  set(attributes);
}

}  // namespace aureacore::base
