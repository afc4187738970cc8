#include "metrics/timings.h"

#include <algorithm>

namespace aureacore::metrics {
namespace {

std::vector<double> bounds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
}

}  // namespace

void Timings::record(base::Duration duration, const std::string& value) {
  const double seconds = base::in_seconds(duration);
  const std::scoped_lock lock(mutex_);
  auto [at, added] = distributions_.try_emplace(value);
  Distribution& distribution = at->second;
  if (added) {
    if (!label_.empty()) distribution.labels[label_] = value;
    distribution.bounds = bounds();
    distribution.counts.assign(distribution.bounds.size() + 1, 0);
  }
  const auto bucket = std::ranges::lower_bound(distribution.bounds, seconds) - distribution.bounds.begin();
  ++distribution.counts[static_cast<std::size_t>(bucket)];
  distribution.sum += seconds;
}

std::vector<Distribution> Timings::read() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Distribution> all;
  all.reserve(distributions_.size());
  for (const auto& [value, distribution] : distributions_) all.push_back(distribution);
  return all;
}

}  // namespace aureacore::metrics
