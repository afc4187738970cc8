#include "catalog/difference.h"

#include <algorithm>

namespace aureacore::catalog {
namespace {

bool by_key(const EntityPtr& a, const EntityPtr& b) { return a->key() < b->key(); }

// The entities in blocks that the other hasn't, by reference.
std::vector<EntityPtr> own_entities(const Slots& of, const Slots& other) {
  std::vector<EntityPtr> own;
  for (std::size_t i = 0; i < of.blocks(); ++i) {
    if (i < other.blocks() && &of.block(i) == &other.block(i)) continue;
    const Slots::Block& block = of.block(i);
    for (std::size_t rank = 0; rank < block.count; ++rank) own.push_back(block.entities[block.order[rank]]);
  }
  std::ranges::sort(own, by_key);
  return own;
}

}  // namespace

std::vector<Difference> difference(const Snapshot& from, const Snapshot& to) {
  const auto before = own_entities(from.slots(), to.slots());
  const auto after = own_entities(to.slots(), from.slots());
  std::vector<Difference> all;
  auto old = before.begin();
  for (const EntityPtr& fresh : after) {
    for (; old != before.end() && by_key(*old, fresh); ++old) all.push_back({*old, nullptr});
    if (old == before.end() || by_key(fresh, *old)) {
      all.push_back({nullptr, fresh});
    } else if (*old++ != fresh) {
      all.push_back({*std::prev(old), fresh});
    }
  }
  for (; old != before.end(); ++old) all.push_back({*old, nullptr});
  return all;
}

}  // namespace aureacore::catalog
