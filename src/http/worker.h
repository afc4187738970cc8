// Worker: one thread that accepts, reads, answers and writes the connections of its own listener. How bytes go to and fro
// is Transport's, what HTTP says is Session's; the worker decides whose turn it is, what a connection does next, and when it
// has had its time. A connection with more to do is queued and has its next turn after the others.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "http/connection.h"
#include "http/server.h"
#include "http/session.h"
#include "http/transport.h"

namespace aureacore::http {

class Worker final : private Transport::Events {
 public:
  static constexpr int accepts_at_once = 64;
  static constexpr std::size_t rejections_at_once =
      64;  // connections over the limit that are told so; more are just closed
  static constexpr std::size_t streams_at_once = 64;  // that were woken; then other connections have their turn
  static constexpr std::chrono::milliseconds tick_interval{100};
  static constexpr std::chrono::milliseconds linger_time{1000};

  // `open` counts the connections of all workers.
  static base::Result<std::unique_ptr<Worker>> make(base::Descriptor listener, std::unique_ptr<Transport> transport,
                                                    std::unique_ptr<Handler> handler, const ServerOptions& options,
                                                    WorkerCounters& counters, std::atomic<std::size_t>& open);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Any thread: stop taking connections, end by the deadline. join() waits for it.
  void drain(base::SteadyTime deadline);
  // Any thread: streamed bodies that waited may have more.
  void wake_streams() { mailbox_->wake_streams(); }
  void join();

 private:
  Worker(base::Descriptor listener, std::unique_ptr<Transport> transport, std::unique_ptr<Handler> handler,
         const ServerOptions& options, WorkerCounters& counters, std::atomic<std::size_t>& open);
  base::Status set_up();

  void run();
  [[nodiscard]] bool finished() const;
  void woke() override;
  void signalled(Transport::Signal signal) override;
  void ready(Connection& connection) override { drive(connection); }
  void sent(Connection& connection) override;
  void failed(Connection& connection) override { close(connection); }
  void run_queue();
  void tick();
  void sweep();
  void begin_drain();
  void deliver();
  void call_streams();
  void run_streams();

  void accept_some();
  void open(base::Descriptor socket, const Peer& peer);
  bool greet(Connection& connection);
  void drive(Connection& connection);
  bool receive(Connection& connection, Output& out);
  bool decrypt(Connection& connection, std::span<char> bytes, Output& out);
  // Where the connection's session writes to: what is behind TLS has yet to be encrypted.
  Output& plain_of(Connection& connection, Output& out) { return connection.tls ? plain_ : out; }
  bool encrypt(Connection& connection, Output& out);
  [[nodiscard]] bool wants_bytes(const Connection& connection, const Output& out) const;
  bool flush(Connection& connection, Output& out);
  void settle(Connection& connection);
  void finish(Connection& connection);
  void expire(Connection& connection);
  void cut(Connection& connection);
  void close(Connection& connection);

  std::unique_ptr<Handler> handler_;
  WorkerCounters& counters_;
  std::atomic<std::size_t>& open_;
  std::shared_ptr<Mailbox> mailbox_;
  Session::Shared shared_;
  const std::shared_ptr<const TlsSlot> tls_;  // null: plain HTTP
  base::Descriptor listener_;
  base::Descriptor timer_;
  std::unique_ptr<Transport> transport_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> queue_;
  std::vector<Connection*> turn_;
  std::vector<Connection*> streams_;  // with more to give, the next at the back
  Output output_;                     // of the connection whose turn it is
  Output plain_;                      // of it, before it is encrypted
  Output clear_;                      // what it sent, decrypted
  std::size_t rejecting_ = 0;
  bool accepting_ = false;  // the listener may hold more
  bool ticked_ = false;
  bool woken_ = false;  // to drain, or for answers that came later
  std::atomic<base::Duration::rep> deadline_{0};
  std::thread thread_;
};

}  // namespace aureacore::http
