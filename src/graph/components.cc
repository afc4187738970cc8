#include "graph/components.h"

#include <algorithm>
#include <numeric>

namespace aureacore::graph {

Components::Components(const Dense& graph, TypeSet types)
    : graph_(graph),
      types_(types),
      component_(graph.size(), none),
      visited_(graph.size(), none),
      low_(graph.size(), 0) {
  for (Node node = 0; node < graph.size(); ++node) {
    if (visited_[node] == none) search(node);
  }
}

void Components::search(Node root) {
  enter(root);
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.next < graph_.degree(frame.node)) {
      step(frame);
      continue;
    }
    const Node node = frame.node;
    frames_.pop_back();
    leave(node);
    if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
  }
}

void Components::enter(Node node) {
  visited_[node] = low_[node] = clock_++;
  open_.push_back(node);
  frames_.push_back({node, 0});
}

void Components::step(Frame& frame) {
  const auto [to, type] = graph_.arrow(frame.node, frame.next++);
  if (!types_.has(type)) return;
  if (visited_[to] == none) return enter(to);
  if (component_[to] == none) low_[frame.node] = std::min(low_[frame.node], visited_[to]);
}

void Components::leave(Node node) {
  if (low_[node] != visited_[node]) return;
  Node member = node;
  do {
    member = open_.back();
    open_.pop_back();
    component_[member] = count_;
  } while (member != node);
  ++count_;
}

namespace {

// Breadth first inside one component. `before` is scratch of the graph's size, all `none`, and left so.
class Rounds {
 public:
  Rounds(const Dense& graph, TypeSet types, const Components& components)
      : graph_(graph), types_(types), components_(components), before_(graph.size(), none) {}

  std::vector<Node> shortest_from(Node start) {
    queue_.assign(1, start);
    std::vector<Node> round;
    for (std::size_t at = 0; at < queue_.size() && round.empty(); ++at) expand(queue_[at], start, round);
    for (const Node node : queue_) before_[node] = none;
    return round;
  }

 private:
  static constexpr Node none = ~Node{0};

  void expand(Node node, Node start, std::vector<Node>& round) {
    graph_.visit(node, types_, [&](Node to, entity::RelationType) {
      if (!round.empty() || components_.of(to) != components_.of(start)) return;
      if (to == start) {
        round = way_back(node, start);
      } else if (before_[to] == none) {
        before_[to] = node;
        queue_.push_back(to);
      }
    });
  }

  std::vector<Node> way_back(Node last, Node start) {
    std::vector<Node> round{start};
    for (Node node = last; node != start; node = before_[node]) round.push_back(node);
    round.push_back(start);
    std::ranges::reverse(round);
    return round;
  }

  const Dense& graph_;
  const TypeSet types_;
  const Components& components_;
  std::vector<Node> before_;
  std::vector<Node> queue_;
};

bool depends_on_itself(const Dense& graph, TypeSet types, Node node) {
  bool found = false;
  graph.visit(node, types, [&](Node to, entity::RelationType) { found |= to == node; });
  return found;
}

}  // namespace

std::vector<Cycle> find_cycles(const Dense& graph, TypeSet types, const Components& components) {
  std::vector<std::uint32_t> sizes(components.count(), 0);
  for (Node node = 0; node < graph.size(); ++node) ++sizes[components.of(node)];
  constexpr std::uint32_t none = ~std::uint32_t{0};
  std::vector<std::uint32_t> place(components.count(), none);
  std::vector<Cycle> cycles;
  for (Node node = 0; node < graph.size(); ++node) {
    const std::uint32_t component = components.of(node);
    if (sizes[component] == 1 && !depends_on_itself(graph, types, node)) continue;
    if (place[component] == none) {
      place[component] = static_cast<std::uint32_t>(cycles.size());
      cycles.emplace_back();
    }
    cycles[place[component]].nodes.push_back(node);
  }
  Rounds rounds(graph, types, components);
  for (Cycle& cycle : cycles) cycle.round = rounds.shortest_from(cycle.nodes.front());
  return cycles;
}

std::vector<Placed> dependency_order(const Dense& graph, TypeSet types, const Components& components) {
  // Component by component: whatever one depends on comes before it.
  std::vector<std::uint32_t> first(components.count() + 1, 0);
  for (Node node = 0; node < graph.size(); ++node) ++first[components.of(node) + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<Node> nodes(graph.size());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (Node node = 0; node < graph.size(); ++node) nodes[next[components.of(node)]++] = node;

  std::vector<std::uint32_t> level(components.count(), 0);
  std::vector<bool> concerned(graph.size(), false);
  for (const Node node : nodes) {
    const std::uint32_t own = components.of(node);
    graph.visit(node, types, [&](Node to, entity::RelationType) {
      const std::uint32_t other = components.of(to);
      if (other != own) level[own] = std::max(level[own], level[other] + 1);
      concerned[node] = concerned[to] = true;
    });
  }
  std::vector<Placed> placed;
  for (const Node node : nodes) {
    if (concerned[node]) placed.push_back({node, level[components.of(node)]});
  }
  std::ranges::sort(placed, [](const Placed& a, const Placed& b) {
    return a.level != b.level ? a.level < b.level : a.node < b.node;
  });
  return placed;
}

}  // namespace aureacore::graph
