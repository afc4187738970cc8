#include "catalog/snapshot.h"

#include <algorithm>
#include <bit>

namespace aureacore::catalog {

std::string_view name(Tier tier) {
  switch (tier) {
    case Tier::none:
      break;
    case Tier::embedded:
      return "embedded";
    case Tier::redis:
      return "redis";
  }
  return {};
}

base::SteadyTime Snapshot::last_check() const {
  auto stalest = base::SteadyTime::max();
  for (const SourceState& source : *sources_) {
    if (source.freshness) stalest = std::min(stalest, source.freshness->last_check());
  }
  return stalest;
}

const SourceState* Snapshot::source(std::string_view id) const {
  const auto at =
      std::ranges::lower_bound(*sources_, id, {}, [](const SourceState& state) { return std::string_view(state.id); });
  return at != sources_->end() && at->id == id ? &*at : nullptr;
}

std::vector<entity::DefinitionPtr> Snapshot::definitions_of(std::string_view source) const {
  std::vector<entity::DefinitionPtr> all;
  const auto add = [&](const entity::DefinitionPtr& definition) {
    if (definition->place.file->source == source) all.push_back(definition);
  };
  Selection slots = nothing();
  by_source_.of(source, slots);
  slots.for_each([&](std::uint32_t slot) { add(slots_.at(slot)->definition); });
  for (const auto& [key, losers] : *contested_) std::ranges::for_each(losers, add);
  return all;
}

std::size_t Snapshot::count_definitions(std::string_view source) const {
  std::size_t count = by_source_.size(source);
  for (const auto& [key, losers] : *contested_) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        losers, [source](const entity::DefinitionPtr& loser) { return loser->place.file->source == source; }));
  }
  return count;
}

const Entity* Snapshot::find_uid(std::string_view uid) const {
  Selection found = nothing();
  match("metadata.uid", uid, found);
  const Entity* result = nullptr;
  visit(found, {}, [&](const Entity& entity) {
    result = &entity;
    return false;
  });
  return result;
}

void Snapshot::match(std::string_view path, std::string_view value, Selection& out) const {
  index_.match(path, value, out);
}

void Snapshot::match_exists(std::string_view path, Selection& out) const { index_.match_exists(path, out); }

Selection Snapshot::everything() const {
  Selection all = nothing();
  for (const std::uint32_t index : slots_.order()) {
    const Slots::Block& block = slots_.block(index);
    for (std::size_t rank = 0; rank < block.count; ++rank) all.words()[index] |= std::uint64_t{1} << block.order[rank];
  }
  return all;
}

std::vector<FacetCount> Snapshot::facet(std::string_view path, const Selection* within) const {
  Flattener flattener(slots_.seed());
  auto counts = index_.facet(path, within, [&](std::uint32_t slot, const Term& term) {
    return spelling(flattener.terms(*slots_.at(slot)), term);
  });
  std::ranges::sort(counts, {}, &FacetCount::value);
  // One value may come twice: from entities that have it alone and from those that have it in a list.
  std::vector<FacetCount> merged;
  for (FacetCount& facet : counts) {
    if (!merged.empty() && merged.back().value == facet.value) {
      merged.back().count += facet.count;
    } else {
      merged.push_back(std::move(facet));
    }
  }
  return merged;
}

void Snapshot::visit(const Selection& selection, std::string_view after, const Visit& visit) const {
  const auto& order = slots_.order();
  const std::size_t first = after.empty() ? 0 : slots_.order_position(after);
  for (std::size_t position = first; position < order.size(); ++position) {
    const std::uint64_t word = selection.word(order[position]);
    if (word == 0) continue;
    const Slots::Block& block = slots_.block(order[position]);
    const bool skip = position == first && !after.empty();
    for (std::size_t rank = 0; rank < block.count; ++rank) {
      const std::uint8_t offset = block.order[rank];
      if (((word >> offset) & 1) == 0) continue;
      const Entity& entity = *block.entities[offset];
      if (skip && entity.key() <= after) continue;
      if (!visit(entity)) return;
    }
  }
}

void Snapshot::visit_back(const Selection& selection, std::string_view before, const Visit& visit) const {
  const auto& order = slots_.order();
  if (order.empty()) return;
  const std::size_t last = before.empty() ? order.size() - 1 : slots_.order_position(before);
  for (std::size_t position = last + 1; position-- > 0;) {
    const std::uint64_t word = selection.word(order[position]);
    if (word == 0) continue;
    const Slots::Block& block = slots_.block(order[position]);
    const bool skip = position == last && !before.empty();
    for (std::size_t rank = block.count; rank-- > 0;) {
      const std::uint8_t offset = block.order[rank];
      if (((word >> offset) & 1) == 0) continue;
      const Entity& entity = *block.entities[offset];
      if (skip && entity.key() >= before) continue;
      if (!visit(entity)) return;
    }
  }
}

std::size_t Snapshot::rank(const Selection& selection, std::string_view key) const {
  const auto& order = slots_.order();
  if (order.empty()) return 0;
  const std::size_t last = slots_.order_position(key);
  std::size_t count = 0;
  for (std::size_t position = 0; position < last; ++position) {
    count += static_cast<std::size_t>(std::popcount(selection.word(order[position])));
  }
  const Slots::Block& block = slots_.block(order[last]);
  for (std::size_t i = 0; i < block.count; ++i) {
    const std::uint8_t offset = block.order[i];
    const bool selected = ((selection.word(order[last]) >> offset) & 1) != 0;
    if (selected && block.entities[offset]->key() < key) ++count;
  }
  return count;
}

}  // namespace aureacore::catalog
