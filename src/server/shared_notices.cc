#include "server/shared_notices.h"

#include <tuple>

namespace aureacore::server {
namespace {

constexpr std::string_view nobody = "settled";

}  // namespace

// Where the store can't be asked, each instance is alone: what it sends twice has the same id.
bool SharedNotices::acquire(const std::string& lease, base::Duration time) {
  const auto store = copy_.store();
  return !store || store->acquire(lease, copy_.instance(), time, deadline()).value_or(true);
}

void SharedNotices::release(const std::string& lease) {
  if (const auto store = copy_.store()) std::ignore = store->release(lease, copy_.instance(), deadline());
}

void SharedNotices::settle(const std::string& id) {
  if (const auto store = copy_.store()) std::ignore = store->acquire(id, nobody, settled_time, deadline());
}

bool SharedNotices::settled(const std::string& id) {
  const auto store = copy_.store();
  return store && store->renew_lease(id, nobody, settled_time, deadline()).value_or(false);
}

}  // namespace aureacore::server
