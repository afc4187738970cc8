#include "cache/counted_store.h"

namespace aureacore::cache {

base::Result<std::vector<std::optional<std::string>>> CountedStore::get(std::span<const Digest> digests,
                                                                        Deadline deadline) {
  auto found = noted("get", [&] { return store_->get(digests, deadline); });
  if (!found) return found;
  for (const auto& bytes : *found) {
    ++(bytes ? traffic_.hits : traffic_.misses);
    if (bytes) traffic_.read_bytes += bytes->size();
  }
  return found;
}

base::Status CountedStore::put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) {
  auto status = noted("put", [&] { return store_->put(parts, ttl, deadline); });
  if (!status) return status;
  traffic_.written += parts.size();
  for (const Part& part : parts) traffic_.written_bytes += part.bytes.size();
  return status;
}

base::Result<std::vector<bool>> CountedStore::renew(std::span<const Digest> digests, base::Duration ttl,
                                                    Deadline deadline) {
  return noted("renew", [&] { return store_->renew(digests, ttl, deadline); });
}

base::Result<std::optional<Head>> CountedStore::head(Deadline deadline) {
  return noted("head", [&] { return store_->head(deadline); });
}

base::Result<HeadMove> CountedStore::move_head(const MoveTerms& terms, const Head& next, Deadline deadline) {
  return noted("move_head", [&] { return store_->move_head(terms, next, deadline); });
}

base::Result<bool> CountedStore::acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                                         Deadline deadline) {
  return noted("lease", [&] { return store_->acquire(lease, owner, duration, deadline); });
}

base::Result<bool> CountedStore::renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                             Deadline deadline) {
  return noted("lease", [&] { return store_->renew_lease(lease, owner, duration, deadline); });
}

base::Status CountedStore::release(std::string_view lease, std::string_view owner, Deadline deadline) {
  return noted("lease", [&] { return store_->release(lease, owner, deadline); });
}

base::Result<Members> CountedStore::meet(std::string_view member, std::string_view text, base::Duration duration,
                                         Deadline deadline) {
  return noted("meet", [&] { return store_->meet(member, text, duration, deadline); });
}

base::Status CountedStore::announce(const Announcement& announcement, Deadline deadline) {
  return noted("announce", [&] { return store_->announce(announcement, deadline); });
}

std::unique_ptr<Store::Subscription> CountedStore::subscribe(Listener listener) {
  return store_->subscribe(std::move(listener));
}

}  // namespace aureacore::cache
