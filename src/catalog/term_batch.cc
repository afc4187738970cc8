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
    for (; at < ends[i]; ++at) {
      const Term& term = (*terms)[at];
      order_.push_back(
          {term.path_hash, term.value_hash, term.value, slots[i], spelling_trace(term.value), term.has_value});
    }
  }
  std::ranges::sort(order_, {}, [](const SlotTerm& each) {
    return std::tuple(each.path_hash, each.value_hash, each.has_value, each.slot);
  });
}

}  // namespace aureacore::catalog
