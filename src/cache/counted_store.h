// CountedStore: a store that counts what passes between it and us, and tells how long each call took. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "cache/store.h"

namespace aureacore::cache {

// Since the start.
struct Traffic {
  std::atomic<std::uint64_t> hits = 0;     // parts that were asked for and there
  std::atomic<std::uint64_t> misses = 0;   // … and not there
  std::atomic<std::uint64_t> errors = 0;   // calls that failed, of any kind
  std::atomic<std::uint64_t> written = 0;  // parts
  std::atomic<std::uint64_t> read_bytes = 0;
  std::atomic<std::uint64_t> written_bytes = 0;
};

class CountedStore final : public Store {
 public:
  // Called on the caller's thread, with "get", "put", …
  using Took = std::function<void(const char* operation, base::Duration took)>;

  // Clock and traffic must outlive it.
  CountedStore(std::shared_ptr<Store> store, const base::Clock& clock, Traffic& traffic, Took took)
      : store_(std::move(store)), clock_(clock), traffic_(traffic), took_(std::move(took)) {}

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const Digest> digests,
                                                            Deadline deadline) override;
  base::Status put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) override;
  base::Result<std::vector<bool>> renew(std::span<const Digest> digests, base::Duration ttl,
                                        Deadline deadline) override;
  base::Result<std::optional<Head>> head(Deadline deadline) override;
  base::Result<HeadMove> move_head(const MoveTerms& terms, const Head& next, Deadline deadline) override;
  base::Result<bool> acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                             Deadline deadline) override;
  base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                 Deadline deadline) override;
  base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) override;
  base::Result<Members> meet(std::string_view member, std::string_view text, base::Duration duration,
                             Deadline deadline) override;
  base::Status announce(const Announcement& announcement, Deadline deadline) override;
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(Listener listener) override;

 private:
  template <class Call>
  auto noted(const char* operation, const Call& call) {
    const auto began = clock_.steady();
    auto outcome = call();
    took_(operation, clock_.steady() - began);
    if (!outcome) ++traffic_.errors;
    return outcome;
  }

  const std::shared_ptr<Store> store_;
  const base::Clock& clock_;
  Traffic& traffic_;
  const Took took_;
};

}  // namespace aureacore::cache
