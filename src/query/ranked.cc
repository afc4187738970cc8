#include "query/ranked.h"

#include <algorithm>

namespace aureacore::query {
namespace {

// The best so far, as a heap with the worst of them on top. Entities come in order of reference, so that of two equal
// ones the earlier stays before.
class Best {
 public:
  explicit Best(std::size_t limit) : limit_(limit) {}

  void offer(const Ranked& item) {
    const Placed placed{item, next_++};
    if (kept_.size() == limit_) {
      if (limit_ == 0 || !before(placed, kept_.front())) return;
      std::ranges::pop_heap(kept_, before);
      kept_.pop_back();
    }
    kept_.push_back(placed);
    std::ranges::push_heap(kept_, before);
  }

  std::vector<Ranked> take_from(std::size_t first) {
    std::ranges::sort_heap(kept_, before);
    std::vector<Ranked> items;
    for (std::size_t i = first; i < kept_.size(); ++i) items.push_back(kept_[i].item);
    return items;
  }

 private:
  struct Placed {
    Ranked item;
    std::size_t place;
  };
  static bool before(const Placed& a, const Placed& b) {
    return a.item.score != b.item.score ? a.item.score > b.item.score : a.place < b.place;
  }

  std::size_t limit_;
  std::size_t next_ = 0;
  std::vector<Placed> kept_;
};

}  // namespace

RankedPage find_ranked(const catalog::Snapshot& snapshot, const search::Query& query, const catalog::Selection* within,
                       std::size_t first, std::size_t limit, search::Searcher& searcher) {
  const auto hits = searcher.search(snapshot.texts(), query, snapshot.slot_limit(),
                                    within == nullptr ? std::span<const std::uint64_t>{} : within->bits());
  catalog::Selection found = snapshot.nothing();
  for (const search::Hit& hit : hits) found.insert(hit.document);
  Best best(first + limit);
  snapshot.visit_slots(found, [&](std::uint32_t slot, const catalog::Entity& entity) {
    const search::Hit& hit = searcher.hit(slot);
    best.offer({.entity = &entity, .score = hit.score, .fields = hit.fields});
  });
  return {.items = best.take_from(first), .total = hits.size()};
}

}  // namespace aureacore::query
