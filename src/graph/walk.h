// Walk: the graph of a snapshot as one question meets it, straight from the entities' relations and without preparing
// anything. What it costs follows the part that was visited, so it suits the small questions and each version alike.
//
// Nodes are references: those of entities, and those that some relation names but nothing defines (dangling ones). They are
// numbered as they are met. One question, one thread; views are the snapshot's.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"
#include "graph/type_set.h"

namespace aureacore::graph {

// A node's number within one graph.
using Node = std::uint32_t;

class Walk {
 public:
  explicit Walk(const catalog::Snapshot& snapshot) : snapshot_(snapshot) {}

  // Nothing where neither an entity nor a relation has this reference.
  std::optional<Node> find(std::string_view key);

  // Larger than every number given so far.
  [[nodiscard]] Node size() const { return static_cast<Node>(met_.size()); }
  [[nodiscard]] std::string_view key(Node node) const { return met_[node].key; }
  // Null: dangling.
  [[nodiscard]] const catalog::Entity* entity(Node node) const { return met_[node].entity; }
  // In order of reference.
  [[nodiscard]] bool less(Node a, Node b) const { return key(a) < key(b); }
  // How many relations visit() looks at.
  [[nodiscard]] std::size_t degree(Node node) const;

  // visit(to, type) for each relation of these types that the node shows, in no particular order; one may come twice.
  template <class Visit>
  void visit(Node node, TypeSet types, const Visit& visit) {
    const Met from = met_[node];
    if (from.entity != nullptr) {
      for (const auto& [type, target] : from.entity->definition->relations) {
        if (types.has(type)) visit(meet(target), type);
      }
    }
    for (const catalog::Edge& edge : snapshot_.edges().to(from.key)) {
      if (types.has(edge.type)) visit(meet(edge.slot), edge.type);
    }
  }

 private:
  struct Met {
    std::string_view key;
    const catalog::Entity* entity;
  };

  Node meet(std::string_view target);
  Node meet(std::uint32_t slot);

  const catalog::Snapshot& snapshot_;
  std::vector<Met> met_;
  boost::unordered_flat_map<std::uint32_t, Node> by_slot_;
  boost::unordered_flat_map<std::string_view, Node> dangling_;
};

}  // namespace aureacore::graph
