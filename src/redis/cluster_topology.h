// A Cluster: slots are looked up in its own map, which is asked of any of its nodes.
#pragma once

#include <vector>

#include "redis/choice.h"
#include "redis/learned.h"
#include "redis/topology.h"

namespace aureacore::redis {

class ClusterTopology final : public Topology {
 public:
  ClusterTopology(const Address& address, Nodes& nodes, const Context& context);

  base::Result<Route> route(std::optional<std::uint16_t> slot, Side wanted, const Deadline& deadline) override;
  void suspect() override { map_.suspect(); }
  void moved(const Redirection& redirection) override;

 private:
  base::Result<Route> route_anywhere(const SlotMap& map);
  base::Result<SlotMap> look(const Deadline& deadline);
  base::Result<SlotMap> ask(Node& node, const Deadline& deadline) const;
  [[nodiscard]] std::vector<std::shared_ptr<Node>> candidates();
  void adopt(const SlotMap& map);

  std::vector<Endpoint> seeds_;
  Nodes& nodes_;
  const Context& context_;
  Choice replica_;
  Choice anybody_;
  Choice informant_;
  Learned<SlotMap> map_;
};

}  // namespace aureacore::redis
