// Ranked: what a full-text search finds in a snapshot, best first; what is equally good stands by reference.
#pragma once

#include <vector>

#include "catalog/selection.h"
#include "catalog/snapshot.h"
#include "search/searcher.h"

namespace aureacore::query {

struct Ranked {
  const catalog::Entity* entity = nullptr;
  float score = 0;
  search::Fields fields;  // where it was found
};

struct RankedPage {
  std::vector<Ranked> items;
  std::size_t total = 0;  // of all that was found
};

// `within`: only these entities; null: all.
RankedPage find_ranked(const catalog::Snapshot& snapshot, const search::Query& query, const catalog::Selection* within,
                       std::size_t first, std::size_t limit, search::Searcher& searcher);

}  // namespace aureacore::query
