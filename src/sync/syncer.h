// Syncer: the only writer. Keeps the snapshot in step with the sources.
//
//   scheduler thread   decides: what is due, what an outcome means, what is published; it alone edits what is served, and
//                      the slot (where very much has come, by a thread that it waits for)
//   fetcher threads    do what takes long (JobPool): ask a remote, fetch, read, parse, compare; at most so many at once,
//                      one source's in turn
//
// One source's road: list (what does the branch point to?) → the same commit: fresher by that, done; another: update
// (fetch, plan) → guard → commit to its tree → publish. Failures wait by backoff and breaker, each source by itself.
// The first publication has every source in it, from its remote, from its mirror on disk or from the shared copy; after
// that each source's update is published as it comes.
//
// With a shared copy (SharedCopy) an offer of another instance's catalog may be served in place of work of one's own. A
// source whose served version came from there is not in step with its tree, what was last read of it from Git; its next
// update replaces all that it has, and does so even where the commit is the served one: that is how what was shared is
// checked against Git.
//
// Its thread does nothing but take turns; a simulation takes them itself (begin, turn, next) and does the jobs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/heap.h"
#include "base/log.h"
#include "catalog/editor.h"
#include "catalog/slot.h"
#include "metrics/registry.h"
#include "metrics/timings.h"
#include "resilience/backoff.h"
#include "resilience/retry_budget.h"
#include "sync/archive.h"
#include "sync/conflicts.h"
#include "sync/criticality.h"
#include "sync/job.h"
#include "sync/shared_copy.h"
#include "sync/source.h"
#include "sync/status.h"

namespace aureacore::sync {

// An update that would take away more than this share of a source's entities, and more than this many, is held back.
struct Guard {
  double share = 0.5;
  std::size_t count = 10;
};

struct SyncerOptions {
  std::filesystem::path mirrors;  // the folder that they are in; made when missing
  unsigned fetchers = 4;
  Guard guard;
  resilience::Backoff backoff;
  resilience::CircuitBreaker::Options breaker;
  // Checks of sources that failed the last time, of all of them together.
  resilience::RetryBudget::Options retries;
  Intervals intervals;
  // How long a check may keep a fetcher that others wait for.
  base::Duration check_patience = std::chrono::seconds(2);
  double jitter = 0.1;  // of the interval
  // The first publication waits so long for remotes that have not answered yet, so that a start with everything in
  // reach does not begin with a stale answer.
  base::Duration grace = std::chrono::milliseconds(300);
  std::uint64_t seed = 0;  // of the snapshot's hash tables
  // A mirror that no source uses any more is deleted at the first start so long after it was last checked.
  base::Duration leftover_grace = std::chrono::days(7);
  // Checks that are asked for begin at least so long after the source's last one began, however many ask.
  base::Duration refresh_spacing = std::chrono::milliseconds(20);
  // What came from the shared copy is read from Git, too, so long after it was taken.
  base::Duration validation = std::chrono::minutes(1);
  // The same where this process has read nothing of the source from Git: a commit that falls to it before takes a whole reading.
  // Give or take four fifths, since instances that start together are not to clone together.
  base::Duration preparation = std::chrono::seconds(10);
  // A mirror is tidied when so long nothing has been fetched into it, or at the latest …
  base::Duration quiet = std::chrono::seconds(3);
  base::Duration longest_quiet =
      std::chrono::seconds(10);  // … so long after the first fetch since: others wait for the processor
  // Where another instance fetches a source, what came of it is looked for so long after, each time twice as long …
  base::Duration deferral = std::chrono::milliseconds(100);
  base::Duration longest_deferral = std::chrono::seconds(1);
  // … and after so long it is fetched, whoever else says to be at it: a little more than a lease is renewed for.
  base::Duration patience = std::chrono::seconds(35);
};

class Syncer final : public Status {
 public:
  struct Dependencies {
    const base::Clock& clock;
    const base::Log& log;
    catalog::SnapshotSlot& slot;
    resilience::Random random;  // used on the scheduler thread alone
    Connect connect = connect_git;
    ReportProgress progress;  // may be empty
    // Called on the scheduler's thread when a check has ended, one way or the other, and what it found is served. Brief. May be
    // empty.
    std::function<void()> checked;
    SharedCopy* shared = nullptr;    // outlives the syncer; started and stopped with it; null: none
    Conflicts* conflicts = nullptr;  // null: they are logged alone
    Archive* archive = nullptr;      // is told what is served; null: nobody is
    MakeJobs jobs{};                 // empty: a JobPool
  };

