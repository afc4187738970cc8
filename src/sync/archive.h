// Archive: finds versions that are held in memory no longer: in the shared copy's store, where what was published stays until its
// time-to-live ends; else they are made again from the mirrors, where it is known which commits a token stands for.
//
// Threads of its own, at low priority, do this: a version that many ask for is made once, and at most so many at a time. What
// was found stays for a while, so that the next page of a listing is quick. Owned by the composition root; outlives the syncer.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/editor.h"
#include "catalog/snapshot.h"
#include "metrics/registry.h"
#include "sync/shared_copy.h"
#include "sync/source_options.h"
#include "sync/version_log.h"

namespace aureacore::sync {

struct ArchiveOptions {
  std::filesystem::path directory;  // of the record of versions; exists
  std::filesystem::path mirrors;
  unsigned threads = 1;                            // versions that are looked for at a time
  base::Duration time = std::chrono::seconds(30);  // to make one from Git
  base::Duration store_time = std::chrono::seconds(10);
  std::size_t held = 4;    // found ones that stay
  std::uint64_t seed = 0;  // of the snapshots' hash tables
};

struct Recalled {
  enum class Origin : std::uint8_t { store, git };
  catalog::SnapshotPtr snapshot;
  Origin origin = Origin::store;
  // It was the current version then, or later: nobody knows more than that its commits were made by then.
  base::SteadyTime checked{};
};

class Archive {
 public:
  static constexpr std::size_t max_waiting = 1'000;  // that wait for versions; more are turned away

  // Errors: not_found: nowhere; any other: it can't be said now.
  using Done = std::function<void(const base::Result<Recalled>&)>;
  struct Totals {
    std::uint64_t store = 0;
    std::uint64_t git = 0;
    std::uint64_t gone = 0;
    std::uint64_t failed = 0;
  };

  Archive(ArchiveOptions options, const base::Clock& clock, const base::Log& log, const SharedCopy* shared);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // For the syncer. From now on versions of these sources.
  void configure(const std::vector<SourceOptions>& sources);
  // All of this is served, and is what the sources say.
  void note(const catalog::SnapshotPtr& snapshot);

  // What was found lately. Any thread; brief.
  [[nodiscard]] std::optional<Recalled> held(std::string_view token) const;
  // Calls `done` once, on a thread of the archive's. False: too many wait. Any thread; brief.
  bool recall(const std::string& token, Done done);
  // Those who wait are turned away; from then on all are. Idempotent; brief.
  void refuse();
  // And nothing is called when it returns. Waits for the store, if that hangs: prompt, once the shared copy is stopped.
  void stop();

  [[nodiscard]] Totals totals() const;
  // aureacore_versions_*. Call once; `this` outlives the registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  // What versions are made from.
  struct Ground {
    std::vector<SourceOptions> sources;
    catalog::SnapshotPtr served;  // null: nothing yet
  };

  void run(const std::stop_token& stop);
  base::Result<Recalled> find(const std::string& token, const std::stop_token& stop) const;
  base::Result<catalog::SnapshotPtr> rebuild(const entity::Version& version, const std::stop_token& stop) const;
  base::Status replace(catalog::Editor& editor, const SourceOptions& options, const entity::SourceVersion& component,
                       catalog::SourceState state, const std::stop_token& stop) const;
  void finish(const std::string& token, const base::Result<Recalled>& result, std::uint64_t configuration);

  const ArchiveOptions options_;
  const base::Clock& clock_;
  const base::Log& log_;
  const SharedCopy* const shared_;  // null: nothing is shared
  VersionLog versions_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Ground ground_;                                     // guarded by mutex_
  std::uint64_t configurations_ = 0;                  // so far; guarded by mutex_
  std::deque<std::string> queue_;                     // tokens; guarded by mutex_
  std::map<std::string, std::vector<Done>> waiting_;  // by token; guarded by mutex_
  std::size_t askers_ = 0;                            // guarded by mutex_
  std::deque<Recalled> found_;                        // the latest first; guarded by mutex_
  Totals totals_;                                     // guarded by mutex_
  bool stopped_ = false;                              // guarded by mutex_

  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace aureacore::sync
