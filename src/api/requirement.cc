#include "api/requirement.h"

#include <algorithm>

namespace aureacore::api {
namespace {

using Hope = Prospect::Hope;

// Beyond this an age bounds nothing.
constexpr std::uint64_t longest_age = std::uint64_t{100} * 365 * 24 * 3600;

Hope hope_for(const catalog::Freshness& freshness, base::SteadyTime since, base::SteadyTime arrived) {
  if (freshness.last_check() >= since) return Hope::met;
  if (freshness.last_failure() >= arrived) return Hope::none;
  const catalog::Degraded degraded = freshness.degraded();
  const bool waits_for_others = degraded == catalog::Degraded::git_open || degraded == catalog::Degraded::disk_full ||
                                degraded == catalog::Degraded::held;
  return waits_for_others ? Hope::none : Hope::open;
}

bool is_served(const catalog::Snapshot& snapshot, const entity::PushToken& push) {
  return std::ranges::all_of(snapshot.sources(), [&](const catalog::SourceState& source) {
    return !push.concerns(source.id) || push.names(source.id, source.commit);
  });
}

void look_at(const catalog::SourceState& source, Hope hope, Prospect& whole) {
  if (hope == Hope::met || (whole.missing != nullptr && hope == Hope::open)) return;
  whole = {hope, &source};
}

}  // namespace

std::optional<base::SteadyTime> required_check(const query::Ask& ask, const catalog::Snapshot& snapshot,
                                               const catalog::SnapshotSlot& slot, base::SteadyTime now) {
  using query::Level;
  switch (ask.level) {
    case Level::bounded: {
      const auto since = now - std::chrono::seconds(std::min(ask.max_age, longest_age));
      return snapshot.last_check() >= since ? std::nullopt : std::optional(since);
    }
    case Level::session:
      if (const auto push = entity::PushToken::parse(ask.version)) {
        return is_served(snapshot, *push) ? std::nullopt : std::optional(now);
      }
      // One that is held here came before what is served now. One that isn't came from a remote's state before this request:
      // whatever the remotes say from now on has it.
      if (slot.find(ask.version).snapshot != nullptr) return std::nullopt;
      return now;
    case Level::strong:
      return now;
    default:
      return std::nullopt;
  }
}

Prospect prospect(const catalog::Snapshot& snapshot, base::SteadyTime since, base::SteadyTime arrived) {
  Prospect whole;
  for (const catalog::SourceState& source : snapshot.sources()) {
    look_at(source, hope_for(*source.freshness, since, arrived), whole);
  }
  return whole;
}

Prospect prospect(const catalog::Snapshot& snapshot, const entity::PushToken& push, base::SteadyTime since,
                  base::SteadyTime arrived) {
  Prospect whole;
  for (const catalog::SourceState& source : snapshot.sources()) {
    if (!push.concerns(source.id) || push.names(source.id, source.commit)) continue;
    look_at(source, hope_for(*source.freshness, since, arrived), whole);
  }
  return whole;
}

}  // namespace aureacore::api
