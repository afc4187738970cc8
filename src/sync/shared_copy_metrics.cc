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

}  // namespace aureacore::sync
