// Syncer: the only writer. Keeps the snapshot in step with the sources.
//
//   scheduler thread   decides: what is due, what an outcome means, what is published; it alone touches the Editor and
//   the slot fetcher threads    do what takes long (JobPool): ask a remote, fetch, read, parse; at most so many at
//   once, one source's in turn
//
// One source's road: list (what does the branch point to?) → the same commit: fresher by that, done; another: update
// (fetch, plan) → guard → commit to its tree → publish. Failures wait by backoff and breaker, each source by itself.
// The first publication has every source in it, from its remote or from its mirror on disk; after that each source's
// update is published as it comes.
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

#include "base/log.h"
#include "catalog/editor.h"
#include "catalog/slot.h"
#include "metrics/registry.h"
#include "metrics/timings.h"
#include "resilience/backoff.h"
#include "sync/job_pool.h"
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
  double jitter = 0.1;  // of the interval
  // The first publication waits so long for remotes that have not answered yet, so that a start with everything in
  // reach does not begin with a stale answer.
  base::Duration grace = std::chrono::milliseconds(300);
  std::uint64_t seed = 0;  // of the snapshot's hash tables
  // A mirror that no source uses any more is deleted at the first start so long after it was last checked.
  base::Duration leftover_grace = std::chrono::days(7);
  // Checks that are asked for begin at least so long after the source's last one began, however many ask.
  base::Duration refresh_spacing = std::chrono::milliseconds(20);
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
  };

  Syncer(SyncerOptions options, Dependencies dependencies, std::vector<SourceOptions> sources);
  ~Syncer() override;
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  void start();
  // Prompt: what is under way on the network is killed. Nothing is published after it returns. Idempotent.
  void stop();
  // From now on these sources. The old ones are served until the new ones are loaded. Any thread.
  void reconfigure(std::vector<SourceOptions> sources);

  [[nodiscard]] std::vector<SourceStatus> sources() const override;
  bool refresh(std::string_view source) override;

  // aureacore_source_*, aureacore_sync_*, aureacore_git_*, aureacore_catalog_*. Call once; `this` outlives the
  // registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  struct Refresh {
    std::string source;
  };
  struct Reconfigure {
    std::vector<SourceOptions> sources;
  };
  using Event = std::variant<Outcome, Refresh, Reconfigure>;

  // Totals since the start that no source owns; guarded by mutex_.
  struct Totals {
    std::uint64_t publications = 0;
    std::map<std::string, std::uint64_t> rewrites;  // by source
    std::map<std::string, std::uint64_t> held;      // by source
  };

  void register_source_metrics(metrics::Registry& registry) const;

  void run(const std::stop_token& stop);
  std::deque<Event> wait(const std::stop_token& stop);
  [[nodiscard]] base::SteadyTime next_due() const;
  void post(Event event);

  void handle(Outcome outcome);
  void handle(const Refresh& refresh);
  void handle(Reconfigure change);
  void handle_load(Source& source, Outcome& outcome);
  void handle_list(const SourcePtr& source, const Outcome& outcome);
  void handle_update(Source& source, Outcome& outcome);
  void found(const SourcePtr& source, const git::Advertised& tip, base::SteadyTime started);
  void accept(Source& source, Loaded loaded);
  bool hold(Source& source, const Loaded& loaded);
  void succeeded(Source& source, base::SteadyTime started);
  void failed(Source& source, base::SteadyTime started, const base::Error& error);
  // When a check that is asked for now may begin.
  [[nodiscard]] base::SteadyTime soonest(const Source& source) const;
  void current(Source& source, base::SteadyTime started);
  void start_tidying(const SourcePtr& source);
  void note_lost_mirror(Source& source, const Outcome& outcome);
  static void note_mirror(Source& source, const Outcome& outcome);
  void note_rewrite(const Source& source);
  void discard_mirror(const Source& source);
  [[nodiscard]] catalog::Degraded degraded(const Source& source) const;

  void set_leftovers_aside();
  void add(SourceOptions options, SourcePtr predecessor);
  void retire(Source& source);
  void start_due();
  void publish();
  [[nodiscard]] bool may_publish() const;
  void publish_once();
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
  base::SteadyTime began_{};

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Event> events_;            // guarded by mutex_
  std::vector<SourceStatus> statuses_;  // guarded by mutex_
  Totals totals_;                       // guarded by mutex_

  std::unique_ptr<JobPool> pool_;
  std::jthread scheduler_;
  std::jthread sweeper_;  // deletes the mirrors that were left over at the start
};

}  // namespace aureacore::sync
