// What /metrics shows of the shared copy.
#include <string>
#include <vector>

#include "sync/shared_copy.h"

namespace aureacore::sync {

void SharedCopy::register_metrics(metrics::Registry& registry) const {
  using metrics::Sample;
  using Samples = std::vector<Sample>;
  const auto count = [&](const char* name, const char* help, std::uint64_t SharedStatus::* value) {
    registry.counter(name, help, [this, value] { return Samples{{{}, static_cast<double>(status().*value)}}; });
  };
  count("aureacore_cache_adopted_total", "Catalogs taken from the cache and served.", &SharedStatus::adopted);
  count("aureacore_cache_refused_total", "Catalogs of the cache that were not taken.", &SharedStatus::refused);
  count("aureacore_cache_heads_moved_total", "Catalogs that this instance published in the cache.",
        &SharedStatus::moved);
  count("aureacore_cache_parts_restored_total", "Parts that the cache had lost and was given again.",
        &SharedStatus::restored);
  count("aureacore_cache_fetches_deferred_total", "Fetches that were left to another instance.",
        &SharedStatus::deferred);
  count("aureacore_cache_failures_total", "Attempts to follow or to write the cache that failed.",
        &SharedStatus::failures);
  count("aureacore_cache_disagreements_total", "Times the cache held another catalog of the very same commits.",
        &SharedStatus::disagreements);
  register_traffic(registry);
  registry.gauge("aureacore_cache_fleet", "Instances that were there lately, this one included.",
                 [this] { return Samples{{{}, static_cast<double>(status().fleet.size())}}; });
  registry.gauge("aureacore_cache_state", "1 for the state that the shared copy is in.", [this] {
    Samples samples;
    using State = SharedStatus::State;
    const State now = status().state;
    for (const State state : {State::starting, State::in_step, State::behind, State::disagrees, State::unreachable}) {
      samples.push_back({{{"state", std::string(name(state))}}, now == state ? 1.0 : 0.0});
    }
    return samples;
  });
}

// How often the store had what it was asked for, and how much there is in it and here.
void SharedCopy::register_traffic(metrics::Registry& registry) const {
  using metrics::Sample;
  using Samples = std::vector<Sample>;
  const std::string tier(catalog::name(options_.tier));
  const auto number = [](const std::atomic<std::uint64_t>& count) { return static_cast<double>(count.load()); };
  registry.counter("aureacore_cache_requests_total", "Reads by what the tier made of them.", [this, tier, number] {
    return Samples{{{{"tier", tier}, {"result", "hit"}}, number(traffic_.hits)},
                   {{{"tier", tier}, {"result", "miss"}}, number(traffic_.misses)}};
  });
  registry.counter("aureacore_cache_transferred_bytes_total", "Bytes of parts, as stored, by direction.",
                   [this, number] {
                     return Samples{{{{"direction", "read"}}, number(traffic_.read_bytes)},
                                    {{{"direction", "written"}}, number(traffic_.written_bytes)}};
                   });
  registry.counter("aureacore_cache_parts_written_total", "Parts that this instance has written.",
                   [this, number] { return Samples{{{}, number(traffic_.written)}}; });
  registry.counter("aureacore_cache_call_failures_total", "Calls of the store that failed.",
                   [this, number] { return Samples{{{}, number(traffic_.errors)}}; });
  registry.histogram("aureacore_cache_call_duration_seconds", "Time that a call of the store took, by operation.",
                     [this] { return calls_.read(); });
  registry.gauge("aureacore_cache_entries",
                 "What each tier has of the catalog: entities in memory, parts in the store.", [this, tier] {
                   const auto size = status().size;
                   return Samples{{{{"tier", "local"}}, static_cast<double>(size.entities)},
                                  {{{"tier", tier}}, static_cast<double>(size.parts)}};
                 });
  registry.gauge("aureacore_cache_bytes",
                 "The entities' bytes in each tier: as JSON in memory, as stored in the store.", [this, tier] {
                   const auto size = status().size;
                   return Samples{{{{"tier", "local"}}, static_cast<double>(size.json_bytes)},
                                  {{{"tier", tier}}, static_cast<double>(size.stored_bytes)}};
                 });
}

}  // namespace aureacore::sync
