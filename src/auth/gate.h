// Gate: one worker's way from an Authorization header to a principal. Remembers the tokens that it has verified, so that the
// same one again costs a hash and a comparison: no allocation, no lock, no clock.
//
// Owned by its worker, on its thread. What it remembers ends with the token, and with the policy: tick() looks for another one
// and for the time, so either takes effect a tick later.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy.h"

namespace aureacore::auth {

// For how long somebody who was admitted may stay: until the token ends, or the rules are others. Any thread.
struct Stay {
  const PolicySlot* slot = nullptr;  // null: for ever
  std::uint64_t rules = 0;
  base::WallTime until = base::WallTime::max();

  [[nodiscard]] bool over(const base::Clock& clock) const;
};

class Gate {
 public:
  static constexpr std::size_t remembered = 1024;  // tokens; one more takes the place of another

  // Null: everybody may everything.
  explicit Gate(const PolicySlot* slot);

  void tick(base::WallTime now);

  [[nodiscard]] bool guards() const { return guards_; }
  [[nodiscard]] bool keeps_private() const { return keeps_private_; }
  [[nodiscard]] bool open_metrics() const { return open_metrics_; }
  [[nodiscard]] bool only_here() const { return only_here_; }

  // Of a request without credentials.
  [[nodiscard]] const Principal& anonymous() const { return anonymous_; }
  // Of one with this header's value; null: it is no good. Good until the next call of a non-const member.
  const Principal* admit(std::string_view authorization);
  // Of who was admitted last with credentials; of anybody without.
  [[nodiscard]] Stay stay() const { return {slot_, rules_, until_}; }
  [[nodiscard]] Stay anonymous_stay() const { return {slot_, rules_, base::WallTime::max()}; }

 private:
  struct Memory {
    std::string token;
    Verified verified;
    std::uint64_t generation = 0;
  };

  const PolicySlot* const slot_;
  PolicyPtr policy_;
  std::uint64_t generation_ = 0;
  std::uint64_t rules_ = 0;
  base::WallTime now_;
  base::WallTime until_ = base::WallTime::max();
  Principal anonymous_{.name = {}, .role = Role::admin};
  bool guards_ = false;
  bool keeps_private_ = false;
  bool open_metrics_ = false;
  bool only_here_ = false;
  std::vector<Memory> memory_;
};

// The token of "Bearer <token>"; empty: it is something else.
std::string_view bearer_token(std::string_view authorization);

}  // namespace aureacore::auth
