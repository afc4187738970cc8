#include "auth/policy.h"

#include <algorithm>
#include <utility>

namespace aureacore::auth {

std::optional<Verified> Policy::verify(std::string_view token, base::WallTime now) const {
  if (token.empty() || token.size() > max_token_bytes) return std::nullopt;
  const TokenDigest digest = digest_of(token);
  // All are looked at, so that the time says nothing of which it was.
  const StaticToken* found = nullptr;
  for (const StaticToken& known : tokens) {
    if (equal(known.digest, digest)) found = &known;
  }
  if (found == nullptr) return verify_jwt(token, issuers, now);
  return Verified{.principal = found->principal, .until = base::WallTime::max()};
}

bool same_rules(const Policy& a, const Policy& b) {
  const auto same_issuer = [](Issuer left, Issuer right) {
    left.keys = right.keys = nullptr;
    return left == right;
  };
  return a.anonymous == b.anonymous && a.open_metrics == b.open_metrics && a.only_here == b.only_here &&
         a.tokens == b.tokens && std::ranges::equal(a.issuers, b.issuers, same_issuer);
}

void PolicySlot::set(PolicyPtr policy) {
  const std::scoped_lock lock(mutex_);
  if (!same_rules(*policy_, *policy)) rules_.fetch_add(1, std::memory_order_release);
  policy_ = std::move(policy);
  generation_.fetch_add(1, std::memory_order_release);
}

PolicyPtr PolicySlot::get() const {
  const std::scoped_lock lock(mutex_);
  return policy_;
}

}  // namespace aureacore::auth
