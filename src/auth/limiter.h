// Limiter: how many requests a client may make, as a token bucket for each (by the generic cell rate algorithm: one number a
// client). Shared by all workers, without locks: each client's number is changed by compare and swap.
//
// The table is bounded. A client that finds no free place takes that of the one whose bucket is fullest, which loses nothing if it
// is full; so only more busy clients at once than there is room for get more than they should. Any thread; the time is given.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace aureacore::auth {

struct RateLimit {
  std::uint64_t per_second = 0;  // 0: no limit
  std::uint64_t burst = 0;       // requests at once, after a rest; at least 1

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

class Limiter {
 public:
  static constexpr std::size_t clients = 1 << 14;
  static constexpr std::size_t ways = 4;  // places that a client may have

  struct Verdict {
    bool allowed = true;
    std::uint64_t remaining = 0;  // requests at once from now on
    std::uint64_t reset = 0;      // seconds until all of the burst is there again, rounded up
    std::uint64_t retry = 0;      // seconds until one request is, rounded up
  };

  // `seed`: random, so that nobody can choose whom to share a place with.
  explicit Limiter(std::uint64_t seed) : seed_(seed), places_(clients) {}

  // Any thread; clients keep what they have used.
  void set(const RateLimit& limit);
  [[nodiscard]] bool on() const { return interval_.load(std::memory_order_relaxed) != 0; }

  // Only while on(). The client by any bytes that are its own.
  Verdict take(std::string_view client, base::SteadyTime now);
  // `RateLimit-Policy` and `RateLimit` as header lines.
  [[nodiscard]] std::string lines(const Verdict& verdict) const;

 private:
  struct alignas(16) Place {
    std::atomic<std::uint64_t> client{0};
    std::atomic<std::int64_t> full{0};  // when its bucket is full again; nanoseconds
  };

  Place& find(std::uint64_t client);

  const std::uint64_t seed_;
  std::atomic<std::int64_t> interval_{0};  // between two requests, in the long run; nanoseconds
  std::atomic<std::uint64_t> burst_{0};
  std::vector<Place> places_;
};

}  // namespace aureacore::auth
