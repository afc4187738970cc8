#include "graph/walk.h"

namespace aureacore::graph {

std::optional<Node> Walk::find(std::string_view key) {
  if (const std::uint32_t slot = snapshot_.slots().slot_of(key); slot != catalog::Slots::none) return meet(slot);
  const auto edges = snapshot_.edges().to(key);
  if (edges.empty()) return std::nullopt;
  // The caller's text may go; that of whoever names it stays.
  for (const auto& relation : snapshot_.slots().at(edges.front().slot)->definition->relations) {
    if (relation.target == key) return meet(relation.target);
  }
  return std::nullopt;
}

std::size_t Walk::degree(Node node) const {
  const Met& met = met_[node];
  const std::size_t own = met.entity == nullptr ? 0 : met.entity->definition->relations.size();
  return own + snapshot_.edges().to(met.key).size();
}

Node Walk::meet(std::string_view target) {
  if (const std::uint32_t slot = snapshot_.slots().slot_of(target); slot != catalog::Slots::none) return meet(slot);
  const auto [at, added] = dangling_.try_emplace(target, size());
  if (added) met_.push_back({target, nullptr});
  return at->second;
}

Node Walk::meet(std::uint32_t slot) {
  const auto [at, added] = by_slot_.try_emplace(slot, size());
  if (added) {
    const catalog::Entity& entity = *snapshot_.slots().at(slot);
    met_.push_back({entity.key(), &entity});
  }
  return at->second;
}

}  // namespace aureacore::graph
