// An owned descriptor, and a connection to a port of this machine.
#pragma once

#include <cstdint>
#include <utility>

namespace aureacore::bench {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }
  void set_nonblocking() const;

 private:
  int descriptor_ = -1;
};

// Connects to 127.0.0.1, without Nagle's delay; throws Failure.
Socket connect_loopback(std::uint16_t port);

}  // namespace aureacore::bench
