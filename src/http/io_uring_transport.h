// IoUringTransport: receives and sends through one io_uring, which costs a request less than a system call for each.
//
// One multishot receive per connection fills buffers of a ring that all connections share; a buffer goes back as soon as its
// connection has had its turn, and what was not taken then is kept aside and the receive is called off. Sends are queued and
// leave with the next wait, or earlier if many wait. The kernel may hold on to a closed connection for a moment: its socket
// and its last bytes live on here until then.
//
// Needs Linux 6.1 (deferred task work), and a container that allows io_uring.
#pragma once

#include <liburing.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "http/transport.h"

namespace aureacore::http {

// A connection as the kernel sees it: outlives the connection while the kernel works for it.
struct Transit {
  Connection* connection = nullptr;  // null: closed
  base::Descriptor socket;           // once it is closed; before, the connection has it
  int number = -1;                   // of the socket
  std::size_t place = 0;             // in the transport's list
  unsigned in_flight = 0;            // requests that the kernel has, and uses of this on our own stack
  bool receiving = false;            // a multishot receive is armed
  bool ended = false;                // the client sends no more
  std::span<char> arrived;           // in a buffer that goes back after this turn
  Output backlog;                    // arrived, but nobody took it in its turn
  Output sending;                    // must not move while the kernel reads it
};

class IoUringTransport final : public Transport {
 public:
  static constexpr unsigned queue_size = 512;    // requests that wait to be submitted; full: they are submitted at once
  static constexpr unsigned completions = 8192;  // more are kept by the kernel
  static constexpr unsigned buffers = 256;       // that receives fill, for all connections; a power of two
  static constexpr std::size_t buffer_bytes = 16 << 10;
  static constexpr std::size_t waiting_bytes = 64 << 10;  // in sends that wait to be submitted; more: at once
  static constexpr std::size_t spare_outputs = 64;        // buffers that are used again
  static constexpr std::size_t spare_bytes = 64 << 10;    // of each
  static constexpr std::chrono::milliseconds pause{1};    // when the kernel has no memory for our requests

  static base::Result<std::unique_ptr<Transport>> make();
  ~IoUringTransport() override;
  IoUringTransport(const IoUringTransport&) = delete;
  IoUringTransport& operator=(const IoUringTransport&) = delete;

  [[nodiscard]] TransportKind kind() const override { return TransportKind::io_uring; }
  void begin() override;
  bool watch(const base::Descriptor& descriptor, Signal signal) override;
  void unwatch(Signal signal) override;
  bool open(Connection& connection) override;
  void wait(Events& events, bool block) override;
  Receipt receive(Connection& connection, std::span<char>& bytes) override;
  bool send(Connection& connection, Output& out) override;
  void close(std::unique_ptr<Connection> connection) override;
  void end() override;

 private:
  struct Watched {
    int number = -1;  // of the descriptor; -1: no longer watched
    bool polled = false;
  };

  IoUringTransport() = default;
  base::Status set_up();

  io_uring_sqe* request(const void* subject, unsigned operation);
  void submit();
  void submitted(int result);
  void poll(Signal signal);
  void arm(Transit& transit);
  void call_off(const void* subject, unsigned operation);
  void queue_send(Transit& transit);
  void handle_all(Events& events);
  void handle(Events& events, const io_uring_cqe& completion);
  void signalled(Events& events, Watched& watched, const io_uring_cqe& completion);
  void received(Events& events, Transit& transit, const io_uring_cqe& completion);
  void take_turn(Events& events, Transit& transit, int result);
  void sent(Events& events, Transit& transit, int result);
  void give_back(unsigned number);
  void recycle(Output output);
  Output spare();
  void let_go(Transit& transit);

  io_uring ring_{};
  bool made_ = false;
  io_uring_buf_ring* buffer_ring_ = nullptr;
  std::unique_ptr<char[]> memory_;  // of the buffers
  std::array<Watched, 3> watched_;
  std::size_t waiting_ = 0;  // bytes in sends that were not submitted
  Output taken_;             // what receive() gave of a backlog
  std::vector<Output> spares_;
  std::vector<std::unique_ptr<Transit>> transits_;
};

}  // namespace aureacore::http
