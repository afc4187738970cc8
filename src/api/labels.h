// Labels: the header lines that say how fresh an answer is and of which version, rendered ahead and copied into every
// answer.
//
// One Labels per worker, on its thread. A label is rendered at the first request after a tick that found it older than
// `refresh_interval`, or after a publication; in between, requests copy bytes and read no clock.
//
//   Age            whole seconds since the start of the last successful check of the stalest source concerned, rounded
//                  up with what a label may be late by, so that it never understates
//   lifetime       the source's interval and a quarter more, for jitter and the check itself; at least a second
//   Cache-Control  max-age=<lifetime> (caches subtract the Age), stale-while-revalidate=<lifetime>, stale-if-error=86400;
//                  no-cache in place of all that where the request asked for what the remotes have now (see Settled)
//   Cache-Status   aureacore-local; hit; ttl=<lifetime - age>: negative once stale. Before it (closer to the origin)
//                  aureacore-redis; hit or aureacore-embedded; hit, where the version was taken from there and not made of
//                  Git here. What had to be read there for this answer: aureacore-local; fwd=uri-miss; stored
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "catalog/snapshot.h"

namespace aureacore::api {

struct Label {
  std::string lines;            // complete; the line AureaCore-Consistency comes last
  std::size_t caching = 0;      // where the line Cache-Control says for how long …
  std::size_t caching_end = 0;  // … and where it ends
  std::size_t consistency = 0;  // where the last line begins
  std::string_view degraded;    // why, for other values of that line; empty: it isn't
  std::uint64_t age = 0;        // seconds
  bool stale = false;           // older than its lifetime

  // All but the last line; `no_cache`: with Cache-Control: no-cache.
  [[nodiscard]] std::string without_consistency(bool no_cache) const;
};

class Labels {
 public:
  // Where the version of an answer was found: in memory; or, while the client waited, in the store, or in the mirrors.
  enum class Found : std::uint8_t { in_memory, in_store, in_git };

  static constexpr std::chrono::milliseconds refresh_interval{250};
  static constexpr std::chrono::milliseconds lateness{500};  // of a label that waits for its next tick, at most
  static constexpr std::int64_t stale_if_error_seconds = 86'400;

  explicit Labels(const base::Clock& clock) : clock_(clock), epoch_began_(clock.steady()) {}

  void tick();
  // Whether answers are for their caller alone: shared caches must not give them to another.
  void keep_private(bool privately);
  // All are rendered anew when next asked for.
  void forget() { ++epoch_; }
  // For answers from one source, by its id, or from all of them: the stalest. Valid until the next call of a non-const
  // member.
  const Label& of_source(const catalog::Snapshot& snapshot, std::uint64_t generation, std::string_view id);
  const Label& of_all(const catalog::Snapshot& snapshot, std::uint64_t generation);
  // For an answer from a version that is current no longer and was last known to be at `checked`.
  [[nodiscard]] Label of_pinned(const catalog::Snapshot& snapshot, base::SteadyTime checked,
                                Found found = Found::in_memory) const;

 private:
  struct Held {
    Label label;
    std::uint64_t epoch = 0;
  };

  void follow(const catalog::Snapshot& snapshot, std::uint64_t generation);
  void render_source(const catalog::Snapshot& snapshot, std::size_t index);
  void render_all(const catalog::Snapshot& snapshot);

  const base::Clock& clock_;
  std::uint64_t generation_ = 0;
  bool private_ = false;
  std::uint64_t epoch_ = 1;
  base::SteadyTime epoch_began_;
  std::vector<Held> sources_;
  Held all_;
};

// "Tue, 15 Nov 1994 08:12:31 GMT"
std::string http_date(base::WallTime time);

}  // namespace aureacore::api
