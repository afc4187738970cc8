#include "catalog/term_batch.h"

#include <algorithm>
#include <tuple>

namespace aureacore::catalog {

void TermBatch::fill(std::span<const std::uint32_t> slots, const Slots& entities) {
  flattener_.clear();
  std::vector<std::size_t> ends;  // of each entity's terms
  const std::vector<Term>* terms = nullptr;
  for (const std::uint32_t slot : slots) {
    terms = &flattener_.append(*entities.at(slot));
    ends.push_back(terms->size());
  }
  order_.clear();
  for (std::size_t i = 0, at = 0; i < slots.size(); ++i) {
    for (; at < ends[i]; ++at) order_.push_back({&(*terms)[at], slots[i]});
  }
  std::ranges::sort(order_, {}, [](const SlotTerm& each) {
    return std::tuple(each.term->path_hash, each.term->value_hash, each.term->has_value, each.slot);
  });
}

}  // namespace aureacore::catalog
