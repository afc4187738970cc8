#include "redis/cluster_topology.h"

#include <algorithm>
#include <set>

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::size_t known_candidates = 3;  // asked for the map before the seeds

}  // namespace

ClusterTopology::ClusterTopology(const Address& address, Nodes& nodes, const Context& context)
    : seeds_(address.endpoints),
      nodes_(nodes),
      context_(context),
      map_([this](const Deadline& deadline) { return look(deadline); }, {.age = context.dialer.limits.topology_time},
           context.clock, context.random) {}

Result<Route> ClusterTopology::route(std::optional<std::uint16_t> slot, Side wanted, const Deadline& deadline) {
  const auto map = map_.get(deadline);
  if (!map) return std::unexpected(map.error());
  if (!slot) return route_anywhere(**map);
  const Shard* shard = (*map)->find(*slot);
  if (shard == nullptr) return fail(Code::unavailable, "nobody in the Cluster has slot {}", *slot);
  if (wanted == Side::replica) {
    if (auto node = replica_.among(shard->replicas, Role::cluster_replica, nodes_)) {
      return Route{.node = std::move(node), .side = Side::replica, .has_other = true};
    }
  }
  return Route{.node = nodes_.get(shard->primary, Role::any), .has_other = !shard->replicas.empty()};
}

Result<Route> ClusterTopology::route_anywhere(const SlotMap& map) {
  std::vector<Endpoint> primaries;
  std::ranges::transform(map.shards(), std::back_inserter(primaries), &Shard::primary);
  if (auto node = anybody_.among(primaries, Role::any, nodes_)) return Route{.node = std::move(node)};
  return fail(Code::unavailable, "no node of the Cluster works");
}

void ClusterTopology::moved(const Redirection& redirection) {
  map_.amend([&](SlotMap& map) { map.move(redirection); });
  map_.suspect();
}

// Nodes that work, some that are known and all that are configured.
std::vector<std::shared_ptr<Node>> ClusterTopology::candidates() {
  std::vector<std::shared_ptr<Node>> nodes;
  const auto add = [&](const std::vector<Endpoint>& from) {
    auto node = informant_.among(from, Role::any, nodes_);
    if (node && std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(std::move(node));
  };
  std::vector<Endpoint> known;
  if (const auto map = map_.known()) {
    for (const Shard& shard : map->shards()) {
      known.push_back(shard.primary);
      known.insert(known.end(), shard.replicas.begin(), shard.replicas.end());
    }
  }
  for (std::size_t i = 0; i < known_candidates && !known.empty(); ++i) add(known);
  for (std::size_t i = 0; i < seeds_.size(); ++i) add(seeds_);
  return nodes;
}

Result<SlotMap> ClusterTopology::look(const Deadline& deadline) {
  base::Error error{Code::unavailable, "all of them failed too often just now"};
  const auto nodes = candidates();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto share = deadline.left() / static_cast<base::Duration::rep>(nodes.size() - i);
    auto map = ask(*nodes[i], deadline.at_most(share).at_most(context_.dialer.limits.connect_time));
    if (map) {
      adopt(*map);
      return map;
    }
    error = map.error();
  }
  return std::unexpected(error.in("no node told who is in the Cluster"));
}

Result<SlotMap> ClusterTopology::ask(Node& node, const Deadline& deadline) const {
  const auto loan = node.lend(deadline);
  if (!loan) return std::unexpected(loan.error());
  auto reply = loan->connection().call(Command("CLUSTER").argument("SLOTS"), deadline);
  node.tell(reply ? base::Status() : std::unexpected(reply.error()), deadline);
  if (!reply) return std::unexpected(reply.error());
  auto map = SlotMap::read(std::move(*reply), node.endpoint(), context_.dialer.limits);
  if (!map) return std::unexpected(map.error().in(node.endpoint().text()));
  return map;
}

void ClusterTopology::adopt(const SlotMap& map) {
  std::set<Endpoint> endpoints(seeds_.begin(), seeds_.end());
  for (const Shard& shard : map.shards()) {
    endpoints.insert(shard.primary);
    endpoints.insert(shard.replicas.begin(), shard.replicas.end());
  }
  nodes_.keep(endpoints);
}

}  // namespace aureacore::redis
