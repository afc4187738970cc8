// Components: the strongly connected components of a graph, the cycles among them, and the order of dependency.
//
// Tarjan's algorithm without recursion, in time that follows nodes and relations. Pure; the answers are in order of
// reference and the same each time.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/dense.h"

namespace aureacore::graph {

class Components {
 public:
  Components(const Dense& graph, TypeSet types);

  // Numbered so that whatever a component depends on has a smaller number.
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::uint32_t of(Node node) const { return component_[node]; }

 private:
  struct Frame {
    Node node;
    std::size_t next;  // arrow to follow
  };
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  void search(Node root);
  void enter(Node node);
  void step(Frame& frame);
  void leave(Node node);

  const Dense& graph_;
  const TypeSet types_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> visited_;  // when; none: not yet
  std::vector<std::uint32_t> low_;
  std::vector<Node> open_;
  std::vector<Frame> frames_;
  std::uint32_t clock_ = 0;
  std::uint32_t count_ = 0;
};

// Nodes that all depend on one another, or one that depends on itself.
struct Cycle {
  std::vector<Node> nodes;  // in order of reference
  std::vector<Node> round;  // a shortest way from the first of them back to itself, which stands at both ends
};

// In order of their first references.
std::vector<Cycle> find_cycles(const Dense& graph, TypeSet types, const Components& components);

struct Placed {
  Node node;
  // Behind everything that it depends on; those of one level don't depend on each other unless they are in one cycle.
  std::uint32_t level;
};

// The nodes that have a relation of these types at all, by level, then by reference.
std::vector<Placed> dependency_order(const Dense& graph, TypeSet types, const Components& components);

}  // namespace aureacore::graph
