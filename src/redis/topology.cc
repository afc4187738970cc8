#include "redis/topology.h"

#include "redis/cluster_topology.h"
#include "redis/sentinel_topology.h"
#include "redis/server_topology.h"

namespace aureacore::redis {

std::unique_ptr<Topology> make_topology(const Address& address, Nodes& nodes, const Context& context,
                                        const Dialer& sentinels) {
  switch (address.topology) {
    case Address::Topology::sentinel:
      return std::make_unique<SentinelTopology>(address, nodes, context, sentinels);
    case Address::Topology::cluster:
      return std::make_unique<ClusterTopology>(address, nodes, context);
    case Address::Topology::server:
      break;
  }
  return std::make_unique<ServerTopology>(address.endpoints.front(), nodes);
}

}  // namespace aureacore::redis
