// Job: one piece of work for one source that may take long: asking the remote, fetching, reading, parsing. Done by a
// fetcher thread, or by whoever else is Jobs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "metrics/timings.h"
#include "sync/progress.h"
#include "sync/shared_copy.h"
#include "sync/source.h"

namespace aureacore::sync {

enum class Task : std::uint8_t {
  load,      // the version that the mirror's record names, without the network
  list,      // what the remote's branch points to
  update,    // fetch a tip and plan what it changes
  validate,  // the same with the served commit, which came from the shared copy
  compare,   // what others made of a commit with what the tree has of it
  tidy,      // the mirror's housekeeping, once an update is served
};

struct Job {
  SourcePtr source;
  Task task = Task::list;
  git::Advertised tip;            // of update
  base::SteadyTime started;       // of list: when it began; of update: when the list that found the tip began
  Ground from{};                  // of load, update, validate and compare
  bool patient = true;            // of update: leaves it to another instance that is at it
  catalog::SnapshotPtr served{};  // of compare
  std::stop_source stop{};        // ends this job alone; source->stop does so with all of the source's
};

// A snapshot beside what a source's tree has, whole and to the last relation.
struct Comparison {
  catalog::SnapshotPtr right;                 // what the tree makes of the snapshot; null: it is that already
  std::vector<entity::DefinitionPtr> shared;  // see Editor::replace_source()
};
Comparison compare(const catalog::SnapshotPtr& served, const std::string& source, const SourceTree& tree);

struct Outcome {
  Job job;
  base::Status status;
  git::Advertised tip;                  // of list
  std::optional<std::string> mirrored;  // of list: the commit that the mirror holds; empty: none
  std::optional<Loaded> loaded;         // of load, update and validate
  std::optional<Comparison> compared;   // of compare
  bool deferred = false;                // of update: another instance does it
  bool cut = false;                     // it kept others waiting for too long: it says nothing of the remote
  bool partial_clone = false;           // of load and update; so is the next
  std::uint64_t mirror_bytes = 0;
};

// What jobs share.
struct JobContext {
  const base::Clock& clock;
  metrics::Timings& commands;  // by operation: list, fetch, fetch_blobs
  const ReportProgress& progress;
  const std::atomic<bool>& serving;  // something is published: look-ups go first from now on
  SharedCopy* shared = nullptr;      // null: there is none
};

// Blocking; any thread. What is told to stop ends soon.
Outcome perform(Job job, const JobContext& context);

// Where jobs are done: JobPool, or what a simulation puts in its place.
class Jobs {
 public:
  using Done = std::function<void(Outcome)>;

  virtual ~Jobs() = default;
  // Brief. Its outcome is handed over later, never before this returns.
  virtual void submit(Job job) = 0;
  // Ends the checks that hang while others wait for a fetcher (their outcome says so: cut). Called at each of the syncer's turns.
  virtual void relieve() {}

  struct Load {
    std::size_t waiting = 0;  // bounded by two for each source
    std::size_t running = 0;
    std::uint64_t cut = 0;  // since the start
  };
  // Any thread.
  [[nodiscard]] virtual Load load() const { return {}; }
};
using MakeJobs = std::function<std::unique_ptr<Jobs>(const JobContext& context, Jobs::Done done)>;

}  // namespace aureacore::sync
