// Policy: who may do what, as the configuration says. Immutable once it is in its slot; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "auth/jwt.h"
#include "auth/role.h"
#include "auth/token.h"
#include "base/clock.h"

namespace aureacore::auth {

// A longer one is refused unread.
constexpr std::size_t max_token_bytes = 8 << 10;

struct Policy {
  Role anonymous = Role::none;  // of who shows no token
  bool open_metrics = false;    // /metrics takes no role
  bool only_here = false;       // everybody is let in because nobody but this machine's users can come
  std::vector<StaticToken> tokens;
  std::vector<Issuer> issuers;

  // Whether anything is asked of anybody.
  [[nodiscard]] bool guards() const { return anonymous != Role::admin; }
  // Whether what is read is for some only.
  [[nodiscard]] bool keeps_private() const { return anonymous < Role::read; }
  // Nothing: the token is good for nothing (any more, or yet).
  [[nodiscard]] std::optional<Verified> verify(std::string_view token, base::WallTime now) const;
};

// Whether both let the same callers do the same, whatever keys their issuers sign by now.
bool same_rules(const Policy& a, const Policy& b);

using PolicyPtr = std::shared_ptr<const Policy>;

// The policy that holds now. Set by the composition root and whoever refreshes keys; read by every worker.
class PolicySlot {
 public:
  // `seed`: random, for the tables in which tokens are found again.
  explicit PolicySlot(std::uint64_t seed) : seed_(seed) {}

  void set(PolicyPtr policy);
  [[nodiscard]] PolicyPtr get() const;
  // Another number after each set().
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // Another number after each set() with other rules.
  [[nodiscard]] std::uint64_t rules() const { return rules_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

 private:
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::uint64_t> rules_{1};
  mutable std::mutex mutex_;
  PolicyPtr policy_ = std::make_shared<const Policy>();  // guarded by mutex_
};

}  // namespace aureacore::auth
