#include "cache/lifetimes.h"

#include <algorithm>

namespace aureacore::cache {

Lifetimes::Lifetimes(base::Duration ttl, BySource own)
    : ttl_(ttl), longest_(ttl), shortest_(ttl), own_(std::move(own)) {
  if (own_.empty()) return;
  longest_ = shortest_ = own_.begin()->second;
  for (const auto& [source, own_ttl] : own_) {
    longest_ = std::max(longest_, own_ttl);
    shortest_ = std::min(shortest_, own_ttl);
  }
}

base::Duration Lifetimes::of_source(std::string_view source) const {
  const auto own = own_.find(source);
  return own == own_.end() ? ttl_ : own->second;
}

base::Duration Lifetimes::of(std::span<const catalog::EntityPtr> entities) const {
  if (longest_ == shortest_ || entities.empty()) return longest_;
  base::Duration most{};
  for (const auto& entity : entities) {
    most = std::max(most, of_source(entity->definition->place.file->source));
    if (most == longest_) break;
  }
  return most;
}

}  // namespace aureacore::cache
