#include "auth/gate.h"

#include <openssl/crypto.h>

#include "base/hash.h"
#include "base/text.h"

namespace aureacore::auth {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (!base::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
  return base::trim(authorization.substr(scheme.size()));
}

bool Stay::over(const base::Clock& clock) const {
  if (slot == nullptr) return false;
  return slot->rules() != rules || (until != base::WallTime::max() && clock.wall() >= until);
}

Gate::Gate(const PolicySlot* slot) : slot_(slot) {}

void Gate::tick(base::WallTime now) {
  now_ = now;
  if (slot_ == nullptr || slot_->generation() == generation_) return;
  generation_ = slot_->generation();  // before the policy: one that comes in between is taken at the next tick
  rules_ = slot_->rules();
  policy_ = slot_->get();
  anonymous_.role = policy_->anonymous;
  guards_ = policy_->guards();
  keeps_private_ = policy_->keeps_private();
  open_metrics_ = policy_->open_metrics;
  only_here_ = policy_->only_here;
  memory_.clear();
  if (guards_) memory_.resize(remembered);
}

const Principal* Gate::admit(std::string_view authorization) {
  const std::string_view token = bearer_token(authorization);
  if (token.empty() || token.size() > max_token_bytes) return nullptr;
  Memory& memory = memory_[base::hash64(token, slot_->seed()) % remembered];
  if (memory.generation == generation_ && now_ < memory.verified.until && same(memory.token, token)) {
    until_ = memory.verified.until;
    return &memory.verified.principal;
  }
  auto verified = policy_->verify(token, now_);
  if (!verified) return nullptr;
  memory = {.token = std::string(token), .verified = *std::move(verified), .generation = generation_};
  until_ = memory.verified.until;
  return &memory.verified.principal;
}

}  // namespace aureacore::auth