  Syncer(SyncerOptions options, Dependencies dependencies, std::vector<SourceOptions> sources);
  ~Syncer() override;
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  void start();
  // Starts without a thread of its own: whoever calls this takes the turns, too.
  void begin();
  // Does what is due by now.
  void turn();
  // When the next turn is due, unless something happens before. Any thread.
  [[nodiscard]] base::SteadyTime next() const;
  // Prompt: what is under way on the network is killed. Nothing is published after it returns. Idempotent.
  void stop();
  // From now on these sources. The old ones are served until the new ones are loaded. Any thread.
  void reconfigure(std::vector<SourceOptions> sources);

  [[nodiscard]] std::vector<SourceStatus> sources() const override;
  bool refresh(std::string_view source) override;
  Release release(std::string_view source, std::string_view commit) override;

  // aureacore_source_*, aureacore_sync_*, aureacore_git_*, aureacore_catalog_*. Call once; `this` outlives the
  // registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  struct Refresh {
    std::string source;
  };
  struct Released {
    std::string source;
    std::string commit;
  };
  struct Reconfigure {
    std::vector<SourceOptions> sources;
  };
  struct Doubt {
    std::vector<std::string> sources;
  };
  struct NothingShared {};
  using Event = std::variant<Outcome, Refresh, Released, Reconfigure, Offer, Doubt, NothingShared>;
  [[nodiscard]] bool is_large(const std::deque<Event>& events) const;

  // Totals since the start that no source owns; guarded by mutex_.
  struct Totals {
    std::uint64_t publications = 0;
    std::map<std::string, std::uint64_t> rewrites;  // by source
    std::map<std::string, std::uint64_t> held;      // by source
    std::map<std::string, std::uint64_t> released;  // by source
    std::uint64_t retries_refused = 0;
    std::map<std::string, std::uint64_t> validated;  // by source: versions from the shared copy that Git has confirmed
    std::map<std::string, std::uint64_t> corrected;  // by source: those that it has not
  };

