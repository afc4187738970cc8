// What /metrics shows of the write road.
#include <algorithm>
#include <array>
#include <utility>

#include "sync/syncer.h"

namespace aureacore::sync {
namespace {

using metrics::Sample;
using Samples = std::vector<Sample>;

template <class Value>
Samples by_source(const std::vector<SourceStatus>& sources, Value value) {
  Samples samples;
  for (const auto& source : sources) samples.push_back({{{"source", source.id}}, static_cast<double>(value(source))});
  return samples;
}

Samples by_source(const std::map<std::string, std::uint64_t>& counts) {
  Samples samples;
  for (const auto& [source, count] : counts) samples.push_back({{{"source", source}}, static_cast<double>(count)});
  return samples;
}

// One sample per source and state, 1 for the state that it is in.
Samples states(const std::vector<SourceStatus>& sources) {
  Samples samples;
  for (const auto& source : sources) {
    for (const char* state : {"closed", "open", "half-open"}) {
      samples.push_back({{{"source", source.id}, {"state", state}}, source.breaker == state ? 1.0 : 0.0});
    }
  }
  return samples;
}

Samples degradations(const std::vector<SourceStatus>& sources) {
  using catalog::Degraded;
  Samples samples;
  for (const auto& source : sources) {
    for (const auto reason :
         {Degraded::mirror, Degraded::git_unreachable, Degraded::git_open, Degraded::disk_full, Degraded::held}) {
      samples.push_back({{{"source", source.id}, {"reason", std::string(catalog::name(reason))}},
                         source.degraded == reason ? 1.0 : 0.0});
    }
  }
  return samples;
}

Samples diagnostics(const catalog::SnapshotPtr& snapshot) {
  std::map<entity::Severity, std::size_t> counts{{entity::Severity::warning, 0}, {entity::Severity::error, 0}};
  if (snapshot) {
    for (const auto& [file, all] : snapshot->diagnostics()) {
      for (const auto& diagnostic : all) ++counts[diagnostic.severity];
    }
  }
  Samples samples;
  for (const auto& [severity, count] : counts) {
    const char* name = severity == entity::Severity::error ? "error" : "warning";
    samples.push_back({{{"severity", name}}, static_cast<double>(count)});
  }
  return samples;
}

// Age as an answer states it: from what the snapshot's own sources say of their freshness.
Samples ages(const catalog::SnapshotPtr& snapshot, base::SteadyTime now) {
  Samples samples;
  if (!snapshot) return samples;
  for (const auto& source : snapshot->sources()) {
    samples.push_back({{{"source", source.id}}, base::in_seconds(now - source.freshness->last_check())});
  }
  return samples;
}

}  // namespace

void Syncer::register_metrics(metrics::Registry& registry) const {
  register_source_metrics(registry);
  register_job_metrics(registry);
  const auto& slot = dependencies_.slot;
  const auto& clock = dependencies_.clock;
  registry.gauge("aureacore_source_age_seconds",
                 "Seconds since the start of the check that what is served was found by.",
                 [&slot, &clock] { return ages(slot.latest(), clock.steady()); });
  registry.gauge("aureacore_catalog_entities", "Entities served.", [&slot] {
    const auto snapshot = slot.latest();
    return Samples{{{}, snapshot ? static_cast<double>(snapshot->size()) : 0}};
  });
  registry.gauge("aureacore_catalog_diagnostics", "What is wrong in the files of the sources, conflicts included.",
                 [&slot] { return diagnostics(slot.latest()); });
  registry.gauge("aureacore_catalog_conflicts", "Entities that more than one place defines.", [&slot] {
    const auto snapshot = slot.latest();
    return Samples{{{}, snapshot ? static_cast<double>(snapshot->conflicts()) : 0}};
  });
  registry.counter("aureacore_catalog_publications_total", "Snapshots published.", [this] {
    const std::scoped_lock lock(mutex_);
    return Samples{{{}, static_cast<double>(totals_.publications)}};
  });
  registry.counter("aureacore_source_rewrites_total", "Commits that did not descend from the one before.", [this] {
    const std::scoped_lock lock(mutex_);
    return by_source(totals_.rewrites);
  });
  registry.counter("aureacore_source_validated_total",
                   "Versions from the cache that were read from Git, too, and found to be the same.", [this] {
                     const std::scoped_lock lock(mutex_);
                     return by_source(totals_.validated);
                   });
  registry.counter("aureacore_source_corrected_total",
                   "Versions from the cache that were read from Git, too, and found to be others.", [this] {
                     const std::scoped_lock lock(mutex_);
                     return by_source(totals_.corrected);
                   });
  registry.counter("aureacore_source_held_total", "Updates held back because they would take away too much.", [this] {
    const std::scoped_lock lock(mutex_);
    return by_source(totals_.held);
  });
  registry.counter("aureacore_source_released_total", "Held updates that an operator has released.", [this] {
    const std::scoped_lock lock(mutex_);
    return by_source(totals_.released);
  });
  registry.histogram("aureacore_git_command_duration_seconds", "Time of one command of the git program.",
                     [this] { return commands_.read(); });
  registry.histogram("aureacore_sync_duration_seconds",
                     "From the start of the check that found a commit until it was read.",
                     [this] { return updates_.read(); });
  registry.histogram("aureacore_catalog_build_duration_seconds", "Building and publishing one snapshot.",
                     [this] { return builds_.read(); });
}

void Syncer::register_source_metrics(metrics::Registry& registry) const {
  using Read = double (*)(const SourceStatus&);
  struct Row {
    const char* name;
    const char* help;
    Read read;
  };
  static constexpr std::array<Row, 6> gauges{{
      {"aureacore_source_loaded", "Whether some commit of the source is served or ready to be.",
       [](const SourceStatus& source) { return source.loaded ? 1.0 : 0.0; }},
      {"aureacore_source_entities", "Definitions that the source has.",
       [](const SourceStatus& source) { return static_cast<double>(source.entities); }},
      {"aureacore_source_files", "Descriptor files that the source has.",
       [](const SourceStatus& source) { return static_cast<double>(source.files); }},
      {"aureacore_source_position", "Commits on the branch up to the one that is served.",
       [](const SourceStatus& source) { return static_cast<double>(source.position); }},
      {"aureacore_source_mirror_bytes", "Size of the mirror on disk.",
       [](const SourceStatus& source) { return static_cast<double>(source.mirror_bytes); }},
      {"aureacore_source_consecutive_failures", "Checks that failed since the last one that succeeded.",
       [](const SourceStatus& source) { return static_cast<double>(source.consecutive_failures); }},
  }};
  for (const auto& row : gauges) {
    registry.gauge(row.name, row.help, [this, read = row.read] { return by_source(sources(), read); });
  }
  registry.counter("aureacore_source_checks_total", "Checks of the remote that have ended.",
                   [this] { return by_source(sources(), [](const SourceStatus& source) { return source.checks; }); });
  registry.counter("aureacore_source_failures_total", "Checks and updates that failed.",
                   [this] { return by_source(sources(), [](const SourceStatus& source) { return source.failures; }); });
  registry.gauge(
      "aureacore_source_last_success_timestamp_seconds", "When the last check that succeeded began.", [this] {
        auto succeeded = sources();
        std::erase_if(succeeded, [](const SourceStatus& source) { return !source.last_check; });
        const auto wall = std::chrono::duration<double>(dependencies_.clock.wall().time_since_epoch()).count();
        const auto now = dependencies_.clock.steady();
        return by_source(succeeded,
                         [&](const SourceStatus& source) { return wall - base::in_seconds(now - *source.last_check); });
      });
  registry.gauge("aureacore_source_breaker_state", "1 for the state that the source's circuit breaker is in.",
                 [this] { return states(sources()); });
  registry.gauge("aureacore_source_degraded", "1 for the reason why the source's answers may be old.",
                 [this] { return degradations(sources()); });
}

void Syncer::register_job_metrics(metrics::Registry& registry) const {
  const auto load = [this] { return jobs_ ? jobs_->load() : Jobs::Load{}; };
  registry.gauge("aureacore_fetchers", "Jobs (git, parsing) that may run at once.",
                 [this] { return Samples{{{}, static_cast<double>(options_.fetchers)}}; });
  registry.gauge("aureacore_fetcher_jobs", "Jobs of the sources, by whether they run or wait for a fetcher.", [load] {
    const auto now = load();
    return Samples{{{{"state", "running"}}, static_cast<double>(now.running)},
                   {{{"state", "waiting"}}, static_cast<double>(now.waiting)}};
  });
  registry.counter("aureacore_fetcher_checks_cut_total",
                   "Checks that were ended because others waited for their fetcher, and were made again.",
                   [load] { return Samples{{{}, static_cast<double>(load().cut)}}; });
  registry.counter("aureacore_git_retries_refused_total",
                   "Checks of failing sources that were put off because the retry budget was used up.", [this] {
                     const std::scoped_lock lock(mutex_);
                     return Samples{{{}, static_cast<double>(totals_.retries_refused)}};
                   });
  registry.gauge("aureacore_source_criticality", "1 for the criticality by which the source is checked.", [this] {
    Samples samples;
    for (const auto& source : sources()) {
      samples.push_back({{{"source", source.id}, {"criticality", source.criticality}}, 1.0});
    }
    return samples;
  });
}

}  // namespace aureacore::sync
