// Starts a program in a process group of its own with nothing of ours but three descriptors. Internal to this module.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "git/channel.h"
#include "git/process.h"

namespace aureacore::git {

struct Streams {
  int input = -1;  // -1: nothing (/dev/null)
  int output = -1;
  int errors = -1;
};

// A running child and its group. Whoever holds it kills and reaps; the destructor does so where nobody did.
class Child {
 public:
  Child(pid_t id, base::Descriptor watcher) : id_(id), watcher_(std::move(watcher)) {}
  Child(Child&& other) noexcept : id_(std::exchange(other.id_, -1)), watcher_(std::move(other.watcher_)) {}
  Child& operator=(Child&&) = delete;
  ~Child();

  // Becomes readable when the child has ended.
  [[nodiscard]] int watcher() const { return watcher_.get(); }
  // Kills whatever is left of the group and reaps; the exit status as a shell tells it.
  int finish();

 private:
  pid_t id_;
  base::Descriptor watcher_;
};

// Errors: unavailable.
base::Result<Child> spawn(const Command& command, const Streams& streams);

}  // namespace aureacore::git
