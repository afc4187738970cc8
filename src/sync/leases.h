// Leases: which one of the instances fetches a source. Others wait for what whoever has the lease will share; it is renewed while
// its fetch takes its time, and let go of once what it was taken for is shared, or nothing is to be shared after all.
//
// They save work, and decide nothing: one that is lost means that two do the same.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "cache/store.h"
#include "entity/version.h"

namespace aureacore::sync {

struct LeaseOptions {
  std::string owner;         // this process, unlike every other
  base::Duration time{};     // whoever has it is waited for so long; it is renewed in time …
  base::Duration longest{};  // … up to this: what takes longer may hang
  base::Duration call_time = std::chrono::milliseconds(250);  // most that a call of the store may take
};

class Leases {
 public:
  Leases(LeaseOptions options, const base::Clock& clock, const base::Log& log)
      : options_(std::move(options)), clock_(clock), log_(log) {}

  // From now on those of this store; null: of none.
  void use(std::shared_ptr<cache::Store> store);

  // Whether the caller is to fetch the source, of which this commit is served: false while another instance does. Where the store
  // can't be asked: true. Any thread; blocks for call_time at most.
  [[nodiscard]] bool acquire(const std::string& source, const std::string& commit);
  // Any thread; blocks for call_time at most.
  void release(const std::string& source);
  // The fetch has ended with nothing to share: look_after() lets go of the lease. Any thread; brief.
  void end(const std::string& source);

  // The rest is for one thread, and blocks on the store. This version is shared, or can't be for now: releases what was taken for
  // the sake of it.
  void release_fetched(const entity::Version& version);
  // Renews what is due, and lets go of what has ended.
  void look_after();
  // When there is something to look after; max: never.
  [[nodiscard]] base::SteadyTime next() const;

 private:
  struct Lease {
    std::string commit;  // what was served when it was taken
    base::SteadyTime since{};
    bool ended = false;
  };

  [[nodiscard]] cache::Store::Deadline deadline() const { return clock_.steady() + options_.call_time; }

  const LeaseOptions options_;
  const base::Clock& clock_;
  const base::Log& log_;

  mutable std::mutex mutex_;
  std::shared_ptr<cache::Store> store_;  // guarded by mutex_
  std::map<std::string, Lease> held_;    // by source: ours, perhaps; guarded by mutex_
  base::SteadyTime due_{};               // of the next renewal; guarded by mutex_
};

}  // namespace aureacore::sync
