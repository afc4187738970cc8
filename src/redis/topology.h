// Topology: which server is to be asked, behind one face for one server, Sentinel and Cluster. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "redis/address.h"
#include "redis/cluster.h"
#include "redis/deadline.h"
#include "redis/node.h"
#include "redis/verdict.h"

namespace aureacore::redis {

struct Route {
  std::shared_ptr<Node> node;
  Side side = Side::primary;
  bool has_other = false;  // whether somebody of the other side could be asked too
};

class Topology {
 public:
  Topology() = default;
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  virtual ~Topology() = default;

  // Who has the slot (without one: anybody who takes writes), of the side wanted where there is one that works.
  // Errors: those of finding out.
  virtual base::Result<Route> route(std::optional<std::uint16_t> slot, Side wanted, const Deadline& deadline) = 0;

  // What was routed to seems to be wrong: find out again.
  virtual void suspect() {}
  // A server has said that another one has the slot.
  virtual void moved(const Redirection& /*redirection*/) {}

  // Whether what is published is heard at this server.
  virtual bool hears(const Endpoint& /*endpoint*/) { return true; }
};

// Sentinels are reached by a dialer of their own: they have other credentials. All must outlive the topology.
std::unique_ptr<Topology> make_topology(const Address& address, Nodes& nodes, const Context& context,
                                        const Dialer& sentinels);

}  // namespace aureacore::redis
