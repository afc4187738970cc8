// Freshness: when what is served of one source was last found at its remote, and what stands in the way. Written by sync, read by
// every worker, without locks.
//
// Shared by all snapshots that have this commit of the source: a check that finds nothing new makes the catalog fresher without
// making a new snapshot. The next commit begins with one of its own, so that whoever holds an earlier snapshot isn't told its age.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"

namespace aureacore::catalog {

// Why a source's answers may be older than its interval promises.
enum class Degraded : std::uint8_t {
  no,
  mirror,           // served from the mirror on disk; the remote has not answered since the start
  git_unreachable,  // the last checks failed
  git_open,         // so many failed that the circuit breaker holds further ones back
  disk_full,        // what the remote has can't be stored
  held,             // a commit would remove a large part of the entities and waits for a decision
};

// "mirror", "git-unreachable", "git-open", "disk-full", "held"; empty for no.
std::string_view name(Degraded degraded);

class Freshness {
 public:
  // A check of the remote that began then has succeeded.
  void checked(base::SteadyTime start) { checked_.store(start.time_since_epoch().count(), std::memory_order_release); }
  // One that began then has failed.
  void failed(base::SteadyTime start) { failed_.store(start.time_since_epoch().count(), std::memory_order_release); }
  void set_degraded(Degraded degraded) { degraded_.store(degraded, std::memory_order_release); }
  // As much is known as of that one, which is of what was served before.
  void follow(const Freshness& before) {
    checked(before.last_check());
    failed(before.last_failure());
    set_degraded(before.degraded());
  }
  // That of the next commit.
  [[nodiscard]] std::shared_ptr<Freshness> next() const {
    auto next = std::make_shared<Freshness>();
    next->follow(*this);
    return next;
  }

  // Start of the last successful check (possibly before this process: from the mirror's record).
  [[nodiscard]] base::SteadyTime last_check() const {
    return base::SteadyTime(base::Duration(checked_.load(std::memory_order_acquire)));
  }
  // Start of the last check that failed; the clock's epoch: none did.
  [[nodiscard]] base::SteadyTime last_failure() const {
    return base::SteadyTime(base::Duration(failed_.load(std::memory_order_acquire)));
  }
  [[nodiscard]] Degraded degraded() const { return degraded_.load(std::memory_order_acquire); }

 private:
  std::atomic<base::Duration::rep> checked_{0};
  std::atomic<base::Duration::rep> failed_{0};
  std::atomic<Degraded> degraded_{Degraded::no};
};

}  // namespace aureacore::catalog
