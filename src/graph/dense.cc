#include "graph/dense.h"

#include <algorithm>
#include <numeric>

namespace aureacore::graph {

Dense::Dense(const catalog::Snapshot& snapshot) {
  std::vector<std::string_view> dangling;
  const std::vector<Said> said = collect(snapshot, dangling);
  connect(said, number(dangling));
}

// The entities come out in order of reference, the dangling references as they are met.
std::vector<Dense::Said> Dense::collect(const catalog::Snapshot& snapshot, std::vector<std::string_view>& dangling) {
  const catalog::Slots& slots = snapshot.slots();
  std::vector<std::uint32_t> rank_of(slots.blocks() * catalog::Slots::block_size);
  for (const std::uint32_t index : slots.order()) {
    const catalog::Slots::Block& block = slots.block(index);
    for (std::size_t rank = 0; rank < block.count; ++rank) {
      const std::uint8_t offset = block.order[rank];
      rank_of[index * catalog::Slots::block_size + offset] = size();
      const catalog::Entity* entity = block.entities[offset].get();
      entities_.push_back(entity);
      keys_.push_back(entity->key());
    }
  }
  boost::unordered_flat_map<std::string_view, std::uint32_t> dangling_places;
  const auto place_of = [&](std::string_view target) {
    if (const std::uint32_t slot = slots.slot_of(target); slot != catalog::Slots::none) return rank_of[slot];
    const auto next = static_cast<std::uint32_t>(size() + dangling.size());
    const auto [at, added] = dangling_places.try_emplace(target, next);
    if (added) dangling.push_back(target);
    return at->second;
  };
  std::vector<Said> said;
  for (std::uint32_t from = 0; from < size(); ++from) {
    for (const auto& [type, target] : entities_[from]->definition->relations) {
      said.push_back({from, place_of(target), type});
    }
  }
  return said;
}

// Puts the dangling references among the entities; gives each place's number.
std::vector<Node> Dense::number(const std::vector<std::string_view>& dangling) {
  keys_.insert(keys_.end(), dangling.begin(), dangling.end());
  entities_.resize(keys_.size(), nullptr);
  std::vector<Node> places(keys_.size());
  std::iota(places.begin(), places.end(), 0);
  if (dangling.empty()) return places;
  const auto by_key = [this](Node a, Node b) { return keys_[a] < keys_[b]; };
  const auto middle = places.end() - static_cast<std::ptrdiff_t>(dangling.size());
  std::sort(middle, places.end(), by_key);
  std::vector<Node> place_of(keys_.size());
  std::merge(places.begin(), middle, middle, places.end(), place_of.begin(), by_key);

  std::vector<std::string_view> keys(keys_.size());
  std::vector<const catalog::Entity*> entities(keys_.size());
  std::vector<Node> node_of(keys_.size());
  for (Node node = 0; node < size(); ++node) {
    keys[node] = keys_[place_of[node]];
    entities[node] = entities_[place_of[node]];
    node_of[place_of[node]] = node;
  }
  keys_ = std::move(keys);
  entities_ = std::move(entities);
  return node_of;
}

void Dense::connect(const std::vector<Said>& said, const std::vector<Node>& node_of) {
  first_.assign(keys_.size() + 1, 0);
  for (const Said& each : said) {
    ++first_[node_of[each.from] + 1];
    ++first_[node_of[each.to] + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  arrows_.resize(2 * said.size());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (const Said& each : said) {
    const Node from = node_of[each.from];
    const Node to = node_of[each.to];
    arrows_[next[from]++] = pack(to, each.type);
    arrows_[next[to]++] = pack(from, inverse(each.type));
  }
  drop_repeated();
}

// Both ends may say the same of each other.
void Dense::drop_repeated() {
  std::uint32_t end = 0;
  for (Node node = 0; node < size(); ++node) {
    const auto begin = arrows_.begin() + first_[node];
    const auto old_end = arrows_.begin() + first_[node + 1];
    std::sort(begin, old_end);
    const auto kept = std::unique(begin, old_end);
    first_[node] = end;
    end = static_cast<std::uint32_t>(std::copy(begin, kept, arrows_.begin() + end) - arrows_.begin());
  }
  first_.back() = end;
  arrows_.resize(end);
}

std::optional<Node> Dense::find(std::string_view key) const {
  const auto at = std::ranges::lower_bound(keys_, key);
  if (at == keys_.end() || *at != key) return std::nullopt;
  return static_cast<Node>(at - keys_.begin());
}

}  // namespace aureacore::graph
