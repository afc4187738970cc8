// Picks the next of some servers in turn, passing over those whose circuit is open. Internal to this module.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "redis/node.h"

namespace aureacore::redis {

class Choice {
 public:
  // Nothing where none of them works.
  std::shared_ptr<Node> among(const std::vector<Endpoint>& endpoints, Role role, Nodes& nodes) {
    const std::size_t first = turn_.fetch_add(1);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      auto node = nodes.get(endpoints[(first + i) % endpoints.size()], role);
      if (!node->shut()) return node;
    }
    return nullptr;
  }

 private:
  std::atomic<std::size_t> turn_ = 0;
};

}  // namespace aureacore::redis
