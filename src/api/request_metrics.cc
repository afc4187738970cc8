#include "api/request_metrics.h"

#include <algorithm>
#include <string>

#include "api/routes.h"

namespace aureacore::api {
namespace {

// The last place is for all others.
constexpr std::array<int, WorkerRequests::code_count - 1> codes{200, 204, 304, 400, 403, 404, 405, 408, 410, 413, 414,
                                                                415, 431, 500, 501, 503, 504, 505, 406, 412, 401, 429};

constexpr std::array<std::pair<CacheResult, const char*>, 3> cache_names{
    {{CacheResult::hit, "hit"}, {CacheResult::stale, "stale"}, {CacheResult::miss, "miss"}}};

constexpr std::array<std::pair<Shed, const char*>, shed_reasons> shed_names{{{Shed::queue_full, "queue-full"},
                                                                             {Shed::queue_slow, "queue-slow"},
                                                                             {Shed::worker_behind, "worker-behind"},
                                                                             {Shed::barrier_full, "barrier-full"}}};

using Workers = std::vector<std::unique_ptr<WorkerRequests>>;

std::vector<metrics::Sample> read_requests(const Workers& workers) {
  std::vector<metrics::Sample> samples;
  for (std::size_t route = 0; route < route_count(); ++route) {
    for (std::size_t code = 0; code < WorkerRequests::code_count; ++code) {
      std::uint64_t sum = 0;
      for (const auto& worker : workers) sum += worker->requests(route, code);
      if (sum == 0) continue;
      const int status = WorkerRequests::code_at(code);
      samples.push_back(
          {{{"route", std::string(route_label(route))}, {"code", status == 0 ? "other" : std::to_string(status)}},
           static_cast<double>(sum)});
    }
  }
  return samples;
}

std::vector<metrics::Sample> read_cache(const Workers& workers) {
  std::vector<metrics::Sample> samples;
  for (const auto& [result, name] : cache_names) {
    std::uint64_t sum = 0;
    for (const auto& worker : workers) sum += worker->cache(result);
    samples.push_back({{{"tier", "local"}, {"result", name}}, static_cast<double>(sum)});
  }
  return samples;
}

std::vector<metrics::Sample> read_shed(const Workers& workers) {
  std::vector<metrics::Sample> samples;
  for (const auto& [reason, name] : shed_names) {
    std::uint64_t sum = 0;
    for (const auto& worker : workers) sum += worker->shed(reason);
    samples.push_back({{{"reason", name}}, static_cast<double>(sum)});
  }
  return samples;
}

metrics::Distribution read_durations(const Workers& workers, std::size_t route) {
  metrics::Distribution all;
  all.labels["route"] = route_label(route);
  all.bounds.assign(WorkerRequests::bounds.begin(), WorkerRequests::bounds.end());
  all.counts.assign(WorkerRequests::bounds.size() + 1, 0);
  for (const auto& worker : workers) {
    for (std::size_t i = 0; i < all.counts.size(); ++i) all.counts[i] += worker->bucket(route, i);
    all.sum += worker->seconds(route);
  }
  return all;
}

// Of the routes that were asked for.
std::vector<metrics::Distribution> read_durations(const Workers& workers) {
  std::vector<metrics::Distribution> all;
  for (std::size_t route = 0; route < route_count(); ++route) {
    metrics::Distribution times = read_durations(workers, route);
    if (std::ranges::any_of(times.counts, [](std::uint64_t count) { return count != 0; })) {
      all.push_back(std::move(times));
    }
  }
  return all;
}

}  // namespace

int WorkerRequests::code_at(std::size_t index) { return index < codes.size() ? codes[index] : 0; }

std::size_t WorkerRequests::code_index(int status) {
  return static_cast<std::size_t>(std::ranges::find(codes, status) - codes.begin());
}

void WorkerRequests::time(std::size_t route, base::Duration took, std::uint32_t weight) {
  const double seconds = base::in_seconds(took);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
  Times& times = times_[route];
  bump(times.buckets[static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())], weight);
  bump(times.nanoseconds, static_cast<std::uint64_t>(nanoseconds) * weight);
}

RequestMetrics::RequestMetrics(unsigned workers) {
  for (unsigned i = 0; i < workers; ++i) workers_.push_back(std::make_unique<WorkerRequests>());
}

void RequestMetrics::register_with(metrics::Registry& registry) const {
  registry.counter("aureacore_http_requests_total",
                   "Requests answered, by route and status code; operations of batches count as requests.",
                   [this] { return read_requests(workers_); });
  registry.counter(
      "aureacore_cache_requests_total",
      "Reads by what the tier made of them: hit (fresh), stale (older than its lifetime), miss (nothing there).",
      [this] { return read_cache(workers_); });
  registry.counter("aureacore_http_shed_total", "Requests answered 503 because too much was asked at once, by reason.",
                   [this] { return read_shed(workers_); });
  registry.histogram(
      "aureacore_http_request_duration_seconds",
      "Time that answering took a thread, by route; of plain look-ups one in 64 is measured, and counts for all.",
      [this] { return read_durations(workers_); });
}

}  // namespace aureacore::api
