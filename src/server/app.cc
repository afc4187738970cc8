#include "server/app.h"

#include <fmt/core.h>

#include <utility>

#include "server/fetch_url.h"
#include "server/notification_config.h"
#include "server/process_metrics.h"

namespace aureacore::server {
namespace {

using metrics::Sample;
using Samples = std::vector<Sample>;

// The seed of the hash tables: 64 random bits.
std::uint64_t make_seed(const resilience::Random& random) {
  const auto half = [&random] { return static_cast<std::uint64_t>(random() * 4294967296.0); };
  return half() << 32 | half();
}

sync::SharedCopyOptions shared_options(const Config& config, std::uint64_t seed, const resilience::Random& random) {
  sync::SharedCopyOptions options;
  options.instance = fmt::format("{:016x}", make_seed(random));
  // Nobody else reads what is in the state directory, so what is past can go soon.
  constexpr base::Duration own_ttl = std::chrono::hours(1);
  options.ttl = config.cache.ttl;
  if (!config.cache.address) options.longest_ttl = own_ttl;
  options.compress = config.cache.compression;
  options.release = release();
  options.seed = seed;
  options.tier = config.cache.address ? catalog::Tier::redis : catalog::Tier::embedded;
  return options;
}

sync::SyncerOptions syncer_options(const Config& config, const StateDir& state, std::uint64_t seed) {
  sync::SyncerOptions options;
  options.mirrors = state.mirrors();
  options.fetchers = config.fetchers;
  options.guard = config.guard;
  options.intervals = config.intervals;
  options.seed = seed;
  return options;
}

sync::ArchiveOptions archive_options(const Config& config, const StateDir& state, std::uint64_t seed) {
  return {.directory = config.state_dir,
          .mirrors = state.mirrors(),
          .threads = config.versions.rebuilds,
          .time = config.versions.rebuild_time,
          .held = config.versions.recalled,
          .seed = seed};
}

// What a running process can't change.
std::vector<std::string_view> needs_restart(const Config& before, const Config& after) {
  std::vector<std::string_view> keys;
  if (before.host != after.host || before.port != after.port) keys.emplace_back("listen");
  if (before.state_dir != after.state_dir) keys.emplace_back("state_dir");
  if (before.threads != after.threads) keys.emplace_back("threads");
  if (before.transport != after.transport) keys.emplace_back("transport");
  if (before.log_format != after.log_format) keys.emplace_back("log_format");
  if (before.tls != after.tls) keys.emplace_back("tls");
  if (before.fetchers != after.fetchers) keys.emplace_back("fetchers");
  if (before.guard.share != after.guard.share || before.guard.count != after.guard.count) keys.emplace_back("guard");
  if (!(before.intervals == after.intervals)) keys.emplace_back("intervals");
  if (!(before.load == after.load))
    keys.emplace_back("limits of what waits (tasks, task_wait, waiting, waiting_bytes)");
  if (!(before.versions == after.versions)) keys.emplace_back("versions");
  if (!(before.cache == after.cache)) keys.emplace_back("cache");
  if (!same(before.notifications, after.notifications)) keys.emplace_back("notifications");
  if (before.http.connections != after.http.connections) keys.emplace_back("limits.connections");
  if (before.http.header_bytes != after.http.header_bytes) keys.emplace_back("limits.header_bytes");
  if (before.http.body_bytes != after.http.body_bytes) keys.emplace_back("limits.body_bytes");
  if (before.batch.operations != after.batch.operations) keys.emplace_back("limits.batch_operations");
  if (before.batch.bytes != after.batch.bytes) keys.emplace_back("limits.batch_bytes");
  return keys;
}

}  // namespace

std::string release() { return AUREACORE_RELEASE; }

base::Result<std::unique_ptr<App>> App::create(Config config, AppDependencies dependencies) {
  auto state = StateDir::open(config.state_dir);
  if (!state) return std::unexpected(state.error());
  auto store =
      SharedStore::make(config.cache, state->cache(), dependencies.clock, dependencies.log, dependencies.random);
  if (!store) return std::unexpected(store.error());
  std::unique_ptr<App> app(new App(std::move(config), std::move(dependencies), std::move(*state), std::move(*store)));
  if (auto bound = app->bind(); !bound) return std::unexpected(bound.error());
  return app;
}

App::App(Config config, AppDependencies dependencies, StateDir state, std::unique_ptr<SharedStore> store)
    : config_(std::move(config)),
      dependencies_(std::move(dependencies)),
      state_(std::move(state)),
      slot_(config_.versions.held),
      conflicts_(dependencies_.clock, dependencies_.log),
      policy_(make_seed(dependencies_.random)),
      limiter_(make_seed(dependencies_.random)),
      access_(make_seed(dependencies_.random)),
      store_(std::move(store)) {
  const std::uint64_t seed = make_seed(dependencies_.random);
  const auto open = [this](const std::string& catalog, const std::stop_token& stop) {
    return store_->open(catalog, stop);
  };
  shared_ = std::make_unique<sync::SharedCopy>(
      shared_options(config_, seed, dependencies_.random),
      sync::SharedCopy::Dependencies{dependencies_.clock, dependencies_.log, open, dependencies_.random, &propagation_,
                                     &conflicts_});
  conflicts_.register_metrics(registry_);
  shared_->register_metrics(registry_);
  store_->register_metrics(registry_);
  archive_ = std::make_unique<sync::Archive>(archive_options(config_, state_, seed), dependencies_.clock,
                                             dependencies_.log, shared_.get());
  archive_->register_metrics(registry_);
  const auto progress = [this](const sync::Progress& progress) {
    if (dependencies_.progress) dependencies_.progress(progress);
    if (progress.stage == sync::Progress::Stage::published) feed_->published(slot_.latest());
    const bool first = progress.stage == sync::Progress::Stage::published && !loaded_.exchange(true);
    if (!first) return;
    if (dependencies_.loaded) dependencies_.loaded();
    heap_.end();
  };
  sync::Syncer::Dependencies syncer{dependencies_.clock,
                                    dependencies_.log,
                                    slot_,
                                    dependencies_.random,
                                    dependencies_.connect,
                                    progress,
                                    [this] {
                                      if (barrier_) barrier_->notify();
                                      if (hooks_) hooks_->notify();
                                    },
                                    shared_.get(),
                                    &conflicts_,
                                    archive_.get()};
  syncer_ = std::make_unique<sync::Syncer>(syncer_options(config_, state_, seed), std::move(syncer), config_.sources);
  syncer_->register_metrics(registry_);
  requests_ =
      std::make_unique<api::RequestMetrics>(2 * config_.threads + 2);  // workers, background, the barrier, webhooks
  requests_->register_with(registry_);
}

App::~App() { stop(); }

base::Status App::bind() {
  context_ = std::make_unique<api::Context>(api::Context{.clock = dependencies_.clock,
                                                         .log = dependencies_.log,
                                                         .slot = slot_,
                                                         .sync = *syncer_,
                                                         .metrics = registry_,
                                                         .requests = *requests_,
                                                         .release = release(),
                                                         .draining = &draining_,
                                                         .batch = config_.batch,
                                                         .load = config_.load,
                                                         .kinds = &kinds_,
                                                         .shared = shared_.get(),
                                                         .conflicts = &conflicts_,
                                                         .cache = store_->address(),
                                                         .cache_servers = [this] { return circuits(); },
                                                         .archive = archive_.get(),
                                                         .auth = &policy_,
                                                         .limiter = &limiter_});
  kinds_.set(config_.kinds);
  limiter_.set(config_.rate_limit);
  access_.set(config_.access_log);
  auto tls = load_certificate();
  if (!tls) return std::unexpected(tls.error());
  credentials_->take_over(config_.auth);
  background_ = std::make_unique<api::Background>(*context_, config_.threads, config_.threads);
  context_->background = background_.get();
  barrier_ = std::make_unique<api::Barrier>(*context_, 2 * config_.threads);
  context_->barrier = barrier_.get();
  hooks_ = std::make_unique<api::HookDesk>(
      api::HookDesk::Dependencies{.context = *context_,
                                  .nonce = [this] { return make_seed(dependencies_.random); },
                                  .targets = hook_targets(config_.hooks, config_.sources),
                                  .propagation = &propagation_},
      2 * config_.threads + 1);
  hooks_->register_metrics(registry_);
  context_->hooks = hooks_.get();
  make_feed();
  const http::ServerOptions options{.host = config_.host,
                                    .port = config_.port,
                                    .workers = config_.threads,
                                    .transport = config_.transport,
                                    .limits = config_.http,
                                    .tls = *std::move(tls)};
  auto server = http::Server::bind(options, [&](unsigned worker) {
    return api::log_access(api::make_handler(*context_, worker), access_, dependencies_.log, dependencies_.clock);
  });
  if (!server) return std::unexpected(server.error());
  server_ = std::move(*server);
  dependencies_.log.info("transport chosen", {{"transport", http::to_string(server_->transport())}});
  register_server_metrics();
  register_feed_metrics();
  register_notification_metrics();
  return {};
}

std::vector<std::pair<std::string, std::string>> App::circuits() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [server, circuit] : store_->servers()) all.emplace_back(server, name(circuit));
  return all;
}

