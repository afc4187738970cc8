// Source: all that the syncer knows of one source, and the jobs that are done for it.
//
// Owned by the scheduler thread; a job reads what is const here, its own Ground, and the remote, which is its own while
// it runs: there is at most one job of each kind in flight, and `list` alone may run beside `load` and `compare`, whose
// remote it does not share.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "catalog/freshness.h"
#include "git/remote.h"
#include "git/repository.h"
#include "resilience/circuit_breaker.h"
#include "sync/check_record.h"
#include "sync/source_options.h"
#include "sync/source_tree.h"
#include "sync/status.h"

namespace aureacore::sync {

// The network half of a source: where a test puts a fake.
struct Connection {
  std::unique_ptr<git::Remote> remote;
  std::function<bool()> partial;                // whether the mirror leaves blobs out
  std::function<std::uint64_t()> mirror_bytes;  // on disk
  std::function<std::string()> mirrored;        // the commit that the mirror holds; empty: none
};
using Connect = std::function<Connection(const std::filesystem::path& mirror, const git::RemoteOptions& options)>;

// The real one.
Connection connect_git(const std::filesystem::path& mirror, const git::RemoteOptions& options);

// A version of a source, ready to be published.
struct Loaded {
  std::shared_ptr<SourceTree> tree;  // the one that holds it from now on: the source's own, or a fresh one
  Update update{};                   // from what the source had before
  std::string branch{};
  git::Commit commit{};
  std::uint64_t position = 0;
  std::size_t files = 0;                            // descriptors
  bool rewritten = false;                           // the commit doesn't descend from the one before
  std::optional<base::SteadyTime> checked{};        // start of the check that found it; nothing: from the mirror alone
  std::shared_ptr<catalog::Freshness> freshness{};  // its own, from the moment when it is to be served
};

// What the next update of a source begins with.
struct Ground {
  // As it was last read from Git, which may be another commit than the served one; null: it never was.
  std::shared_ptr<SourceTree> tree{};
  std::string tree_branch{};
  // It was read without a network, and without all that a network could bring; or its mirror is lost: at the next check all
  // is brought and read anew.
  bool gaps = false;
  // What is served (or about to be): the branch, its commit, and the commit's position. The commit is empty before there is any.
  std::string branch{};
  git::Commit commit{};
  std::uint64_t position = 0;
  std::uint64_t turn = 0;  // grows with each version that is served
};

struct Source {
  Source(SourceOptions source_options, const std::filesystem::path& mirrors, const Connect& connect);

  [[nodiscard]] const std::string& id() const { return options.tree.source; }
  // Whether a job is in flight, or what one has found waits to be looked into.
  [[nodiscard]] bool busy() const { return listing || working || found; }
  // One mirror, one user: what was begun under the configuration before ends first.
  [[nodiscard]] bool waits() const { return predecessor && (predecessor->busy() || predecessor->waits()); }
  // What is served is what the tree has, object for object; else it came from the shared copy.
  [[nodiscard]] bool in_step() const { return commit().id.empty() || served_from_tree; }
  [[nodiscard]] const git::Commit& commit() const { return ground.commit; }
  // Its next job may well hang or fail.
  [[nodiscard]] bool is_suspect() const { return failures > 0 || slow; }
  [[nodiscard]] entity::SourceVersion version() const { return {id(), ground.position, ground.commit.id}; }

  SourceOptions options;
  const std::filesystem::path mirror;
  const std::filesystem::path record_file;
  const Connection connection;
  std::stop_source stop;

  // The scheduler's alone.
  Ground ground;
  std::shared_ptr<catalog::Freshness> freshness = std::make_shared<catalog::Freshness>();  // of the ground's commit
  bool served_from_tree = false;
  std::optional<git::Advertised> tip;          // what the last list job has found
  base::SteadyTime tip_started{};              // when that began
  bool listing = false;                        // a list job is in flight
  bool working = false;                        // one of any other kind is
  bool again = false;                          // a check was asked for while one was under way
  bool answered = false;                       // the remote has answered since the start
  bool listed = false;                         // the first list job has ended, one way or the other
  bool loading_done = false;                   // its mirror was looked at
  bool restate = false;                        // its interval in the snapshot is an earlier one
  bool retired = false;                        // no longer configured: what still comes in for it is dropped
  std::optional<base::SteadyTime> deferred{};  // since then others were to fetch what its remote has
  base::SteadyTime adopted{};                  // when its served version was taken from the shared copy
  base::SteadyTime validation{};               // where it is not in step: when it is read from Git
  std::optional<base::SteadyTime> fetched{};   // its mirror is untidy since then …
  base::SteadyTime tidying{};                  // … until then
  base::SteadyTime due{};
  base::SteadyTime begun{};  // the last list job
  entity::Criticality criticality = entity::Criticality::normal;
  bool slow = false;           // its last check took long
  std::uint32_t failures = 0;  // in a row
  base::Code failure{};        // the last one
  resilience::CircuitBreaker breaker;
  std::optional<Held> held;  // waits for a decision
  std::string released;      // the commit that may take away as much as it will
  std::optional<std::pair<git::Advertised, base::SteadyTime>>
      found;                  // a tip that a list job found while `load` was running
  std::vector<Loaded> ready;  // to be published, oldest first
  std::shared_ptr<Source>
      predecessor;  // of the same id, from an earlier configuration: served until this one is published
  SourceStatus status;
};

using SourcePtr = std::shared_ptr<Source>;

// Which of the files under the state directory belong to a source: named after its id and address, so that another
// address under the same id begins with a mirror of its own.
std::string mirror_name(const SourceOptions& options);

}  // namespace aureacore::sync
