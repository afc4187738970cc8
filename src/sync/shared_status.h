// What operators may see of the shared copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cache/image.h"

namespace aureacore::sync {

// An instance, as it says itself.
struct Member {
  std::string instance;
  std::string release;
  std::string version;   // the token of what it serves; empty: nothing yet
  std::string digest;    // of that, as far as it is written
  std::string catalog;   // the name of what it shares
  base::Duration age{};  // since the last successful check of its stalest source, as of when it said so
  std::string state;     // as name(SharedStatus::State)
  std::string degraded;  // of its sources, the worst; empty: none
  friend bool operator==(const Member&, const Member&) = default;
};

std::string member_text(const Member& member);
// Nothing where that is no member's text: whatever else is there may be anyone's.
std::optional<Member> parse_member(std::string_view instance, std::string_view text);

struct SharedStatus {
  enum class State : std::uint8_t {
    starting,     // not asked yet
    in_step,      // the store holds what is served
    behind,       // it doesn't yet, or no longer
    disagrees,    // it holds another catalog of the very same version
    unreachable,  // its last call failed
  };
  State state = State::starting;
  std::string catalog;     // the name of what is shared
  std::string digest;      // of what is served, as far as it is written; empty: nothing is
  std::string last_error;  // of the last failed call; empty after a success
  std::optional<base::SteadyTime> last_success;
  std::uint64_t adopted = 0;   // catalogs taken from the store and served
  std::uint64_t refused = 0;   // offers that were not
  std::uint64_t moved = 0;     // heads that we moved
  std::uint64_t failures = 0;  // steps that failed
  std::uint64_t restored = 0;  // parts that the store had lost
  std::uint64_t deferred = 0;  // fetches that were left to another instance
  std::uint64_t disagreements = 0;
  cache::ImageSize size{};    // of what the digest names
  std::vector<Member> fleet;  // this one included, by name; as of the last time that the store answered
};

// "in-step"
std::string_view name(SharedStatus::State state);

}  // namespace aureacore::sync
