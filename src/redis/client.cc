#include "redis/client.h"

namespace aureacore::redis {

using base::Result;

Client::Client(const ClientOptions& options, const base::Clock& clock, const base::Log& log, resilience::Random random)
    : name_(options.address.text()),
      context_{.clock = clock,
               .log = log,
               .random = std::move(random),
               .breaker = options.breaker,
               .dialer = Dialer(options.limits)},
      sentinels_(options.limits),
      nodes_(context_) {
  context_.dialer.greeting = {.credentials = {.user = options.address.user, .password = options.password},
                              .name = options.name,
                              .database = options.address.database};
  sentinels_.greeting = {.credentials = options.sentinel, .name = options.name};
}

Result<std::unique_ptr<Client>> Client::make(const ClientOptions& options, const base::Clock& clock,
                                             const base::Log& log, resilience::Random random) {
  std::unique_ptr<Client> client(new Client(options, clock, log, std::move(random)));
  if (options.address.tls) {
    const auto tls = TlsContext::load(options.tls);
    if (!tls) return std::unexpected(tls.error());
    client->context_.dialer.tls = client->sentinels_.tls = *tls;
  }
  client->topology_ = make_topology(options.address, client->nodes_, client->context_, client->sentinels_);
  return client;
}

std::vector<Result<Reply>> Client::pipeline(std::span<const Command> commands, const Deadline& deadline) {
  return Delivery(commands, *topology_, nodes_, context_, counters_, deadline).run();
}

Result<Reply> Client::call(const Command& command, const Deadline& deadline) {
  return std::move(pipeline({&command, 1}, deadline).front());
}

Result<std::unique_ptr<Connection>> Client::open_listener(const Deadline& deadline) {
  const auto route = topology_->route(std::nullopt, Side::primary, deadline);
  if (!route) return std::unexpected(route.error());
  auto connection = Connection::open(route->node->endpoint(), context_.dialer, Role::any, deadline);
  if (!connection) topology_->suspect();
  return connection;
}

std::vector<Client::ServerState> Client::servers() const {
  std::vector<ServerState> states;
  for (const auto& node : nodes_.all()) states.push_back({node->endpoint().text(), node->state()});
  return states;
}

}  // namespace aureacore::redis
