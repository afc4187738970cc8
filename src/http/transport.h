// Transport: carries bytes between the kernel and the connections of one worker, and tells the worker what happened. The
// only part that differs between epoll and io_uring; what a connection does next is the worker's to decide.
//
// Used on the worker's thread alone, but for making it. Nothing here blocks, except wait().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "http/connection.h"
#include "http/output.h"
#include "http/transport_kind.h"

namespace aureacore::http {

class Transport {
 public:
  static constexpr std::size_t receive_bytes = 64 << 10;  // at most, at once
  static constexpr std::size_t kept_output = 256 << 10;   // of a buffer that is used again, between large answers

  // What isn't a connection but ends a wait.
  enum class Signal : std::uint8_t { listener, timer, mailbox };

  // Whom a wait tells of what happened. Each may close the connection that it is about, and no other.
  class Events {
   public:
    virtual ~Events() = default;
    // The wait itself is over: the time is another one. Before all else.
    virtual void woke() = 0;
    virtual void signalled(Signal signal) = 0;
    // `readable`, `hung_up` or `blocked` changed.
    virtual void ready(Connection& connection) = 0;
    // Bytes that send() kept have left; all of them if it isn't blocked any more.
    virtual void sent(Connection& connection) = 0;
    // The connection is broken.
    virtual void failed(Connection& connection) = 0;
  };

  enum class Receipt : std::uint8_t { bytes, nothing, end, failed };

  // So many of one kind. Error: unavailable, where the kernel refuses what this kind needs (`automatic` then falls back).
  static base::Result<std::vector<std::unique_ptr<Transport>>> make(TransportKind kind, unsigned count);
  virtual ~Transport() = default;

  [[nodiscard]] virtual TransportKind kind() const = 0;
  // Tells of this descriptor becoming readable, each time anew. False: the kernel refuses. Allowed before begin().
  virtual bool watch(const base::Descriptor& descriptor, Signal signal) = 0;
  // No more of it.
  virtual void unwatch(Signal signal) = 0;
  // Once, on the worker's thread, before anything below.
  virtual void begin() = 0;
  // Begins to tell of the connection. False: the kernel refuses; it must be closed.
  virtual bool open(Connection& connection) = 0;
  // Tells of all that happened; if `block`, waits until something did.
  virtual void wait(Events& events, bool block) = 0;

  // What came; `bytes` are good, and may be changed, until the next call. Sets `readable` to whether there may be more.
  virtual Receipt receive(Connection& connection, std::span<char>& bytes) = 0;
  // Takes from the front of `out` what can be sent, or be kept for sending (and counted in `leaving`); sets `blocked` where no
  // more can be taken until ready() or sent() says so. Only while not blocked. False: the connection is broken.
  virtual bool send(Connection& connection, Output& out) = 0;
  // Lets go of it; its socket closes as soon as the kernel is through with it.
  virtual void close(std::unique_ptr<Connection> connection) = 0;
  // When all connections are closed: waits until the kernel is through with them. Nothing is told any more.
  virtual void end() = 0;
};

}  // namespace aureacore::http
