// The application's side of HTTP: which handler answers what. One CatalogHandler per worker thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/slot.h"
#include "http/server.h"
#include "metrics/registry.h"
#include "sync/status.h"

namespace aureacore::api {

// What all workers share; outlives them. Everything here is safe to read from any thread.
struct Context {
  const base::Clock& clock;
  const base::Log& log;
  const catalog::SnapshotSlot& slot;
  sync::Status& sync;
  const metrics::Registry& metrics;
  std::string release;                       // "0.1.0"
  std::atomic<bool>* draining = nullptr;     // set on SIGTERM: /readyz says no at once
};

// Makes one worker's handler. `registry` is given once, for all workers' request counters (see request_metrics.h).
std::unique_ptr<http::Handler> make_handler(const Context& context, unsigned worker);

}  // namespace aureacore::api