void App::make_feed() {
  notices_ = std::make_unique<SharedNotices>(*shared_, dependencies_.clock);
  notifier_ = std::make_unique<notify::Notifier>(config_.notifications, notify::CourierOptions{},
                                                 notify::Notifier::Dependencies{.clock = dependencies_.clock,
                                                                                .log = dependencies_.log,
                                                                                .random = dependencies_.random,
                                                                                .shared = notices_.get(),
                                                                                .spool = state_.notifications()});
  context_->notifier = notifier_.get();
  feed::Feed::Dependencies dependencies{
      .clock = dependencies_.clock,
      .find = [this](std::string_view token) { return slot_.find(token).snapshot; },
      .wake = [this] { server_->wake_streams(); },
      .follow = [this](const feed::PublicationPtr& publication) { notifier_->take(*publication); }};
  feed::FeedOptions options;
  options.watchers = config_.http.connections - config_.http.connections / 5;  // so that look-ups find room
  feed_ = std::make_unique<feed::Feed>(options, std::move(dependencies));
  context_->feed = feed_.get();
}

void App::register_feed_metrics() {
  using Read = double (*)(const feed::Totals&);
  const auto one = [this](Read read) { return [this, read] { return Samples{{{}, read(feed_->totals())}}; }; };
  using Totals = feed::Totals;
  registry_.gauge("aureacore_watch_clients", "Clients that watch the stream of changes.",
                  one([](const Totals& totals) { return static_cast<double>(totals.clients.load()); }));
  registry_.counter("aureacore_watch_subscriptions_total", "Streams of changes begun.",
                    one([](const Totals& totals) { return static_cast<double>(totals.subscribed.load()); }));
  registry_.counter("aureacore_watch_refused_total", "Watchers refused, over the limit or at the end.",
                    one([](const Totals& totals) { return static_cast<double>(totals.refused.load()); }));
  registry_.counter("aureacore_watch_rendered_total", "Events rendered, once for each distinct filter, by type.",
                    [this] {
                      const Totals& totals = feed_->totals();
                      return Samples{{{{"type", "change"}}, static_cast<double>(totals.changes.load())},
                                     {{{"type", "bookmark"}}, static_cast<double>(totals.bookmarks.load())}};
                    });
  registry_.counter("aureacore_watch_events_total", "Events handed to watchers.",
                    one([](const Totals& totals) { return static_cast<double>(totals.sent.load()); }));
  registry_.counter("aureacore_watch_resets_total", "Watchers told to list again.",
                    one([](const Totals& totals) { return static_cast<double>(totals.resets.load()); }));
  registry_.counter("aureacore_watch_dropped_total", "Watchers ended because they were too slow.",
                    one([](const Totals& totals) { return static_cast<double>(totals.dropped.load()); }));
}

