// EmbeddedStore: a Store in a file of the state directory, for one process: what a single instance starts warm from.
//
// Time-to-live counts only while a process uses the file: nothing is deleted until some time after it was opened, so that
// an instance that was down for a week finds its catalog. Leases live in memory, for there is one process; announcements
// go to the subscribers in it, on the announcer's thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "cache/lmdb.h"
#include "cache/store.h"

namespace aureacore::cache {

struct EmbeddedOptions {
  std::size_t max_bytes = LmdbOptions().max_bytes;  // of the file
  // So long after opening, and from then on this often at most, what ran out is deleted while parts are put.
  base::Duration sweep_grace = std::chrono::hours(1);
  base::Duration sweep_interval = std::chrono::minutes(1);
};

class EmbeddedStore final : public Store {
 public:
  // The folder must exist. Files of other formats in it are deleted. Errors: unavailable (another process has it, or the
  // disk).
  static base::Result<std::unique_ptr<EmbeddedStore>> open(const std::filesystem::path& directory,
                                                           const base::Clock& clock, const base::Log& log,
                                                           EmbeddedOptions options = {});
  // Subscriptions end before.
  ~EmbeddedStore() override = default;

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const Digest> digests,
                                                            Deadline deadline) override;
  base::Status put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) override;
  base::Result<std::vector<bool>> renew(std::span<const Digest> digests, base::Duration ttl,
                                        Deadline deadline) override;
  base::Result<std::optional<Head>> head(Deadline deadline) override;
  base::Result<HeadMove> move_head(const MoveTerms& terms, const Head& next, Deadline deadline) override;
  base::Result<bool> acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                             Deadline deadline) override;
  base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                 Deadline deadline) override;
  base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) override;
  base::Result<Members> meet(std::string_view member, std::string_view text, base::Duration duration,
                             Deadline deadline) override;
  base::Status announce(const Announcement& announcement, Deadline deadline) override;
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(Listener listener) override;

  // Deletes what ran out. put() does so by itself.
  base::Status sweep();

 private:
  struct Lease {
    std::string owner;
    base::SteadyTime until{};
  };
  struct Member {
    std::string text;
    base::SteadyTime until{};
  };
  class Subscribed;

  EmbeddedStore(std::unique_ptr<Lmdb> database, const base::Clock& clock, EmbeddedOptions options)
      : database_(std::move(database)),
        clock_(clock),
        options_(options),
        next_sweep_(clock.steady() + options.sweep_grace) {}

  [[nodiscard]] base::Status in_time(Deadline deadline) const;
  [[nodiscard]] std::uint64_t milliseconds(base::Duration from_now) const;
  base::Status put_some(std::span<const Part> parts, std::uint64_t expiry);
  bool sweep_is_due();
  Lease* held(std::string_view lease);  // null where nobody holds it

  const std::unique_ptr<Lmdb> database_;
  const base::Clock& clock_;
  const EmbeddedOptions options_;

  std::mutex mutex_;
  base::SteadyTime next_sweep_;                       // guarded by mutex_
  std::map<std::string, Lease, std::less<>> leases_;  // guarded by mutex_
  std::map<std::string, Member> members_;             // guarded by mutex_
  std::mutex listeners_mutex_;                        // held while listeners are called
  std::map<const Subscribed*, Listener> listeners_;   // guarded by listeners_mutex_
};

}  // namespace aureacore::cache
