// Server: HTTP/1.1 over TCP, one thread per worker, each with its own listener (SO_REUSEPORT), connections and handler.
//
// A worker never waits on anything but its poll: handlers compute and return. Connections never move between workers,
// so nothing on the way of a request is shared or locked. Per readable event: one receive, all complete requests
// answered into one buffer, one send. Timeouts by a coarse sweep per worker. Knows no catalog word.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/limits.h"
#include "http/request.h"
#include "http/response.h"
#include "http/tls.h"
#include "http/transport_kind.h"

namespace aureacore::http {

// Answers requests; one per worker, called on that worker's thread alone.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(const Request& request, Response& response) = 0;
  // About ten times a second, busy or idle: refresh what is cached per thread.
  virtual void tick() {}
  // The server answers in the handler's stead: a request it refuses (400, 408, 413, 414, 417, 431, 501, 505), a connection too
  // many (503), a handle() that threw or sent nothing (500). Writes the whole answer, as problem+json or whatever the
  // application speaks. The connection is closed after it.
  virtual void refuse(int status, std::string_view why, Response& response) = 0;
};

// One worker's counters; written by that worker, read by anyone (relaxed).
struct WorkerCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refused{0};   // malformed, over a limit or too slow
  std::atomic<std::uint64_t> accepted{0};  // connections
  std::atomic<std::uint64_t> rejected{0};  // connections over the limit
  std::atomic<std::uint64_t> received_bytes{0};
  std::atomic<std::uint64_t> sent_bytes{0};
  std::atomic<std::int64_t> open{0};         // connections
  std::atomic<std::uint64_t> tls_failed{0};  // connections whose greeting, or a record, was no good
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 7077;  // 0: any free one
  unsigned workers = 1;
  TransportKind transport = TransportKind::automatic;
  Limits limits;
  std::shared_ptr<const TlsSlot> tls = nullptr;  // null: plain HTTP
};

class Server {
 public:
  // Called once per worker, on the caller's thread, before start.
  using MakeHandler = std::function<std::unique_ptr<Handler>(unsigned worker)>;

  // Binds at once (error: unavailable, with the address), serves from start() on.
  static base::Result<std::unique_ptr<Server>> bind(const ServerOptions& options, const MakeHandler& make);
  virtual ~Server() = default;

  virtual void start() = 0;
  // Graceful: no new connections, idle ones are closed, a request in progress is answered with "Connection: close".
  // Returns when all are gone or the time is over (then the rest is cut). Idempotent.
  virtual void stop(std::chrono::milliseconds drain) = 0;
  // Streamed bodies that waited may have more to give: each worker asks its own, a few at a time between other work. Any
  // thread, from bind() on; cheap.
  virtual void wake_streams() = 0;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // What carries the bytes: never `automatic`.
  [[nodiscard]] virtual TransportKind transport() const = 0;
  [[nodiscard]] virtual const std::vector<std::unique_ptr<WorkerCounters>>& counters() const = 0;
};

}  // namespace aureacore::http
