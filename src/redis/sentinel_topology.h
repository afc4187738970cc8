// A primary and its replicas, as the Sentinels tell: after a failover they name another primary.
//
// That the primary is one is checked by each new connection, so a Sentinel that lags behind does no harm.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "redis/choice.h"
#include "redis/learned.h"
#include "redis/topology.h"

namespace aureacore::redis {

class SentinelTopology final : public Topology {
 public:
  SentinelTopology(const Address& address, Nodes& nodes, const Context& context, const Dialer& sentinels);

  base::Result<Route> route(std::optional<std::uint16_t> slot, Side wanted, const Deadline& deadline) override;
  void suspect() override { shard_.suspect(); }
  bool hears(const Endpoint& endpoint) override;

 private:
  base::Result<Shard> look(const Deadline& deadline);
  base::Result<Shard> ask(const Endpoint& sentinel, const Deadline& deadline) const;
  void adopt(const Shard& shard);

  std::vector<Endpoint> sentinels_;
  std::string name_;
  Nodes& nodes_;
  const Context& context_;
  const Dialer& dialer_;
  std::atomic<std::size_t> last_answering_ = 0;  // its place among the Sentinels
  Choice replica_;
  Learned<Shard> shard_;
};

}  // namespace aureacore::redis
