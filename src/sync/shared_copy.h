// SharedCopy: keeps what is served and what a store holds in step. It owns the store's side of the write road.
//
//   published here     the parts that the store lacks, then the manifest, then the head, then the announcement
//   published there    the announcement (or a look at the head, now and then and after every gap) → the parts that differ
//                      are read beside what is served → an offer, which the scheduler takes or refuses
//
// A store never decides what is newer. An offer that succeeds what is served was made of just that by an instance that
// asked Git; any other waits until our own check of each source that differs names the same commit. And a head is moved
// from what we made ours of, or once a check since we saw it has found our own commit of each source that differs. So a
// flush, an old dump, a lagging replica or a rewritten branch may cost work, but lets nobody go back.
//
// One thread of its own does all this, and blocks on the store; while the store is away or slow nothing else waits for
// it, but for fetches, a moment each, that ask for their lease. The functions are for the scheduler unless they say otherwise.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "cache/counted_store.h"
#include "cache/image.h"
#include "cache/reader.h"
#include "cache/store.h"
#include "cache/writer.h"
#include "metrics/registry.h"
#include "metrics/timings.h"
#include "resilience/backoff.h"
#include "sync/conflicts.h"
#include "sync/leases.h"
#include "sync/shared_status.h"

namespace aureacore::sync {

using Freshnesses = std::map<std::string, std::shared_ptr<catalog::Freshness>, std::less<>>;  // by source

// A catalog of the store's.
struct Offer {
  cache::ImagePtr image;
  catalog::SnapshotPtr base;  // what was served when it was read; it shares with it what is the same; null: nothing was
  bool succeeds = false;      // whoever wrote it began with the base
  Freshnesses freshness{};    // of the sources that were read; it knows nothing yet
};

struct SharedCopyOptions {
  std::string instance;                                // this process's, unlike every other's
  catalog::Tier tier = catalog::Tier::embedded;        // what the store is
  base::Duration ttl = std::chrono::hours(24);         // where a source has none of its own
  base::Duration longest_ttl = base::Duration::max();  // whatever a source says
  bool compress = true;
  base::Duration interval = std::chrono::seconds(10);   // between looks at the head, where nothing is heard
  base::Duration call_time = std::chrono::seconds(2);   // most that a call of the store may take
  base::Duration bulk_time = std::chrono::seconds(30);  // to read or write a whole catalog
  base::Duration start_time = std::chrono::seconds(5);  // to read one while nothing is served; after that Git is asked
  base::Duration lease = std::chrono::seconds(5);       // see LeaseOptions
  base::Duration longest_lease = std::chrono::seconds(30);     // the same
  base::Duration lease_time = std::chrono::milliseconds(250);  // to ask for one
  base::Duration beat = std::chrono::seconds(5);               // between signs of life …
  base::Duration presence = std::chrono::seconds(15);          // … each of which holds for so long
  std::string release{};
  resilience::Backoff backoff = {std::chrono::milliseconds(50), std::chrono::milliseconds(500),
                                 std::chrono::seconds(10)};
  std::uint64_t seed = 0;  // of the snapshots' hash tables
};

// Opens the store of the catalog with this name (see content_name): catalogs of other names share nothing with it.
// Calls under way end early when it is asked to stop.
using OpenStore =
    std::function<base::Result<std::shared_ptr<cache::Store>>(const std::string& catalog, const std::stop_token& stop)>;

class SharedCopy {
 public:
  struct Dependencies {
    const base::Clock& clock;
    const base::Log& log;
    OpenStore open;
    resilience::Random random;                // used on its thread alone
    metrics::Timings* propagation = nullptr;  // from an announcement until what it names is taken; null: not measured
    Conflicts* conflicts = nullptr;           // null: they are logged alone
    bool driven = false;                      // no thread of its own: whoever made it takes its turns
  };
  // Called on its thread. Brief.
  struct Listener {
    std::function<void(Offer)> offer;
    // At the start: the store has no catalog for us.
    std::function<void()> nothing;
    // Others have other versions of these sources, which can't be had from the store: look at Git.
    std::function<void(std::vector<std::string> sources)> doubt;
  };
  // What is this instance's own of a source.
  struct Own {
    base::Duration interval{};
    std::optional<base::Duration> ttl{};  // of its parts
  };
  using Sources = std::map<std::string, Own, std::less<>>;

  SharedCopy(SharedCopyOptions options, Dependencies dependencies);
  ~SharedCopy();
  SharedCopy(const SharedCopy&) = delete;
  SharedCopy& operator=(const SharedCopy&) = delete;

  // Begins with one answer, offer() or nothing(), after call_time and start_time at the latest.
  void start(const std::string& catalog, Sources sources, Listener listener);
  // Nothing is called when it returns. Idempotent.
  void stop();

  // From now on this catalog, or other facts of these sources.
  void configure(const std::string& catalog, Sources sources);
  // This is served now; with its image where it came from an offer.
  void served(catalog::SnapshotPtr snapshot, cache::ImagePtr image);
  // This commit, which is served of the source, is what its remote had when a check began that has just ended.
  void confirmed(const std::string& source, const std::string& commit, base::SteadyTime started);
  void refused(const Offer& offer);

  // See Leases. Any thread; both block for lease_time at most.
  [[nodiscard]] bool acquire(const std::string& source, const std::string& commit);
  void release(const std::string& source);
  // What the fetch of the source has brought won't be served, or not yet: nobody need wait for it.
  void nothing_new(const std::string& source);

  // Does what is due by now; blocks on the store. For its thread, or whoever drives it instead.
  void turn(const std::stop_token& stop);
  // When the next turn is due, unless something happens before. On the same thread.
  [[nodiscard]] base::SteadyTime next() const;

