// Fiber: a stack of its own for code that waits, so that many actors take turns on one thread and each can be stopped in
// the middle of a call.
//
// One thread; resumed from outside of any fiber.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace aureacore::simulation {

// Stacks that were used and may be used again.
class Stacks {
 public:
  static constexpr std::size_t bytes = std::size_t{1} << 20;
  using Stack =
      std::unique_ptr<std::byte[]>;  // NOLINT(modernize-avoid-c-arrays): left without a value, it costs nothing

  Stack take();
  void give_back(Stack stack) { free_.push_back(std::move(stack)); }

 private:
  std::vector<Stack> free_;
};

class Fiber {
 public:
  Fiber(Stacks& stacks, std::function<void()> work);
  // Its work has ended.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Until it waits, or ends.
  void resume();
  // Inside of the work: back to whoever has resumed it.
  void wait();
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  static void enter(unsigned low, unsigned high);
  void switch_out(bool for_ever);

  Stacks& stacks_;
  Stacks::Stack stack_;
  std::function<void()> work_;
  ucontext_t inside_{};
  ucontext_t outside_{};
  bool ended_ = false;
  // What AddressSanitizer keeps of the two stacks.
  void* inside_shadow_ = nullptr;
  void* outside_shadow_ = nullptr;
  const void* outside_bottom_ = nullptr;
  std::size_t outside_size_ = 0;
};

}  // namespace aureacore::simulation
