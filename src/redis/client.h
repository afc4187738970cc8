// Client: one Redis, be it one server, a primary with replicas behind Sentinels, or a Cluster.
//
//   auto client = Client::make({.address = address, .password = secret}, clock, log, random);
//   auto value = (*client)->call(Command("GET", Access::read).key("k"), Deadline::in(2s, stop));
//
// It knows no catalog word. Calls block their thread, under a deadline each, so they are for background threads only;
// any number of threads at once. Nothing is connected before the first call, and a server that is down costs a bounded
// number of attempts. Passwords are kept out of errors and logs, and so are commands' arguments.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "redis/address.h"
#include "redis/command.h"
#include "redis/deadline.h"
#include "redis/delivery.h"
#include "redis/limits.h"
#include "redis/reply.h"
#include "redis/tls.h"
#include "redis/topology.h"

namespace aureacore::redis {

struct ClientOptions {
  Address address;
  std::string password;            // of the address's user; empty: none
  Credentials sentinel;            // of the Sentinels, which have their own
  TlsOptions tls;                  // where the address asks for it
  std::string name = "aureacore";  // what CLIENT LIST shows
  Limits limits;
  resilience::CircuitBreaker::Options breaker = {
      .failures = 3, .cooldown = std::chrono::seconds(1), .longest = std::chrono::seconds(30)};
};

class Client {
 public:
  // Clock, log and randomness (asked by any thread) must outlive it. Errors: invalid (TLS's files).
  static base::Result<std::unique_ptr<Client>> make(const ClientOptions& options, const base::Clock& clock,
                                                    const base::Log& log, resilience::Random random);

  // For each command its reply or its error; that of the server is an error too. Commands to different servers are on
  // their way at once; on one server they are done in order, but not as one.
  std::vector<base::Result<Reply>> pipeline(std::span<const Command> commands, const Deadline& deadline);
  base::Result<Reply> call(const Command& command, const Deadline& deadline);

  // A connection of the caller's own where what is published is heard.
  base::Result<std::unique_ptr<Connection>> open_listener(const Deadline& deadline);
  // Whether that is still the case there.
  bool hears(const Endpoint& endpoint) { return topology_->hears(endpoint); }

  struct ServerState {
    std::string server;
    resilience::CircuitBreaker::State circuit;
  };
  // Of every server that was asked so far.
  [[nodiscard]] std::vector<ServerState> servers() const;
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Context& context() const { return context_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Client(const ClientOptions& options, const base::Clock& clock, const base::Log& log, resilience::Random random);

  std::string name_;  // the address, for logs
  Context context_;
  Dialer sentinels_;
  Counters counters_;
  Nodes nodes_;
  std::unique_ptr<Topology> topology_;
};

}  // namespace aureacore::redis
