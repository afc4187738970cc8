// One server: everything goes to it.
#pragma once

#include "redis/topology.h"

namespace aureacore::redis {

class ServerTopology final : public Topology {
 public:
  ServerTopology(const Endpoint& endpoint, Nodes& nodes) : node_(nodes.get(endpoint, Role::any)) {}

  base::Result<Route> route(std::optional<std::uint16_t> /*slot*/, Side /*wanted*/,
                            const Deadline& /*deadline*/) override {
    return Route{.node = node_};
  }

 private:
  std::shared_ptr<Node> node_;
};

}  // namespace aureacore::redis
