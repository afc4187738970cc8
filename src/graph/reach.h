// reach: which nodes lead from one node, by distance, each with one shortest path. Breadth first.
//
// Works on any graph with Walk's members. The answer is the same on each: by distance, then by reference; of several
// shortest paths the one whose last steps have the smallest references, of several types between two nodes the first by
// name. Time is bounded by `steps`, which counts the relations looked at.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "graph/type_set.h"
#include "graph/walk.h"

namespace aureacore::graph {

// No answer is larger, whatever is asked for.
struct Limits {
  static constexpr std::size_t depth = 100;
  static constexpr std::size_t nodes = 10'000;
  static constexpr std::size_t edges = 50'000;
};

struct Bounds {
  std::size_t depth = Limits::depth;
  std::size_t nodes = Limits::nodes;  // besides the first
  std::size_t steps = std::numeric_limits<std::size_t>::max();
};

struct Reached {
  Node node;
  std::uint32_t before;       // its place in Reach::nodes; the first node's is its own
  entity::RelationType type;  // as the node before shows it
  std::uint32_t distance;
};

struct Reach {
  std::vector<Reached> nodes;
  bool truncated = false;  // there are more than Bounds::nodes
  bool deeper = false;     // there is more beyond Bounds::depth

  // The places from the first node to this one.
  [[nodiscard]] std::vector<std::uint32_t> path(std::uint32_t place) const {
    std::vector<std::uint32_t> places{place};
    while (places.back() != 0) places.push_back(nodes[places.back()].before);
    std::ranges::reverse(places);
    return places;
  }
};

template <class Graph>
class Reaching {
 public:
  Reaching(Graph& graph, Node from, TypeSet types, const Bounds& bounds)
      : graph_(graph), types_(types), bounds_(bounds) {
    result_.nodes.push_back({from, 0, {}, 0});
    place(from) = 0;
  }

  // Nothing: it would take more steps.
  std::optional<Reach> run(std::optional<Node> until) {
    for (std::uint32_t distance = 1; begin_ < result_.nodes.size() && !result_.truncated; ++distance) {
      if (until && place(*until) != unseen) break;
      if (!expand_level(distance)) return std::nullopt;
    }
    return std::move(result_);
  }

 private:
  static constexpr std::uint32_t unseen = ~std::uint32_t{0};

  std::uint32_t& place(Node node) {
    if (node >= places_.size()) places_.resize(std::max<std::size_t>(node + 1, graph_.size()), unseen);
    return places_[node];
  }

  bool expand_level(std::uint32_t distance) {
    const std::size_t end = result_.nodes.size();
    for (; begin_ < end; ++begin_) {
      const Node node = result_.nodes[begin_].node;
      steps_ += graph_.degree(node);
      if (steps_ > bounds_.steps) return false;
      expand(node, distance);
    }
    settle_level(end);
    return true;
  }

  void expand(Node node, std::uint32_t distance) {
    const auto before = static_cast<std::uint32_t>(begin_);
    graph_.visit(node, types_, [&](Node to, entity::RelationType type) {
      std::uint32_t& at = place(to);
      if (at != unseen) {
        Reached& seen = result_.nodes[at];
        if (seen.distance == distance && seen.before == before) seen.type = std::min(seen.type, type);
      } else if (distance > bounds_.depth) {
        result_.deeper = true;
      } else {
        at = static_cast<std::uint32_t>(result_.nodes.size());
        result_.nodes.push_back({to, before, type, distance});
      }
    });
  }

  // The level's nodes in order of reference, so that the next one's are met in that order.
  void settle_level(std::size_t end) {
    auto& nodes = result_.nodes;
    std::sort(nodes.begin() + static_cast<std::ptrdiff_t>(end), nodes.end(),
              [this](const Reached& a, const Reached& b) { return graph_.less(a.node, b.node); });
    for (std::size_t i = end; i < nodes.size(); ++i) place(nodes[i].node) = static_cast<std::uint32_t>(i);
    result_.truncated = nodes.size() > bounds_.nodes + 1;
    if (result_.truncated) nodes.resize(bounds_.nodes + 1);
  }

  Graph& graph_;
  const TypeSet types_;
  const Bounds bounds_;
  Reach result_;
  std::vector<std::uint32_t> places_;  // of each node in the result
  std::size_t begin_ = 0;              // of the level at hand
  std::size_t steps_ = 0;
};

// `until`: enough once this node was met (its whole level is there then).
template <class Graph>
std::optional<Reach> reach(Graph& graph, Node from, TypeSet types, const Bounds& bounds,
                           std::optional<Node> until = {}) {
  return Reaching<Graph>(graph, from, types, bounds).run(until);
}

struct Edge {
  Node from;
  Node to;
  entity::RelationType type;
  friend bool operator==(const Edge&, const Edge&) = default;
};

struct Edges {
  std::vector<Edge> list;  // by the references of their ends, then by type
  bool truncated = false;  // there are more than Limits::edges
};

// The arrows of these types between the nodes reached. Nothing: it would take more steps.
template <class Graph>
std::optional<Edges> edges_within(Graph& graph, const Reach& reach, TypeSet types, std::size_t steps) {
  std::vector<Node> nodes;
  nodes.reserve(reach.nodes.size());
  for (const Reached& reached : reach.nodes) nodes.push_back(reached.node);
  std::ranges::sort(nodes);
  Edges edges;
  for (const Node from : nodes) {
    const std::size_t degree = graph.degree(from);
    if (degree > steps) return std::nullopt;
    steps -= degree;
    graph.visit(from, types, [&](Node to, entity::RelationType type) {
      if (std::ranges::binary_search(nodes, to)) edges.list.push_back({from, to, type});
    });
  }
  std::ranges::sort(edges.list, [&](const Edge& a, const Edge& b) {
    if (a.from != b.from) return graph.less(a.from, b.from);
    return a.to != b.to ? graph.less(a.to, b.to) : a.type < b.type;
  });
  const auto repeated = std::ranges::unique(edges.list);
  edges.list.erase(repeated.begin(), repeated.end());
  edges.truncated = edges.list.size() > Limits::edges;
  if (edges.truncated) edges.list.resize(Limits::edges);
  return edges;
}

}  // namespace aureacore::graph