  void register_source_metrics(metrics::Registry& registry) const;
  void register_job_metrics(metrics::Registry& registry) const;

  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop);
  [[nodiscard]] base::SteadyTime next_due() const;
  void post(Event event);

  void handle(Outcome outcome);
  void handle(const Refresh& refresh);
  void handle(const Released& released);
  void handle(Reconfigure change);
  void handle(Offer offer);
  void handle(const Doubt& doubt);
  void handle(NothingShared nothing);
  void handle_load(Source& source, Outcome& outcome);
  void handle_cut(Source& source);
  void handle_list(const SourcePtr& source, const Outcome& outcome);
  void handle_update(Source& source, Outcome& outcome);
  void found(const SourcePtr& source, const git::Advertised& tip, base::SteadyTime started);
  void submit(const SourcePtr& source, Task task, git::Advertised tip, base::SteadyTime started);
  void accept(Source& source, Loaded loaded, const Ground& from);
  void note_loaded(Source& source, Loaded& loaded);
  bool hold(Source& source, std::size_t gone, std::size_t before, const std::string& commit);

  // With the shared copy (syncer_shared.cc).
  void start_sharing();
  [[nodiscard]] SharedCopy::Sources shared_sources() const;
  void share(const catalog::SnapshotPtr& snapshot, cache::ImagePtr image);
  void configure_sharing();
  [[nodiscard]] bool is_settled() const;
  void take_over(Source& source, Loaded loaded, const Ground& from);
  void start_comparison(const Source& source);
  void handle_comparison(Source& source, Outcome& outcome);
  void replace(Source& source, Loaded loaded);
  void serve_derived(catalog::SnapshotPtr snapshot);
  void note_criticality(const catalog::Snapshot& snapshot);
  static catalog::SourceState state_of(const Source& source, const Loaded& loaded);
  void settle_offer();
  [[nodiscard]] bool is_for_us(const Offer& offer) const;
  [[nodiscard]] bool may_begin_with(const Offer& offer) const;
  // Whether each source that differs is what its remote has: no: one isn't; nothing: a check of one is awaited.
  [[nodiscard]] std::optional<bool> is_proven(const Offer& offer) const;
  [[nodiscard]] bool takes_away_too_much(const Offer& offer);
  void adopt(const Offer& offer);
  void adopt(Source& source, const catalog::Snapshot& snapshot);
  void set_age(Source& source, const catalog::SourceState& state);
  void refuse_offer();
  [[nodiscard]] static base::SteadyTime validation_due(const Source& source);
  void start_validation(const SourcePtr& source);
  void handle_validation(Source& source, Outcome& outcome);
  void follow_up(const SourcePtr& source);
  void succeeded(Source& source, base::SteadyTime started);
  void failed(Source& source, base::SteadyTime started, const base::Error& error);
  // When a check that is asked for now may begin.
  [[nodiscard]] base::SteadyTime soonest(const Source& source) const;
  void current(Source& source, base::SteadyTime started);
  void note_fetched(Source& source) const;
  [[nodiscard]] static base::SteadyTime tidying_due(const Source& source);
  void start_tidying(const SourcePtr& source);
  void note_lost_mirror(Source& source, const Outcome& outcome);
  static void note_mirror(Source& source, const Outcome& outcome);
  void note_rewrite(const Source& source, const entity::SourceVersion& next);
  void discard_mirror(const Source& source);
  [[nodiscard]] catalog::Degraded degraded(const Source& source) const;

  void set_leftovers_aside();
  void add(SourceOptions options, SourcePtr predecessor);
  void retire(Source& source);
  void start_due();
  [[nodiscard]] bool may_check(Source& source, base::SteadyTime now);
  [[nodiscard]] base::Duration interval_of(const Source& source) const;
  void start_load(const SourcePtr& source);
  void publish();
  [[nodiscard]] bool may_publish() const;
  void publish_once();
  void serve(catalog::SnapshotPtr snapshot, cache::ImagePtr image, base::SteadyTime began);
  [[nodiscard]] catalog::SnapshotPtr served() const;
  void report_indexing() const;
  void export_status();

  const SyncerOptions options_;
  const Dependencies dependencies_;
  std::atomic<bool> serving_{false};  // the first publication is out
  metrics::Timings commands_{"operation"};
  metrics::Timings updates_;
  metrics::Timings builds_;

  // The scheduler's alone.
  std::vector<SourcePtr> sources_;  // as configured, in that order
  std::vector<SourcePtr> removed_;  // to be taken out of the snapshot
  bool published_ = false;
  bool asking_ = false;            // the shared copy has not answered yet, so nothing is read from the mirrors
  std::optional<Offer> offer_;     // not taken or refused yet
  base::SteadyTime offered_{};     // when it came
  catalog::SnapshotPtr adopted_;   // taken before the first publication, not published yet …
  cache::ImagePtr adopted_image_;  // … its image; null: it was changed since
  base::SteadyTime began_{};
  resilience::RetryBudget retries_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Event> events_;            // guarded by mutex_
  std::vector<SourceStatus> statuses_;  // guarded by mutex_
  Totals totals_;                       // guarded by mutex_
  base::SteadyTime next_{};             // when the next turn is due; guarded by mutex_

  std::unique_ptr<Jobs> jobs_;
  base::HeapSweeper heap_;  // the scheduler's
  std::jthread scheduler_;
  std::jthread sweeper_;  // deletes the mirrors that were left over at the start
};

}  // namespace aureacore::sync