void App::register_server_metrics() {
  using Read = double (*)(const http::WorkerCounters&);
  const auto sum = [this](Read read) {
    return [this, read] {
      double total = 0;
      for (const auto& worker : server_->counters()) total += read(*worker);
      return Samples{{{}, total}};
    };
  };
  using Counters = http::WorkerCounters;
  constexpr auto relaxed = std::memory_order_relaxed;
  registry_.gauge("aureacore_http_connections", "Connections that are open.",
                  sum([](const Counters& worker) { return static_cast<double>(worker.open.load(relaxed)); }));
  registry_.counter("aureacore_http_connections_accepted_total", "Connections accepted.",
                    sum([](const Counters& worker) { return static_cast<double>(worker.accepted.load(relaxed)); }));
  registry_.counter("aureacore_http_connections_rejected_total", "Connections over the limit, answered 503.",
                    sum([](const Counters& worker) { return static_cast<double>(worker.rejected.load(relaxed)); }));
  registry_.counter("aureacore_http_refused_total", "Requests refused as malformed, over a limit or too slow.",
                    sum([](const Counters& worker) { return static_cast<double>(worker.refused.load(relaxed)); }));
  registry_.counter("aureacore_tls_failures_total", "Connections whose TLS was no good.",
                    sum([](const Counters& worker) { return static_cast<double>(worker.tls_failed.load(relaxed)); }));
  registry_.counter(
      "aureacore_http_received_bytes_total", "Bytes received from clients.",
      sum([](const Counters& worker) { return static_cast<double>(worker.received_bytes.load(relaxed)); }));
  registry_.counter("aureacore_http_sent_bytes_total", "Bytes sent to clients.",
                    sum([](const Counters& worker) { return static_cast<double>(worker.sent_bytes.load(relaxed)); }));
  registry_.gauge("aureacore_consistency_waiting", "Requests that wait for a check of the remotes.",
                  [this] { return Samples{{{}, static_cast<double>(barrier_->waiting())}}; });
  registry_.counter("aureacore_consistency_waits_total", "Requests that waited for a check of the remotes, by outcome.",
                    [this] {
                      const auto& totals = barrier_->totals();
                      return Samples{{{{"outcome", "met"}}, static_cast<double>(totals.met.load(relaxed))},
                                     {{{"outcome", "unmet"}}, static_cast<double>(totals.unmet.load(relaxed))}};
                    });
  registry_.histogram("aureacore_propagation_seconds",
                      "Until a push is served here: from its webhook, or from another instance's announcement.",
                      [this] { return propagation_.read(); });
  registry_.gauge("aureacore_background_tasks", "Batches and large questions that wait or are at work.",
                  [this] { return Samples{{{}, static_cast<double>(background_->load().tasks)}}; });
  registry_.gauge("aureacore_background_wait_seconds",
                  "How long the one has waited that has waited longest to be begun.",
                  [this] { return Samples{{{}, base::in_seconds(background_->load().waited)}}; });
  registry_.gauge("aureacore_build_info", "1; the release is in the label.",
                  [] { return Samples{{{{"release", release()}}, 1}}; });
  register_process_metrics(registry_);
}

