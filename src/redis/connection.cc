#include "redis/connection.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "redis/waiter.h"

namespace aureacore::redis {

using base::Result;
using base::Status;

// Runs exchanges: the only place where bytes and conversations meet.
class Exchanger {
 public:
  Exchanger(std::span<Exchange> exchanges, const Deadline& deadline) : waiter_(deadline) {
    for (Exchange& exchange : exchanges) {
      exchange.connection->conversation_.begin(exchange.commands);
      running_.push_back(&exchange);
    }
  }

  void run() {
    for (Exchange* exchange : running_) advance(*exchange, POLLOUT);
    for (forget_ended(); !running_.empty(); forget_ended()) {
      if (auto status = wait(); !status) {
        for (Exchange* exchange : running_) end(*exchange, status);
        return;
      }
      for (std::size_t i = 0; i < running_.size(); ++i) advance(*running_[i], waits_[i].revents);
    }
  }

 private:
  Status wait() {
    waits_.clear();
    for (const Exchange* exchange : running_) {
      Connection& connection = *exchange->connection;
      const bool writes = connection.transport_->has_output() || !connection.conversation_.output().empty();
      waits_.push_back({.fd = connection.transport_->descriptor(),
                        .events = static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN),
                        .revents = 0});
    }
    return waiter_.wait(waits_);
  }

  static void advance(Exchange& exchange, int events) {
    Connection& connection = *exchange.connection;
    Status status;
    if ((events & POLLOUT) != 0) status = write(connection);
    // What has come is heard even where writing failed: the server may have said why.
    if ((events & ~POLLOUT) != 0 || !status) {
      if (auto heard = read(connection); status) status = heard;
    }
    if (connection.conversation_.done() || !status) end(exchange, status);
  }

  static Status write(Connection& connection) {
    Conversation& conversation = connection.conversation_;
    while (true) {
      const auto count = connection.transport_->write(conversation.output());
      if (!count) return std::unexpected(count.error());
      if (*count == 0) return {};
      conversation.wrote(*count);
    }
  }

  static Status read(Connection& connection) {
    connection.received_.clear();
    const Status status = connection.transport_->read(connection.received_);
    const Status heard = connection.conversation_.receive(connection.received_);
    return heard ? status : heard;
  }

  // A conversation that is done has succeeded, even where the server has closed the connection behind it.
  static void end(Exchange& exchange, const Status& status) {
    Connection& connection = *exchange.connection;
    connection.broken_ = !status;
    exchange.status = {};
    if (!connection.conversation_.done())
      exchange.status = std::unexpected(status.error().in(connection.endpoint_.text()));
    exchange.sent = connection.conversation_.sent();
    exchange.replies = connection.conversation_.end();
    exchange.connection = nullptr;
  }

  void forget_ended() {
    std::erase_if(running_, [](const Exchange* exchange) { return exchange->connection == nullptr; });
  }

  Waiter waiter_;
  std::vector<Exchange*> running_;
  std::vector<pollfd> waits_;
};

void run(std::span<Exchange> exchanges, const Deadline& deadline) { Exchanger(exchanges, deadline).run(); }

Result<std::unique_ptr<Connection>> Connection::open(const Endpoint& endpoint, const Dialer& dialer, Role role,
                                                     const Deadline& deadline) {
  const Deadline limited = deadline.at_most(dialer.limits.connect_time);
  auto transport = Transport::connect(endpoint, dialer.resolver, dialer.tls ? &*dialer.tls : nullptr, limited);
  if (!transport) return std::unexpected(transport.error().in(endpoint.text()));
  std::unique_ptr<Connection> connection(new Connection(endpoint, std::move(*transport), dialer.limits));
  Handshake::Options options = dialer.greeting;
  options.role = role;
  Handshake handshake(std::move(options));
  for (auto commands = handshake.next(); !commands.empty(); commands = handshake.next()) {
    const auto replies = connection->call(commands, limited);
    if (!replies) return std::unexpected(replies.error());
    if (auto status = handshake.take(*replies); !status) return std::unexpected(status.error().in(endpoint.text()));
  }
  return connection;
}

Result<std::vector<Reply>> Connection::call(std::span<const Command> commands, const Deadline& deadline) {
  Exchange exchange{.connection = this};
  for (const Command& command : commands) exchange.commands.push_back(&command);
  run({&exchange, 1}, deadline);
  if (!exchange.status) return std::unexpected(exchange.status.error());
  return std::move(exchange.replies);
}

Result<Reply> Connection::call(const Command& command, const Deadline& deadline) {
  auto replies = call({&command, 1}, deadline);
  if (!replies) return std::unexpected(replies.error());
  return std::move(replies->front());
}

}  // namespace aureacore::redis
