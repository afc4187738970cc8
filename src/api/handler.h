// The application's side of HTTP: which handler answers what. One handler per worker thread.
//
// The composition root makes, in this order: metrics::Registry, RequestMetrics(workers) and register_with(registry),
// Context, then the server with make_handler for each worker. tick() must be called about ten times a second
// (http::Server does): the freshness that answers carry is rendered anew at the first request behind a tick.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/request_metrics.h"
#include "auth/limiter.h"
#include "auth/policy.h"
#include "base/clock.h"
#include "base/log.h"
#include "catalog/slot.h"
#include "definition/kinds.h"
#include "http/server.h"
#include "metrics/registry.h"
#include "sync/archive.h"
#include "sync/conflicts.h"
#include "sync/shared_copy.h"
#include "sync/status.h"

namespace aureacore::feed {
class Feed;
}

namespace aureacore::notify {
class Notifier;
}

namespace aureacore::api {

class Background;
class Barrier;
class HookDesk;

// Bounds of one POST /api/v1/batch.
struct BatchLimits {
  std::size_t operations = 1'000;
  std::size_t bytes = 16 << 20;                    // of all its answers together
  base::Duration time = std::chrono::seconds(30);  // operations not begun by then are not answered
};

// How much may wait before more is answered 503.
struct LoadLimits {
  std::size_t tasks = 256;                                     // batches and large questions, waiting or at work …
  base::Duration task_wait = std::chrono::seconds(2);          // … and how long one waits to be begun
  std::size_t waiting = 16'384;                                // requests that wait for a check of the remotes …
  std::size_t waiting_bytes = 64 << 20;                        // … and their own bytes together
  base::Duration worker_lag = std::chrono::milliseconds(100);  // of a worker behind its time, with …
  std::size_t worker_costly = 16;                              // … more costly requests than this meanwhile
  friend bool operator==(const LoadLimits&, const LoadLimits&) = default;
};

// The kinds that the configuration declares, as of the last time it was read. Asked for where an entity is validated,
// never by a look-up, hence a lock. Any thread.
class DeclaredKindsSlot {
 public:
  void set(definition::DeclaredKindsPtr kinds) {
    const std::scoped_lock lock(mutex_);
    kinds_ = std::move(kinds);
  }
  [[nodiscard]] definition::DeclaredKindsPtr get() const {
    const std::scoped_lock lock(mutex_);
    return kinds_;
  }

 private:
  mutable std::mutex mutex_;
  definition::DeclaredKindsPtr kinds_;
};

// What all workers share; outlives them. Everything here is safe to read from any thread.
struct Context {
  const base::Clock& clock;
  const base::Log& log;
  const catalog::SnapshotSlot& slot;
  sync::Status& sync;
  const metrics::Registry& metrics;
  RequestMetrics& requests;
  std::string release;                          // "0.1.0"
  const std::atomic<bool>* draining = nullptr;  // set on SIGTERM: /readyz says no at once; null: never
  BatchLimits batch = {};
  LoadLimits load = {};
  const DeclaredKindsSlot* kinds = nullptr;    // null: none are declared
  const sync::SharedCopy* shared = nullptr;    // null: nothing is shared
  const sync::Conflicts* conflicts = nullptr;  // null: nobody keeps them
  std::string cache = {};                      // where: "redis://host:6379", "embedded"
  // The servers of the cache with the state of each one's circuit breaker ("closed"); empty: there are none.
  std::function<std::vector<std::pair<std::string, std::string>>()> cache_servers = {};
  Background* background = nullptr;            // null: every question is answered on its worker's thread
  HookDesk* hooks = nullptr;                   // null: webhooks are answered 503
  Barrier* barrier = nullptr;                  // null: a level that isn't met at once is answered 503
  sync::Archive* archive = nullptr;            // null: what is not in memory is gone
  const auth::PolicySlot* auth = nullptr;      // null: everybody may everything
  auth::Limiter* limiter = nullptr;            // null: as often as they like
  feed::Feed* feed = nullptr;                  // null: there is no stream of changes
  const notify::Notifier* notifier = nullptr;  // null: nobody is told of changes
  base::SteadyTime started = clock.steady();   // for the uptime in /api/v1/status
};

// Makes one worker's handler; `worker` counts from 0 and is below the number that RequestMetrics was made for.
std::unique_ptr<http::Handler> make_handler(const Context& context, unsigned worker);

}  // namespace aureacore::api
