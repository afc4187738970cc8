#include "catalog/slot.h"

#include <algorithm>
#include <ranges>

namespace aureacore::catalog {

void SnapshotSlot::publish(SnapshotPtr snapshot) {
  Retained oldest;  // let go of outside the lock: its destruction may take a while
  const std::scoped_lock lock(mutex_);
  if (!held_.empty()) held_.back().checked = held_.back().snapshot->last_check();
  held_.push_back({std::move(snapshot), {}});
  if (held_.size() > retained_) {
    oldest = std::move(held_.front());
    held_.pop_front();
  }
  generation_.fetch_add(1, std::memory_order_release);
}

SnapshotPtr SnapshotSlot::latest() const {
  const std::scoped_lock lock(mutex_);
  return held_.empty() ? nullptr : held_.back().snapshot;
}

Retained SnapshotSlot::find(std::string_view token) const {
  const std::scoped_lock lock(mutex_);
  const auto newest_first = held_ | std::views::reverse;
  const auto at = std::ranges::find(newest_first, token,
                                    [](const Retained& held) { return std::string_view(held.snapshot->token()); });
  if (at == newest_first.end()) return {};
  return at == newest_first.begin() ? Retained{at->snapshot, at->snapshot->last_check()} : *at;
}

void Reader::pin(SnapshotPtr snapshot, std::uint64_t generation) {
  snapshot_ = std::move(snapshot);
  generation_ = generation;
  pinned_ = true;
}

void Reader::unpin() {
  snapshot_ = nullptr;
  generation_ = 0;
  pinned_ = false;
}

void Reader::refresh(std::uint64_t generation) {
  if (pinned_) return;
  // Whatever is newest by now is at least of this generation; a still newer one shows at the next call.
  snapshot_ = slot_.latest();
  generation_ = generation;
}

}  // namespace aureacore::catalog
