// Store: what keeps the parts of catalogs beyond one process's memory: Redis for many instances, a file in the state
// directory for one.
//
// Parts and manifests are immutable and named by their digests; the head alone changes, by compare-and-set. To publish: put
// the missing parts, then the manifest, then move the head, then announce. Whoever reads sees an old catalog or a new
// one, whatever dies between two of these steps.
//
// A store is a cache and decides nothing: anything in it may vanish at any time, before its time-to-live too, and
// whatever it gives is checked by whoever reads it (the digest against the content). What it holds is of one format of
// parts: `format` is a part of every key, so that releases with different formats share a server and not one byte.
//
// Thread safe. Every call may block until its deadline: for background threads alone, never for workers. Errors:
// timeout, unavailable (out of reach, or full), denied (credentials), corrupt (the store as such is broken).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cache/digest.h"
#include "cache/head.h"

namespace aureacore::cache {

// Of manifests, parts and heads, together: grows with whatever an earlier release couldn't read, or would write
// otherwise.
constexpr std::uint32_t format = 1;

// No stored value is larger; a store refuses to put one (too_large), and takes one that it finds for missing.
constexpr std::size_t max_value_bytes = std::size_t{64} << 20;

struct Part {
  Digest digest;      // of its content, which is not to be told from the bytes: they may be compressed
  std::string bytes;  // as stored
};

// What became of an attempt to move the head.
struct HeadMove {
  enum class Outcome : std::uint8_t {
    moved,
    changed,  // the head isn't the expected one (any more)
    behind,   // a component of the version would have gone back
  };
  Outcome outcome = Outcome::moved;
  std::optional<Head> found;  // what was there
};

// How the head may be moved.
struct MoveTerms {
  std::optional<Digest> expected;          // the manifest that the head must name; nothing: there must be no head
  std::span<const std::string> rewritten;  // sources whose components may go back (see goes_back)
  base::Duration ttl{};
};

// Most that an announcement names.
constexpr std::size_t max_announced_parts = 16;

// A head has moved, somewhere.
struct Announcement {
  std::optional<Digest> previous;  // nothing: there was no head
  Digest next;
  std::vector<Digest>
      parts{};  // what the next one has and the previous one hasn't, where it is little: to be asked for at once
  friend bool operator==(const Announcement&, const Announcement&) = default;
};

// What each says of itself, by name.
using Members = std::map<std::string, std::string, std::less<>>;

class Store {
 public:
  // Called with each announcement, those of this store's own user included; and with nothing when some may have been
  // missed: then look at the head. Once with nothing when the subscription begins to hold. One call at a time, from a
  // thread of the store's: it must be brief and must not call the store.
  using Listener = std::function<void(const std::optional<Announcement>&)>;
  // Ends it: when the destructor returns, the listener is not called any more.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  using Deadline = base::SteadyTime;

  virtual ~Store() = default;

  // For each digest its bytes, or nothing where it isn't there.
  virtual base::Result<std::vector<std::optional<std::string>>> get(std::span<const Digest> digests,
                                                                    Deadline deadline) = 0;
  // On an error some may have been written.
  virtual base::Status put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) = 0;
  // Gives those that are there this much longer from now on, and the head too; tells for each whether it is there.
  virtual base::Result<std::vector<bool>> renew(std::span<const Digest> digests, base::Duration ttl,
                                                Deadline deadline) = 0;

  virtual base::Result<std::optional<Head>> head(Deadline deadline) = 0;
  // One atomic step. A head that can't be read counts as none and is replaced. After an error it may have moved or not:
  // ask for the head.
  virtual base::Result<HeadMove> move_head(const MoveTerms& terms, const Head& next, Deadline deadline) = 0;

  // A lease saves work; nothing may depend on it. True: it is this owner's for so long from now on, also when it was
  // already. False: it is another's.
  virtual base::Result<bool> acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                                     Deadline deadline) = 0;
  // True: it was this owner's still and is for so long from now on. False: it is another's, or nobody's.
  virtual base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                         Deadline deadline) = 0;
  // No effect where it isn't this owner's.
  virtual base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) = 0;

  // Says that this member is there for so long from now on, and what it has to say of itself; gives all that are there, by
  // name, itself included. Members of other catalogs and formats in the same place are among them.
  virtual base::Result<Members> meet(std::string_view member, std::string_view text, base::Duration duration,
                                     Deadline deadline) = 0;

  // Best effort: may reach nobody.
  virtual base::Status announce(const Announcement& announcement, Deadline deadline) = 0;
  // Holds on by itself through whatever happens to the connection. The listener lives as long as the subscription.
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(Listener listener) = 0;
};

}  // namespace aureacore::cache
