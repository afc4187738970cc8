#include "auth/limiter.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"

namespace aureacore::auth {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::uint64_t seconds_up(std::int64_t nanoseconds) {
  return static_cast<std::uint64_t>((std::max<std::int64_t>(nanoseconds, 0) + second - 1) / second);
}

}  // namespace

void Limiter::set(const RateLimit& limit) {
  burst_.store(std::max<std::uint64_t>(limit.burst, 1), std::memory_order_relaxed);
  const auto rate = static_cast<std::int64_t>(limit.per_second);
  interval_.store(rate == 0 ? 0 : std::max<std::int64_t>(second / rate, 1), std::memory_order_relaxed);
}

// A client's place, or that of another one, taken over.
Limiter::Place& Limiter::find(std::uint64_t client) {
  Place* const group = &places_[(client >> 1) % (clients / ways) * ways];  // the lowest bit is set for all
  Place* fullest = group;
  for (Place* place = group; place < group + ways; ++place) {
    if (place->client.load(std::memory_order_relaxed) == client) return *place;
    if (place->full.load(std::memory_order_relaxed) < fullest->full.load(std::memory_order_relaxed)) fullest = place;
  }
  fullest->client.store(client, std::memory_order_relaxed);
  fullest->full.store(0, std::memory_order_relaxed);
  return *fullest;
}

Limiter::Verdict Limiter::take(std::string_view client, base::SteadyTime now_time) {
  const std::int64_t interval = interval_.load(std::memory_order_relaxed);
  const auto burst = static_cast<std::int64_t>(burst_.load(std::memory_order_relaxed));
  if (interval == 0) return {};
  const std::int64_t now = std::chrono::nanoseconds(now_time.time_since_epoch()).count();
  const std::int64_t most = interval * burst;
  Place& place = find(base::hash64(client, seed_) | 1);
  std::int64_t full = place.full.load(std::memory_order_relaxed);
  for (;;) {
    // What a larger burst of before has left must not last longer than a bucket of now.
    const std::int64_t wanted = std::min(std::max(full, now), now + most) + interval;
    if (wanted - now > most) {
      return {
          .allowed = false, .remaining = 0, .reset = seconds_up(full - now), .retry = seconds_up(wanted - most - now)};
    }
    if (!place.full.compare_exchange_weak(full, wanted, std::memory_order_relaxed)) continue;
    return {.allowed = true,
            .remaining = static_cast<std::uint64_t>((most - (wanted - now)) / interval),
            .reset = seconds_up(wanted - now),
            .retry = 0};
  }
}

std::string Limiter::lines(const Verdict& verdict) const {
  const std::uint64_t burst = burst_.load(std::memory_order_relaxed);
  const auto window = seconds_up(interval_.load(std::memory_order_relaxed) * static_cast<std::int64_t>(burst));
  return fmt::format("RateLimit-Policy: \"default\";q={};w={}\r\nRateLimit: \"default\";r={};t={}\r\n", burst,
                     std::max<std::uint64_t>(window, 1), verdict.remaining, verdict.reset);
}

}  // namespace aureacore::auth