void App::register_notification_metrics() {
  const auto each = [this](auto read) {
    return [this, read] {
      Samples samples;
      for (const auto& target : notifier_->status()) {
        samples.push_back({{{"target", target.name}}, static_cast<double>(read(target))});
      }
      return samples;
    };
  };
  using Status = notify::CourierStatus;
  registry_.gauge("aureacore_notifications_waiting", "Notifications that wait to be delivered, by target.",
                  each([](const Status& target) { return target.waiting; }));
  registry_.counter("aureacore_notifications_delivered_total", "Notifications delivered, by target.",
                    each([](const Status& target) { return target.delivered; }));
  registry_.counter("aureacore_notifications_failures_total", "Attempts that failed, by target.",
                    each([](const Status& target) { return target.failures; }));
  registry_.counter("aureacore_notifications_dead_total", "Notifications given up, by target.",
                    each([](const Status& target) { return target.dead; }));
}

void App::start() {
  notifier_->start();
  feed_->start();
  server_->start();
  credentials_->start();
  heap_.begin();
  syncer_->start();
}

bool App::alive() {
  ticks_.resize(config_.threads, 0);
  bool all = true;
  for (unsigned worker = 0; worker < config_.threads; ++worker) {
    const std::uint64_t now = requests_->worker(worker).ticks();
    all = all && now != std::exchange(ticks_[worker], now);
  }
  return all;
}

void App::reconfigure(Config config) {
  for (const auto key : needs_restart(config_, config)) {
    dependencies_.log.warning("configuration key needs a restart to take effect", {{"key", key}});
  }
  dependencies_.log.info("configuration reloaded", {{"sources", config.sources.size()}});
  config_.sources = config.sources;
  config_.hooks = config.hooks;
  hooks_->set_targets(hook_targets(config.hooks, config.sources));
  config_.kinds = config.kinds;
  kinds_.set(config.kinds);
  config_.drain = config.drain;
  take_over(config.auth);
  config_.rate_limit = config.rate_limit;
  limiter_.set(config.rate_limit);
  access_.set(config.access_log);
  credentials_->reload_certificate();
  syncer_->reconfigure(std::move(config.sources));
}

// What holds does so for the address that is listened on, which stays.
void App::take_over(const AuthConfig& config) {
  if (!is_loopback(config_.host) && !config.said()) {
    return dependencies_.log.error(
        "access rules kept",
        {{"error", "expected auth.tokens or auth.anonymous where others can reach the address, found neither"}});
  }
  config_.auth = config;
  credentials_->take_over(config);
}

// Null: plain HTTP.
base::Result<std::shared_ptr<http::TlsSlot>> App::load_certificate() {
  const auto fetch = [](const std::string& url, const std::stop_token& stop) { return fetch_url(url, {}, stop); };
  credentials_ =
      std::make_unique<Credentials>(Credentials::Dependencies{dependencies_.clock, dependencies_.log, policy_, fetch});
  std::shared_ptr<http::TlsSlot> slot;
  if (config_.tls) {
    auto context = http::TlsContext::load(*config_.tls);
    if (!context) return std::unexpected(context.error().in("tls"));
    slot = std::make_shared<http::TlsSlot>(*std::move(context));
    credentials_->watch(*config_.tls, slot);
  }
  credentials_->register_metrics(registry_);
  return slot;
}

void App::stop() {
  draining_ = true;
  if (hooks_) hooks_->stop();
  if (barrier_) barrier_->stop();
  if (feed_ && server_) feed_->stop();
  if (notifier_) notifier_->stop();
  archive_->refuse();
  if (server_) server_->stop(std::chrono::duration_cast<std::chrono::milliseconds>(config_.drain));
  if (credentials_) credentials_->stop();
  if (background_) background_->stop();
  syncer_->stop();
  archive_->stop();
}

}  // namespace aureacore::server
