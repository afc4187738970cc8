#include "api/labels.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>

namespace aureacore::api {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t max_age = std::uint64_t{1} << 31;  // RFC 9111: what overflows is written as this

std::uint64_t age_of(base::Duration since_check) {
  const auto late = since_check + Labels::lateness;
  const auto whole = std::chrono::ceil<seconds>(late).count();
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(whole, 0)), max_age);
}

std::int64_t lifetime_of(base::Duration interval) {
  return std::max<std::int64_t>(1, std::chrono::ceil<seconds>(interval + interval / 4).count());
}

// Each tier that the version has passed, the one closest to the origin first (RFC 9211).
std::string cache_status(catalog::Tier taken_from, Labels::Found found, std::int64_t ttl) {
  if (found == Labels::Found::in_git) return "aureacore-local; fwd=uri-miss; stored; detail=git";
  std::string status;
  if (taken_from != catalog::Tier::none) status = fmt::format("aureacore-{}; hit, ", name(taken_from));
  if (found == Labels::Found::in_store) return status + "aureacore-local; fwd=uri-miss; stored";
  return status + fmt::format("aureacore-local; hit; ttl={}", ttl);
}

// Of several sources: any that was taken from a store tells.
catalog::Tier taken_from(const catalog::Snapshot& snapshot) {
  auto tier = catalog::Tier::none;
  for (const catalog::SourceState& source : snapshot.sources()) tier = std::max(tier, source.taken_from);
  return tier;
}

struct Facts {
  base::WallTime now;
  base::Duration since_check;
  base::Duration interval;
  std::string_view token;
  std::string_view level;
  std::string_view degraded;
  bool privately = false;
  catalog::Tier taken_from = catalog::Tier::none;
  Labels::Found found = Labels::Found::in_memory;
};

void render(Label& label, const Facts& facts) {
  label.age = age_of(facts.since_check);
  label.degraded = facts.degraded;
  const std::int64_t lifetime = lifetime_of(facts.interval);
  const std::int64_t ttl = lifetime - static_cast<std::int64_t>(label.age);
  label.stale = ttl < 0;
  label.lines = fmt::format("Date: {}\r\nAge: {}\r\nCache-Control: {}", http_date(facts.now), label.age,
                            facts.privately ? "private, " : "");
  label.caching = label.lines.size();
  label.lines += fmt::format("max-age={}, stale-while-revalidate={}, stale-if-error={}", lifetime, lifetime,
                             Labels::stale_if_error_seconds);
  label.caching_end = label.lines.size();
  label.lines += fmt::format("\r\nCache-Status: {}\r\nVary: AureaCore-Consistency{}\r\nAureaCore-Version: {}\r\n",
                             cache_status(facts.taken_from, facts.found, ttl), facts.privately ? ", Authorization" : "",
                             facts.token);
  label.consistency = label.lines.size();
  label.lines += fmt::format("AureaCore-Consistency: {}", facts.level);
  if (!label.degraded.empty()) label.lines += fmt::format("; degraded=\"{}\"", label.degraded);
  label.lines += "\r\n";
}

}  // namespace

std::string http_date(base::WallTime time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string Label::without_consistency(bool no_cache) const {
  const std::string_view all = lines;
  if (!no_cache) return std::string(all.substr(0, consistency));
  return fmt::format("{}no-cache{}", all.substr(0, caching), all.substr(caching_end, consistency - caching_end));
}

void Labels::tick() {
  const base::SteadyTime now = clock_.steady();
  if (now - epoch_began_ < refresh_interval) return;
  epoch_began_ = now;
  ++epoch_;
}

void Labels::keep_private(bool privately) {
  if (privately != private_) forget();
  private_ = privately;
}

void Labels::follow(const catalog::Snapshot& snapshot, std::uint64_t generation) {
  if (generation == generation_) return;
  generation_ = generation;
  sources_.assign(snapshot.sources().size(), Held{});
  all_ = Held{};
}

void Labels::render_source(const catalog::Snapshot& snapshot, std::size_t index) {
  const catalog::SourceState& source = snapshot.sources()[index];
  render(sources_[index].label, {.now = clock_.wall(),
                                 .since_check = clock_.steady() - source.freshness->last_check(),
                                 .interval = source.interval,
                                 .token = snapshot.token(),
                                 .level = "eventual",
                                 .degraded = name(source.freshness->degraded()),
                                 .privately = private_,
                                 .taken_from = source.taken_from});
}

// The age is the stalest source's; the lifetime the shortest; degraded as the stalest of those that are.
void Labels::render_all(const catalog::Snapshot& snapshot) {
  Facts facts{.now = clock_.wall(),
              .since_check = {},
              .interval = base::Duration::max() / 2,
              .token = snapshot.token(),
              .level = "eventual",
              .degraded = {},
              .privately = private_,
              .taken_from = taken_from(snapshot)};
  const base::SteadyTime now = clock_.steady();
  base::Duration stalest_degraded = base::Duration::min();
  for (const catalog::SourceState& source : snapshot.sources()) {
    const base::Duration since = now - source.freshness->last_check();
    facts.since_check = std::max(facts.since_check, since);
    facts.interval = std::min(facts.interval, source.interval);
    const std::string_view degraded = name(source.freshness->degraded());
    if (degraded.empty() || since < stalest_degraded) continue;
    stalest_degraded = since;
    facts.degraded = degraded;
  }
  if (snapshot.sources().empty()) facts.interval = {};
  render(all_.label, facts);
}

const Label& Labels::of_source(const catalog::Snapshot& snapshot, std::uint64_t generation, std::string_view id) {
  follow(snapshot, generation);
  const catalog::SourceState* source = snapshot.source(id);
  if (source == nullptr) return of_all(snapshot, generation);
  const auto index = static_cast<std::size_t>(source - snapshot.sources().data());
  Held& held = sources_[index];
  if (held.epoch != epoch_) {
    held.epoch = epoch_;
    render_source(snapshot, index);
  }
  return held.label;
}

const Label& Labels::of_all(const catalog::Snapshot& snapshot, std::uint64_t generation) {
  follow(snapshot, generation);
  if (all_.epoch != epoch_) {
    all_.epoch = epoch_;
    render_all(snapshot);
  }
  return all_.label;
}

Label Labels::of_pinned(const catalog::Snapshot& snapshot, base::SteadyTime checked, Found found) const {
  Label label;
  base::Duration interval = base::Duration::max() / 2;
  for (const catalog::SourceState& source : snapshot.sources()) interval = std::min(interval, source.interval);
  if (snapshot.sources().empty()) interval = {};
  const std::string level = fmt::format("snapshot; version=\"{}\"", snapshot.token());
  render(label, {.now = clock_.wall(),
                 .since_check = clock_.steady() - checked,
                 .interval = interval,
                 .token = snapshot.token(),
                 .level = level,
                 .degraded = {},
                 .privately = private_,
                 .taken_from = taken_from(snapshot),
                 .found = found});
  return label;
}

}  // namespace aureacore::api
