// Conflicts: where two versions stood against each other that no order puts one before the other, and how that ended. The
// remote decides, always: what it advertises is served, whoever said something else.
//
//   rewritten-history   the remote's branch has a commit that doesn't descend from the served one
//   divergent-version   another instance has shared a commit that doesn't go with ours
//   divergent-catalog   of the very same commits another instance has made another catalog
//
// Kept so that operators see them; nothing is decided by what is kept. Owned by the composition root. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "entity/version.h"
#include "metrics/registry.h"

namespace aureacore::sync {

struct Conflict {
  enum class Kind : std::uint8_t { rewritten_history, divergent_version, divergent_catalog };
  // What is served since.
  enum class Outcome : std::uint8_t { open, ours, theirs, another };
  struct Side {
    std::string who;  // "this instance", "remote", another instance's name, "shared copy"
    std::uint64_t position = 0;
    std::string commit;
    std::string digest;  // of divergent catalogs alone
    friend bool operator==(const Side&, const Side&) = default;
  };

  Kind kind = Kind::rewritten_history;
  std::string source;  // empty: the catalog as a whole
  Side ours;
  Side theirs;
  base::SteadyTime since{};
  Outcome outcome = Outcome::open;
  base::SteadyTime settled{};  // unless it is open
};

// "rewritten-history"
std::string_view name(Conflict::Kind kind);
// "ours"
std::string_view name(Conflict::Outcome outcome);

constexpr std::string_view this_instance = "this instance";
constexpr std::string_view the_remote = "remote";
constexpr std::string_view the_shared_copy = "shared copy";

Conflict::Side side(std::string_view who, const entity::SourceVersion& version);

class Conflicts {
 public:
  // More are counted, not kept; of the settled ones the last.
  static constexpr std::size_t max_open = 1'000;
  static constexpr std::size_t max_settled = 100;

  Conflicts(const base::Clock& clock, const base::Log& log) : clock_(clock), log_(log) {}

  // What is open already, with the same two sides, is one conflict still; with others it takes the place of the one before.
  void open(Conflict conflict);
  // From now on this is served: what is open of it is settled by that.
  void settle(Conflict::Kind kind, const entity::SourceVersion& served);
  // All of this kind, by what is served of each source and its digest.
  void settle_all(Conflict::Kind kind, const entity::Version& served, const std::string& digest);

  // Open ones first, the latest first.
  [[nodiscard]] std::vector<Conflict> list() const;
  struct Counts {
    std::size_t open = 0;
    std::uint64_t total = 0;  // since the start
  };
  [[nodiscard]] Counts counts() const;
  // aureacore_conflicts_*. Call once; `this` outlives the registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  using Key = std::pair<Conflict::Kind, std::string>;  // with the source

  void close(std::map<Key, Conflict>::iterator at, const std::string& commit, const std::string& digest);

  const base::Clock& clock_;
  const base::Log& log_;
  mutable std::mutex mutex_;
  std::map<Key, Conflict> open_;           // guarded by mutex_
  std::deque<Conflict> settled_;           // newest first; guarded by mutex_
  std::map<Key, std::uint64_t> totals_{};  // guarded by mutex_
};

}  // namespace aureacore::sync
