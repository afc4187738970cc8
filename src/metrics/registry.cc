#include "metrics/registry.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>

namespace aureacore::metrics {
namespace {

using Reader = std::function<std::vector<prometheus::ClientMetric>()>;

struct Family {
  std::string name;
  std::string help;
  prometheus::MetricType type;
  Reader read;
};

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

prometheus::ClientMetric counter_of(const Sample& sample) {
  auto metric = labelled(sample.labels);
  metric.counter.value = sample.value;
  return metric;
}

prometheus::ClientMetric gauge_of(const Sample& sample) {
  auto metric = labelled(sample.labels);
  metric.gauge.value = sample.value;
  return metric;
}

prometheus::ClientMetric histogram_of(const Distribution& distribution) {
  auto metric = labelled(distribution.labels);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < distribution.bounds.size() && i < distribution.counts.size(); ++i) {
    cumulative += distribution.counts[i];
    metric.histogram.bucket.push_back({cumulative, distribution.bounds[i]});
  }
  // The serializer adds the bucket of infinity from the count of all samples.
  if (distribution.counts.size() > distribution.bounds.size()) cumulative += distribution.counts.back();
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = distribution.sum;
  return metric;
}

template <class Value, class Convert>
Reader reader(std::function<std::vector<Value>()> read, Convert convert) {
  return [read = std::move(read), convert] {
    std::vector<prometheus::ClientMetric> metrics;
    for (const Value& value : read()) metrics.push_back(convert(value));
    return metrics;
  };
}

}  // namespace

struct Registry::State {
  std::vector<Family> families;
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

void Registry::counter(std::string name, std::string help, std::function<std::vector<Sample>()> read) {
  state_->families.push_back(
      {std::move(name), std::move(help), prometheus::MetricType::Counter, reader(std::move(read), counter_of)});
}

void Registry::gauge(std::string name, std::string help, std::function<std::vector<Sample>()> read) {
  state_->families.push_back(
      {std::move(name), std::move(help), prometheus::MetricType::Gauge, reader(std::move(read), gauge_of)});
}

void Registry::histogram(std::string name, std::string help, std::function<std::vector<Distribution>()> read) {
  state_->families.push_back(
      {std::move(name), std::move(help), prometheus::MetricType::Histogram, reader(std::move(read), histogram_of)});
}

std::string Registry::expose() const {
  std::vector<prometheus::MetricFamily> families;
  for (const Family& family : state_->families) {
    auto metrics = family.read();
    // A family without samples would leave its HELP and TYPE lines alone in the text.
    if (metrics.empty()) continue;
    const auto known = std::ranges::find(families, family.name, &prometheus::MetricFamily::name);
    if (known != families.end()) {
      std::ranges::move(metrics, std::back_inserter(known->metric));
      continue;
    }
    families.push_back({family.name, family.help, family.type, std::move(metrics)});
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace aureacore::metrics
