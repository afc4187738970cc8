#include "catalog/difference.h"

#include <algorithm>

namespace aureacore::catalog {
namespace {

bool by_key(const EntityPtr& a, const EntityPtr& b) { return a->key() < b->key(); }

// The entities that the other hasn't in the same slot, by reference.
std::vector<EntityPtr> own_entities(const Slots& of, const Slots& other) {
  std::vector<EntityPtr> own;
  for (std::size_t i = 0; i < of.blocks(); ++i) {
    const Slots::Block& block = of.block(i);
    const Slots::Block* theirs = i < other.blocks() ? &other.block(i) : nullptr;
    if (theirs == &block) continue;
    for (std::size_t offset = 0; offset < Slots::block_size; ++offset) {
      const EntityPtr& entity = block.entities[offset];
      if (entity && (theirs == nullptr || theirs->entities[offset] != entity)) own.push_back(entity);
    }
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
