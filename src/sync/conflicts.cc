#include "sync/conflicts.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace aureacore::sync {
namespace {

using Kind = Conflict::Kind;

bool same_sides(const Conflict& a, const Conflict& b) {
  return a.ours == b.ours && a.theirs.position == b.theirs.position && a.theirs.commit == b.theirs.commit &&
         a.theirs.digest == b.theirs.digest;
}

bool is(const Conflict::Side& side, const std::string& commit, const std::string& digest) {
  return side.commit == commit && (side.digest.empty() || side.digest == digest);
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::rewritten_history:
      return "rewritten-history";
    case Kind::divergent_version:
      return "divergent-version";
    case Kind::divergent_catalog:
      break;
  }
  return "divergent-catalog";
}

std::string_view name(Conflict::Outcome outcome) {
  switch (outcome) {
    case Conflict::Outcome::open:
      return "open";
    case Conflict::Outcome::ours:
      return "ours";
    case Conflict::Outcome::theirs:
      return "theirs";
    case Conflict::Outcome::another:
      break;
  }
  return "another";
}

Conflict::Side side(std::string_view who, const entity::SourceVersion& version) {
  return {.who = std::string(who), .position = version.position, .commit = version.commit, .digest = {}};
}

void Conflicts::open(Conflict conflict) {
  conflict.since = clock_.steady();
  {
    const std::scoped_lock lock(mutex_);
    const Key key{conflict.kind, conflict.source};
    const auto at = open_.find(key);
    if (at != open_.end() && same_sides(at->second, conflict)) return;
    ++totals_[key];
    if (at != open_.end()) {
      at->second = conflict;
    } else if (open_.size() < max_open) {
      open_.emplace(key, conflict);
    }
  }
  log_.warning("conflict, the remote is to settle it", {{"kind", name(conflict.kind)},
                                                        {"source", conflict.source},
                                                        {"ours", conflict.ours.commit},
                                                        {"our_position", conflict.ours.position},
                                                        {"our_digest", conflict.ours.digest},
                                                        {"theirs", conflict.theirs.commit},
                                                        {"their_position", conflict.theirs.position},
                                                        {"their_digest", conflict.theirs.digest},
                                                        {"who", conflict.theirs.who}});
}

void Conflicts::settle(Kind kind, const entity::SourceVersion& served) {
  const std::scoped_lock lock(mutex_);
  const auto at = open_.find({kind, served.source});
  if (at != open_.end()) close(at, served.commit, {});
}

void Conflicts::settle_all(Kind kind, const entity::Version& served, const std::string& digest) {
  const std::scoped_lock lock(mutex_);
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    const auto* component = served.find(at->first.second);
    if (at->first.first == kind) close(at, component == nullptr ? std::string() : component->commit, digest);
    at = next;
  }
}

void Conflicts::close(std::map<Key, Conflict>::iterator at, const std::string& commit, const std::string& digest) {
  Conflict conflict = std::move(at->second);
  open_.erase(at);
  conflict.settled = clock_.steady();
  conflict.outcome = Conflict::Outcome::another;
  if (is(conflict.ours, commit, digest)) conflict.outcome = Conflict::Outcome::ours;
  if (is(conflict.theirs, commit, digest)) conflict.outcome = Conflict::Outcome::theirs;
  log_.info("conflict settled",
            {{"kind", name(conflict.kind)}, {"source", conflict.source}, {"outcome", name(conflict.outcome)}});
  settled_.push_front(std::move(conflict));
  if (settled_.size() > max_settled) settled_.pop_back();
}

std::vector<Conflict> Conflicts::list() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Conflict> all;
  all.reserve(open_.size() + settled_.size());
  for (const auto& [key, conflict] : open_) all.push_back(conflict);
  std::ranges::sort(all, std::ranges::greater(), &Conflict::since);
  all.insert(all.end(), settled_.begin(), settled_.end());
  return all;
}

Conflicts::Counts Conflicts::counts() const {
  const std::scoped_lock lock(mutex_);
  Counts counts{.open = open_.size()};
  for (const auto& [key, total] : totals_) counts.total += total;
  return counts;
}

void Conflicts::register_metrics(metrics::Registry& registry) const {
  using Samples = std::vector<metrics::Sample>;
  registry.counter("aureacore_conflicts_total", "Versions that stood against each other, by kind and source.", [this] {
    Samples samples;
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, total] : totals_) {
      samples.push_back({{{"kind", std::string(name(key.first))}, {"source", key.second}}, static_cast<double>(total)});
    }
    return samples;
  });
  registry.gauge("aureacore_conflicts_open", "Conflicts that the remote has not settled yet.",
                 [this] { return Samples{{{}, static_cast<double>(counts().open)}}; });
}

}  // namespace aureacore::sync
