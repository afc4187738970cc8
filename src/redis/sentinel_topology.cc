#include "redis/sentinel_topology.h"

#include <array>

#include "redis/sentinel.h"

namespace aureacore::redis {

using base::Code;
using base::fail;
using base::Result;

SentinelTopology::SentinelTopology(const Address& address, Nodes& nodes, const Context& context,
                                   const Dialer& sentinels)
    : sentinels_(address.endpoints),
      name_(address.primary_name),
      nodes_(nodes),
      context_(context),
      dialer_(sentinels),
      shard_([this](const Deadline& deadline) { return look(deadline); }, {.age = context.dialer.limits.topology_time},
             context.clock, context.random) {}

Result<Route> SentinelTopology::route(std::optional<std::uint16_t> /*slot*/, Side wanted, const Deadline& deadline) {
  const auto shard = shard_.get(deadline);
  if (!shard) return std::unexpected(shard.error());
  const bool has_other = !(*shard)->replicas.empty();
  if (wanted == Side::replica) {
    if (auto node = replica_.among((*shard)->replicas, Role::replica, nodes_)) {
      return Route{.node = std::move(node), .side = Side::replica, .has_other = true};
    }
  }
  return Route{.node = nodes_.get((*shard)->primary, Role::primary), .has_other = has_other};
}

bool SentinelTopology::hears(const Endpoint& endpoint) {
  const auto shard = shard_.get(Deadline::in(context_.dialer.limits.connect_time));
  return !shard || (*shard)->primary == endpoint;
}

Result<Shard> SentinelTopology::look(const Deadline& deadline) {
  base::Error error{Code::unavailable, "no Sentinel is configured"};
  const std::size_t first = last_answering_;
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    const std::size_t place = (first + i) % sentinels_.size();
    const auto share = deadline.left() / static_cast<base::Duration::rep>(sentinels_.size() - i);
    auto shard = ask(sentinels_[place], deadline.at_most(share));
    if (shard) {
      last_answering_ = place;
      adopt(*shard);
      return shard;
    }
    error = shard.error();
  }
  return std::unexpected(error.in("no Sentinel told where the primary is"));
}

Result<Shard> SentinelTopology::ask(const Endpoint& sentinel, const Deadline& deadline) const {
  const auto connection = Connection::open(sentinel, dialer_, Role::any, deadline);
  if (!connection) return std::unexpected(connection.error());
  const std::array commands = {Command("SENTINEL").argument("GET-MASTER-ADDR-BY-NAME").argument(name_),
                               Command("SENTINEL").argument("REPLICAS").argument(name_)};
  auto replies = (*connection)->call(commands, deadline.at_most(dialer_.limits.connect_time));
  if (!replies) return std::unexpected(replies.error());
  auto shard = read_sentinel(std::move((*replies)[0]), std::move((*replies)[1]), dialer_.limits);
  if (!shard) return std::unexpected(shard.error().in(sentinel.text()));
  return shard;
}

void SentinelTopology::adopt(const Shard& shard) {
  const auto before = shard_.known();
  if (before && before->primary != shard.primary) {
    context_.log.info("redis has another primary",
                      {{"name", name_}, {"before", before->primary.text()}, {"now", shard.primary.text()}});
  }
  std::set<Endpoint> endpoints(shard.replicas.begin(), shard.replicas.end());
  endpoints.insert(shard.primary);
  nodes_.keep(endpoints);
}

}  // namespace aureacore::redis
