// SnapshotSlot: where the two roads meet. Sync publishes here; every worker reads here.
//
// A reader keeps a Reader of its own: current() compares one number and returns the pointer that this thread holds
// already; only after a publication does it fetch the new one, under a lock, once. An idle reader pins the snapshot it
// holds: call current() on a tick.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>

#include "catalog/snapshot.h"

namespace aureacore::catalog {

// A version that is still readable.
struct Retained {
  SnapshotPtr snapshot;      // null: not held (any more)
  base::SteadyTime checked;  // it was the current one at that check of its stalest source at least
};

class SnapshotSlot {
 public:
  // How many versions stay readable by their token (cursors pin theirs), the current one included.
  explicit SnapshotSlot(std::size_t retained = 64) : retained_(retained) {}

  // One atomic step: readers see the old snapshot or the new one. One writer.
  void publish(SnapshotPtr snapshot);

  // Grows by one with each publication; 0 before the first.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // The newest snapshot, null before the first. Takes the lock.
  [[nodiscard]] SnapshotPtr latest() const;
  // The newest with this token: one version may have come under several configurations. Takes the lock.
  [[nodiscard]] Retained find(std::string_view token) const;

 private:
  const std::size_t retained_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex mutex_;
  std::deque<Retained> held_;  // newest last; guarded by mutex_
};

// One thread's view of the slot.
class Reader {
 public:
  explicit Reader(const SnapshotSlot& slot) : slot_(slot) {}

  // Null before the first publication. Valid until the next call on this Reader.
  const Snapshot* current() {
    if (const std::uint64_t now = slot_.generation(); now != generation_) refresh(now);
    return snapshot_.get();
  }
  // The same, to be kept: for answers that outlive the call.
  SnapshotPtr hold() {
    current();
    return snapshot_;
  }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] const SnapshotSlot& slot() const { return slot_; }

  // This version stays the current one, whatever is published, until unpin(), which lets go of it.
  void pin(SnapshotPtr snapshot, std::uint64_t generation);
  void unpin();

 private:
  void refresh(std::uint64_t generation);

  const SnapshotSlot& slot_;
  std::uint64_t generation_ = 0;
  SnapshotPtr snapshot_;
  bool pinned_ = false;
};

}  // namespace aureacore::catalog
