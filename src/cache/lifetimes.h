// Lifetimes: how long a part is kept that nobody renews: as long as the most patient of the sources that have something
// in it. A value.
//
// Entities are spread over shards whatever their source, so a shard may have several: none of them loses anything before
// its time. What tells of one source alone (its state, its diagnostics) is kept for just that source's time.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "catalog/entity.h"

namespace aureacore::cache {

class Lifetimes {
 public:
  using BySource = std::map<std::string, base::Duration, std::less<>>;

  // `ttl` is that of every source that is not among `own`, which says of all sources that there are.
  explicit Lifetimes(base::Duration ttl = std::chrono::hours(24), BySource own = {});

  [[nodiscard]] base::Duration of_source(std::string_view source) const;
  [[nodiscard]] base::Duration of(std::span<const catalog::EntityPtr> entities) const;
  // Of what tells of all of them: manifests and the head.
  [[nodiscard]] base::Duration longest() const { return longest_; }
  [[nodiscard]] base::Duration shortest() const { return shortest_; }

 private:
  base::Duration ttl_;
  base::Duration longest_;
  base::Duration shortest_;
  BySource own_;
};

}  // namespace aureacore::cache
