// TermBatch: the terms of many entities, brought into the order in which the index takes them fastest.
//
// Adding entity by entity touches every path's values for each of them, all over memory; in a batch all that goes to one path
// comes together, its values in the order of their hashes. Filled by one thread, then added by the index's writer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "catalog/flatten.h"
#include "catalog/index.h"
#include "catalog/slots.h"

namespace aureacore::catalog {

class TermBatch {
 public:
  explicit TermBatch(std::uint64_t seed) : flattener_(seed) {}

  // The terms of the entities at these slots, instead of what was there.
  void fill(std::span<const std::uint32_t> slots, const Slots& entities);
  void add_to(Index& index, const Index::Spelling& spelling, base::EditToken token) const {
    index.add_all(order_, spelling, token);
  }

 private:
  Flattener flattener_;
  std::vector<SlotTerm> order_;
};

}  // namespace aureacore::catalog
