// App: the composition root. Makes every part, in the order in which they depend on one another, and ends them in the
// reverse.
//
// One thread (the main one) makes, reconfigures and ends it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/background.h"
#include "api/barrier.h"
#include "api/handler.h"
#include "api/hook_desk.h"
#include "api/request_metrics.h"
#include "auth/policy.h"
#include "base/clock.h"
#include "base/heap.h"
#include "base/log.h"
#include "catalog/slot.h"
#include "feed/feed.h"
#include "http/server.h"
#include "metrics/registry.h"
#include "notify/notifier.h"
#include "server/config.h"
#include "server/credentials.h"
#include "server/shared_notices.h"
#include "server/shared_store.h"
#include "server/state_dir.h"
#include "sync/syncer.h"

namespace aureacore::server {

// This build's version: "0.1.0".
std::string release();

struct AppDependencies {
  const base::Clock& clock;
  const base::Log& log;
  resilience::Random random;  // any thread
  sync::Connect connect = sync::connect_git;
  sync::ReportProgress progress;  // may be empty
  std::function<void()> loaded;   // called once, after the first publication; may be empty
};

class App {
 public:
  // Locks the state directory and binds the port; nothing runs yet. Errors: unavailable (in use), denied, with what to
  // do.
  static base::Result<std::unique_ptr<App>> create(Config config, AppDependencies dependencies);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  void start();
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  // Takes over what can change while serving (the sources, the kinds); says of the rest that it needs a restart.
  void reconfigure(Config config);
  // Not ready at once; answers what is under way, at most for the configured time; then ends every thread. Idempotent.
  void stop();

  // Whether every thread that answers requests has gone round its loop since this was asked before; the main thread's.
  bool alive();

  [[nodiscard]] const catalog::SnapshotSlot& slot() const { return slot_; }
  [[nodiscard]] sync::Syncer& syncer() { return *syncer_; }
  [[nodiscard]] sync::SharedStatus shared() const { return shared_->status(); }

 private:
  App(Config config, AppDependencies dependencies, StateDir state, std::unique_ptr<SharedStore> store);

  base::Status bind();
  void take_over(const AuthConfig& config);
  base::Result<std::shared_ptr<http::TlsSlot>> load_certificate();
  void make_feed();
  void register_feed_metrics();
  void register_notification_metrics();
  void register_server_metrics();
  // Of the servers of the cache, each with its circuit breaker's state.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> circuits() const;

  Config config_;
  const AppDependencies dependencies_;
  const StateDir state_;
  std::atomic<bool> draining_{false};
  base::LoadingHeap heap_;
  std::atomic<bool> loaded_{false};
  metrics::Registry registry_;
  catalog::SnapshotSlot slot_;
  sync::Conflicts conflicts_;
  api::DeclaredKindsSlot kinds_;
  auth::PolicySlot policy_;
  auth::Limiter limiter_;
  api::AccessLog access_;
  std::unique_ptr<Credentials> credentials_;
  const std::unique_ptr<SharedStore> store_;
  metrics::Timings propagation_{"by"};  // from a push's arrival, or its announcement, until it is served
  std::unique_ptr<sync::SharedCopy> shared_;
  std::unique_ptr<sync::Archive> archive_;
  std::unique_ptr<sync::Syncer> syncer_;
  std::unique_ptr<api::RequestMetrics> requests_;
  std::vector<std::uint64_t> ticks_;  // of each worker, when alive() was asked
  std::unique_ptr<api::Context> context_;
  std::unique_ptr<api::Background> background_;
  std::unique_ptr<api::Barrier> barrier_;
  std::unique_ptr<api::HookDesk> hooks_;
  std::unique_ptr<SharedNotices> notices_;
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<feed::Feed> feed_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace aureacore::server
