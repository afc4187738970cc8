// RequestMetrics: what every worker counts of its requests, and how /metrics reads it.
//
// One WorkerRequests per worker, written by that worker alone with plain relaxed stores (no locked instruction on the
// way of a request), read by anyone. Every request is counted, and its time measured; of plain look-ups only one in
// `sample_every`, which then counts for all of them, since reading the clock twice would cost more than the rest of the
// bookkeeping. Made by the composition root before the handlers, outlives them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "metrics/registry.h"

namespace aureacore::api {

// What the local tier made of a read: answered within the freshness lifetime, answered beyond it, or nothing there to
// answer from.
enum class CacheResult : std::uint8_t { hit, stale, miss };

// Why a request was answered 503 at once, in place of being worked on.
enum class Shed : std::uint8_t {
  queue_full,     // too many batches and large questions at a time
  queue_slow,     // … or they wait for too long before they are begun
  worker_behind,  // the worker's connections wait for their turns
  barrier_full,   // too many wait for a check of the remotes
};
constexpr std::size_t shed_reasons = 4;

class WorkerRequests {
 public:
  static constexpr std::size_t max_routes = 64;
  static constexpr std::size_t code_count = 23;
  static constexpr std::array<double, 12> bounds{1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5,
                                                 1e-4, 2.5e-4, 1e-3, 1e-2, 1e-1,   1.0};
  static constexpr std::uint32_t sample_every = 64;

  void count(std::size_t route, int status) { bump(requests_[route][code_index(status)]); }
  // About ten times a second, by the worker that is not stuck.
  void tick() { bump(ticks_); }
  [[nodiscard]] std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  void count(CacheResult result) { bump(cache_[static_cast<std::size_t>(result)]); }
  void count(Shed reason) { bump(shed_[static_cast<std::size_t>(reason)]); }
  // Whether this request's time is to be measured if it is a plain look-up.
  bool sampled() { return ++turn_ % sample_every == 0; }
  // `weight`: how many requests it stands for.
  void time(std::size_t route, base::Duration took, std::uint32_t weight = 1);

  [[nodiscard]] std::uint64_t requests(std::size_t route, std::size_t code) const {
    return requests_[route][code].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t cache(CacheResult result) const {
    return cache_[static_cast<std::size_t>(result)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t shed(Shed reason) const {
    return shed_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t bucket(std::size_t route, std::size_t index) const {
    return times_[route].buckets[index].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double seconds(std::size_t route) const {
    return static_cast<double>(times_[route].nanoseconds.load(std::memory_order_relaxed)) * 1e-9;
  }

  // The status that stands at a place of the counters; 0 for all others together.
  static int code_at(std::size_t index);

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void bump(Counter& counter, std::uint64_t by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  static std::size_t code_index(int status);

  std::array<std::array<Counter, code_count>, max_routes> requests_{};
  std::array<Counter, 3> cache_{};
  struct Times {
    std::array<Counter, bounds.size() + 1> buckets{};
    Counter nanoseconds{0};
  };
  std::array<Times, max_routes> times_{};
  Counter ticks_{0};
  std::array<Counter, shed_reasons> shed_{};
  std::uint32_t turn_ = 0;
};

class RequestMetrics {
 public:
  explicit RequestMetrics(unsigned workers);

  [[nodiscard]] WorkerRequests& worker(unsigned index) { return *workers_[index]; }
  [[nodiscard]] const WorkerRequests& worker(unsigned index) const { return *workers_[index]; }

  // aureacore_http_requests_total{route,code}, aureacore_http_request_duration_seconds{route},
  // aureacore_cache_requests_total{tier="local",result}, aureacore_http_shed_total{reason}. Call once; `this` must outlive the
  // registry's last exposition.
  void register_with(metrics::Registry& registry) const;

 private:
  std::vector<std::unique_ptr<WorkerRequests>> workers_;
};

}  // namespace aureacore::api
