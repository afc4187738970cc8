// A file descriptor that closes itself, and the pipes made of it. Internal to this module; any thread.
#pragma once

#include <unistd.h>

#include <utility>

#include "base/result.h"

namespace aureacore::git {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  void reset() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

// Our end never blocks; the child's end does, as programs expect. Both close on exec.
struct Channel {
  Descriptor ours;
  Descriptor childs;
};

// The child writes, we read.
base::Result<Channel> open_output_channel();
// We write with MSG_NOSIGNAL (a socket, so that a child that stops reading is no SIGPIPE), the child reads.
base::Result<Channel> open_input_channel();

}  // namespace aureacore::git
