#include "sync/leases.h"

#include <utility>
#include <vector>

namespace aureacore::sync {
namespace {

std::string name_of(const std::string& source) { return "fetch:" + source; }

}  // namespace

void Leases::use(std::shared_ptr<cache::Store> store) {
  const std::scoped_lock lock(mutex_);
  store_ = std::move(store);
  held_.clear();
}

bool Leases::acquire(const std::string& source, const std::string& commit) {
  std::shared_ptr<cache::Store> store;
  {
    const std::scoped_lock lock(mutex_);
    store = store_;
  }
  if (!store) return true;
  const auto got = store->acquire(name_of(source), options_.owner, options_.time, deadline());
  if (got && !*got) return false;
  const std::scoped_lock lock(mutex_);
  if (store_ != store) return true;
  const auto now = clock_.steady();
  if (held_.empty()) due_ = now + options_.time / 3;
  held_.insert_or_assign(source, Lease{commit, now});
  return true;
}

void Leases::release(const std::string& source) {
  std::shared_ptr<cache::Store> store;
  {
    const std::scoped_lock lock(mutex_);
    if (held_.erase(source) == 0) return;
    store = store_;
  }
  if (!store) return;
  const auto released = store->release(name_of(source), options_.owner, deadline());
  if (!released) {
    log_.info("lease not released, it runs out", {{"source", source}, {"error", released.error().message}});
  }
}

void Leases::end(const std::string& source) {
  const std::scoped_lock lock(mutex_);
  const auto lease = held_.find(source);
  if (lease == held_.end()) return;
  lease->second.ended = true;
  due_ = {};
}

void Leases::release_fetched(const entity::Version& version) {
  std::vector<std::string> done;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [source, lease] : held_) {
      const auto* component = version.find(source);
      if (component == nullptr || component->commit != lease.commit) done.push_back(source);
    }
  }
  for (const auto& source : done) release(source);
}

// One that can't be renewed is another's by now, or will be.
void Leases::look_after() {
  std::shared_ptr<cache::Store> store;
  std::vector<std::string> ended;
  std::vector<std::string> running;
  {
    const std::scoped_lock lock(mutex_);
    const auto now = clock_.steady();
    if (held_.empty() || now < due_) return;
    due_ = now + options_.time / 3;
    store = store_;
    std::erase_if(held_, [&](const auto& held) { return now - held.second.since > options_.longest; });
    for (const auto& [source, lease] : held_) (lease.ended ? ended : running).push_back(source);
  }
  for (const auto& source : ended) release(source);
  for (const auto& source : running) {
    if (!store->renew_lease(name_of(source), options_.owner, options_.time, deadline())) return;
  }
}

base::SteadyTime Leases::next() const {
  const std::scoped_lock lock(mutex_);
  return held_.empty() ? base::SteadyTime::max() : due_;
}

}  // namespace aureacore::sync
