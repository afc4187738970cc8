// Connection: one greeted connection to one Redis server, and exchanges over several of them at once.
//
// Every call is under a deadline and waits in the calling thread, by poll(2). One thread at a time. Errors say which
// server; they never hold a command's arguments.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "redis/command.h"
#include "redis/conversation.h"
#include "redis/deadline.h"
#include "redis/handshake.h"
#include "redis/limits.h"
#include "redis/resolver.h"
#include "redis/tls.h"
#include "redis/transport.h"

namespace aureacore::redis {

// What is needed to connect to any server of one Redis. Shared by all its connections; immutable but for the resolver.
struct Dialer {
  explicit Dialer(const Limits& bounds) : limits(bounds), resolver(bounds.lookups) {}

  Limits limits;
  mutable Resolver resolver;
  std::optional<TlsContext> tls;
  Handshake::Options greeting;  // but for the role
};

class Connection {
 public:
  // Connected, greeted, and of the role expected. Errors: unavailable, timeout, denied, corrupt.
  static base::Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint, const Dialer& dialer, Role role,
                                                        const Deadline& deadline);

  // The replies, in order; among them the server's errors. After an error it is broken.
  base::Result<std::vector<Reply>> call(std::span<const Command> commands, const Deadline& deadline);
  base::Result<Reply> call(const Command& command, const Deadline& deadline);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  // Whether another call may be made; false after any failure, and where the server has ended it meanwhile.
  [[nodiscard]] bool usable() const { return !broken_ && transport_->quiet(); }

  // For subscriptions: the bytes themselves.
  [[nodiscard]] Transport& transport() { return *transport_; }

 private:
  friend class Exchanger;
  Connection(Endpoint endpoint, std::unique_ptr<Transport> transport, const Limits& limits)
      : endpoint_(std::move(endpoint)), transport_(std::move(transport)), conversation_(limits) {}

  Endpoint endpoint_;
  std::unique_ptr<Transport> transport_;
  Conversation conversation_;
  std::string received_;
  bool broken_ = false;
};

// One pipeline for one connection, and what came of it.
struct Exchange {
  Connection* connection = nullptr;
  std::vector<const Command*> commands;

  std::vector<Reply> replies;  // to the first commands; to all of them where the status is good
  base::Status status;
  std::size_t sent = 0;  // commands that may have reached the server
};

// All exchanges beside each other, until each is answered or has failed: one slow server holds up no other.
void run(std::span<Exchange> exchanges, const Deadline& deadline);

}  // namespace aureacore::redis
