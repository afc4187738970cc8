// Heap: how the process has its memory from the system. Sizes and delays of the allocator that the program ships with; where there
// is another one (under sanitizers), none of this has an effect.
#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <span>
#include <system_error>

#include "base/clock.h"

namespace aureacore::base {

// While a catalog is loaded, memory comes in huge pages where the system grants them, and what a thread frees is kept for a while,
// since it is asked for again. Once in a process.
class LoadingHeap {
 public:
  // Threads that have taken some memory before go on with small pages, as long as that lasts.
  void begin();
  // From then on memory comes in small pages, and goes back a moment after it was freed.
  void end();

 private:
  std::span<std::byte> region_;
  long usual_delay_ = 0;
};

// work(), for work on a whole catalog: on a thread of its own, since one that lives on keeps the memory that it took in passing. On
// the caller's where the system has no thread left.
template <class Work>
auto apart(const Work& work) {
  std::optional<decltype(std::async(std::launch::async, work))> done;
  try {
    done = std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return work();
  }
  return done->get();
}

// What the calling thread took, or threads that have ended, and others have freed since: the allocator looks for it while the
// thread takes memory, not while it waits. Looking costs some ten milliseconds, so it is for after work on a whole catalog.
class HeapSweeper {
 public:
  // Much has been taken, and will be freed within seconds.
  void expect(SteadyTime now);
  // Gives back what is free by now: a second after it was expected, and again after four, sixteen and sixty-four; and then as soon as
  // the thread has just done what others waited for, since no more of that is on its way then, or after two seconds more. Whether
  // it did.
  bool sweep(SteadyTime now, bool has_worked);

 private:
  SteadyTime expected_{};
  SteadyTime due_ = SteadyTime::max();
};

}  // namespace aureacore::base
