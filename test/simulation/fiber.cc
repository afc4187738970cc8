#include "fiber.h"

#include <cstdint>
#include <utility>

#if __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>

// A shadow of each fiber's stack would take longer to make than most fibers live, and a long history of freed memory
// longer to go through than is looked at.
extern "C" const char* __asan_default_options();  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
const char* __asan_default_options() {            // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
  return "detect_stack_use_after_return=0:malloc_context_size=6:quarantine_size_mb=16";
}
#else
// NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier): stand-ins
static void __sanitizer_start_switch_fiber(void**, const void*, std::size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*) {}
// NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier)
#endif

namespace aureacore::simulation {
namespace {

constexpr unsigned half = 32;

}  // namespace

Stacks::Stack Stacks::take() {
  if (free_.empty()) return Stack(new std::byte[bytes]);
  Stack stack = std::move(free_.back());
  free_.pop_back();
  return stack;
}

Fiber::Fiber(Stacks& stacks, std::function<void()> work)
    : stacks_(stacks), stack_(stacks.take()), work_(std::move(work)) {
  ::getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_.get();
  inside_.uc_stack.ss_size = Stacks::bytes;
  inside_.uc_link = nullptr;
  // makecontext() passes on numbers of the size of an int.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  ::makecontext(&inside_, reinterpret_cast<void (*)()>(&Fiber::enter), 2, static_cast<unsigned>(self),
                static_cast<unsigned>(self >> half));
}

Fiber::~Fiber() { stacks_.give_back(std::move(stack_)); }

void Fiber::enter(unsigned low, unsigned high) {
  auto* self = reinterpret_cast<Fiber*>(std::uintptr_t{low} | (std::uintptr_t{high} << half));
  __sanitizer_finish_switch_fiber(nullptr, &self->outside_bottom_, &self->outside_size_);
  self->work_();
  self->work_ = nullptr;
  self->ended_ = true;
  self->switch_out(true);
}

void Fiber::resume() {
  __sanitizer_start_switch_fiber(&outside_shadow_, stack_.get(), Stacks::bytes);
  ::swapcontext(&outside_, &inside_);
  __sanitizer_finish_switch_fiber(outside_shadow_, nullptr, nullptr);
}

void Fiber::wait() { switch_out(false); }

void Fiber::switch_out(bool for_ever) {
  __sanitizer_start_switch_fiber(for_ever ? nullptr : &inside_shadow_, outside_bottom_, outside_size_);
  ::swapcontext(&inside_, &outside_);
  __sanitizer_finish_switch_fiber(inside_shadow_, &outside_bottom_, &outside_size_);
}

}  // namespace aureacore::simulation