  // Whether nobody has claimed this yet, in all instances, within the duration: from now on it is the caller's. `number` is to be
  // another each time. Nothing: the store can't be asked. Any thread; blocks for lease_time at most.
  [[nodiscard]] std::optional<bool> claim(const std::string& what, std::uint64_t number, base::Duration duration) const;

  // The catalog of an earlier version, if it was published and its parts are still there. Any thread; blocks on the store. Errors:
  // not_found, corrupt (it is damaged), those of the store.
  [[nodiscard]] base::Result<catalog::SnapshotPtr> recall(const std::string& token, base::SteadyTime deadline) const;

  // Any thread.
  [[nodiscard]] SharedStatus status() const;
  // For what instances share beside the catalog; null: none is open. Any thread.
  [[nodiscard]] std::shared_ptr<cache::Store> store() const;
  [[nodiscard]] const std::string& instance() const { return options_.instance; }
  // aureacore_cache_*. Call once; `this` outlives the registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  using Deadline = cache::Store::Deadline;
  struct Served {
    catalog::SnapshotPtr snapshot;
    cache::ImagePtr image;
  };
  // The remote had that commit when the check began.
  struct Check {
    std::string commit;
    base::SteadyTime started{};
  };
  // What came in since the thread last looked.
  struct Inbox {
    std::optional<std::string> catalog;  // another than before
    std::optional<Served> served;
    std::deque<cache::Announcement> announcements;
    bool gap = false;       // some may have been missed
    bool answered = false;  // an offer was taken or refused
    bool confirmed = false;
    bool leased = false;  // there are leases to look after
    [[nodiscard]] bool empty() const {
      return !catalog && !served && announcements.empty() && !gap && !answered && !confirmed && !leased;
    }
  };

  void register_traffic(metrics::Registry& registry) const;
  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop);
  void take_inbox();
  void post(const std::function<void(Inbox&)>& change);
  base::Status step(const std::stop_token& stop);
  base::Status open(const std::stop_token& stop);
  base::Status begin();
  template <class Work>
  auto apart(const Work& work);
  base::Status write();
  void put_off();
  cache::Sink sink();
  [[nodiscard]] cache::WriteTerms write_terms() const;
  base::Status follow();
  base::Status reconcile();
  base::Status answer(const cache::Head& found);
  base::Status offer(const cache::Digest& digest, std::span<const cache::Digest> parts, bool succeeds);
  base::Status restore_parts();
  // `parts`: the new ones, where they are known.
  base::Status move(const std::optional<cache::Digest>& expected, const std::vector<std::string>& rewritten,
                    std::vector<cache::Digest> parts);
  base::Status renew();
  base::Status beat();
  void note_failure(const base::Error& error);
  void note_success();
  void note_disagreement(const cache::Digest& theirs);
  void note_divergence(const cache::Head& found);
  // Who has said to serve it; "shared copy" where nobody has lately.
  [[nodiscard]] std::string who_serves(const cache::Digest& digest) const;
  void set_state(SharedStatus::State state);
  void note_in_step();
  void close();
  // Puts the freshness of each source that is read there.
  [[nodiscard]] cache::ReadTerms read_terms(Freshnesses& freshness, Deadline deadline) const;
  [[nodiscard]] bool confirmed_since(const std::string& source, base::SteadyTime time) const;
  [[nodiscard]] Deadline in(base::Duration time) const { return dependencies_.clock.steady() + time; }
  void hear(const std::optional<cache::Announcement>& announcement);
  void note_propagation(const cache::Digest& digest);

  const SharedCopyOptions options_;
  const Dependencies dependencies_;
  Listener listener_;

  // The thread's own.
  std::string catalog_;
  std::shared_ptr<cache::Store> store_;
  std::unique_ptr<cache::Store::Subscription> subscription_;
  bool begun_ = false;                     // our first question was answered
  bool refused_ = false;                   // an offer to begin with
  catalog::SnapshotPtr target_;            // what is served
  cache::ImagePtr own_;                    // of it, or of what was served before; null: nothing is written yet
  std::optional<cache::Digest> awaiting_;  // offered, not answered yet
  std::deque<cache::Announcement> chain_;  // not followed yet
  bool look_ = false;                      // at the head
  std::optional<cache::Digest> basis_;     // the head when own_ was written: its parts were there
  std::optional<cache::Digest> seen_;      // a head that is not ours …
  std::optional<cache::Digest>
      passed_over_;                         // the last that was offered and not taken; nothing: a check has ended since
  base::SteadyTime seen_at_{};              // … since then
  std::optional<cache::Digest> disagrees_;  // the head of our version that isn't ours
  std::optional<cache::Digest> sized_;      // what status_.size is of
  base::SteadyTime due_{};                  // of the next step
  base::SteadyTime beat_{};                 // of the next sign of life
  base::SteadyTime renewal_{};              // of the next renewal
  base::HeapSweeper heap_;
  std::uint32_t failures_ = 0;  // in a row

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::pair<cache::Digest, base::SteadyTime>> heard_;  // announcements not taken yet; guarded by mutex_
  Inbox inbox_;                                                   // guarded by mutex_
  std::string configured_;  // the catalog; catalog_ follows with the next turn; guarded by mutex_
  Sources sources_;         // guarded by mutex_
  std::map<std::string, Check, std::less<>> checks_;  // the last of each source; guarded by mutex_
  std::shared_ptr<cache::Store> lender_;              // store_, for other threads; guarded by mutex_
  cache::ImagePtr image_;                             // own_, for other threads; guarded by mutex_
  SharedStatus status_;                               // guarded by mutex_
  Leases leases_;
  cache::Traffic traffic_;
  metrics::Timings calls_{"operation"};

  std::jthread thread_;
};

}  // namespace aureacore::sync
