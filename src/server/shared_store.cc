#include "server/shared_store.h"

#include <utility>

#include "cache/embedded_store.h"
#include "cache/redis_store.h"

namespace aureacore::server {
namespace {

using metrics::Sample;
using Samples = std::vector<Sample>;

base::Result<std::shared_ptr<cache::Store>> open_embedded(const std::filesystem::path& folder, const base::Clock& clock,
                                                          const base::Log& log) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) {
    for (const auto& other : std::filesystem::directory_iterator(folder.parent_path(), error)) {
      if (other.path() != folder) std::filesystem::remove_all(other.path(), error);
    }
  }
  if (error) return base::fail(base::Code::unavailable, "{}: {}", folder.string(), error.message());
  auto store = cache::EmbeddedStore::open(folder, clock, log);
  if (!store) return std::unexpected(store.error());
  return std::shared_ptr<cache::Store>(std::move(*store));
}

}  // namespace

base::Result<std::unique_ptr<SharedStore>> SharedStore::make(const CacheConfig& config, std::filesystem::path directory,
                                                             const base::Clock& clock, const base::Log& log,
                                                             resilience::Random random) {
  std::unique_ptr<SharedStore> store(new SharedStore(config, std::move(directory), clock, log));
  if (!config.address) return store;
  redis::ClientOptions options;
  options.address = *config.address;
  options.password = config.password;
  options.sentinel = config.sentinel;
  options.tls = config.tls;
  auto client = redis::Client::make(options, clock, log, std::move(random));
  if (!client) return std::unexpected(client.error().in("cache"));
  store->client_ = std::move(*client);
  return store;
}

base::Result<std::shared_ptr<cache::Store>> SharedStore::open(const std::string& catalog, const std::stop_token& stop) {
  if (!client_) return open_embedded(directory_ / catalog, clock_, log_);
  cache::RedisStoreOptions options;
  options.prefix = config_.prefix + ':' + catalog;
  options.fleet = config_.prefix;
  options.format = config_.format;
  return std::make_shared<cache::RedisStore>(*client_, std::move(options), stop);
}

std::string SharedStore::address() const { return config_.address ? config_.address->text() : "embedded"; }

std::vector<redis::Client::ServerState> SharedStore::servers() const {
  return client_ ? client_->servers() : std::vector<redis::Client::ServerState>();
}

void SharedStore::register_metrics(metrics::Registry& registry) const {
  if (!client_) return;
  registry.gauge("aureacore_redis_breaker_state", "1 for the state that a server's circuit breaker is in.", [this] {
    using State = resilience::CircuitBreaker::State;
    Samples samples;
    for (const auto& [server, circuit] : client_->servers()) {
      for (const State state : {State::closed, State::open, State::half_open}) {
        samples.push_back({{{"server", server}, {"state", std::string(name(state))}}, circuit == state ? 1.0 : 0.0});
      }
    }
    return samples;
  });
  using Count = std::atomic<std::uint64_t> redis::Counters::*;
  const auto counter = [&](const char* metric, const char* help, Count count) {
    registry.counter(metric, help,
                     [this, count] { return Samples{{{}, static_cast<double>((client_->counters().*count).load())}}; });
  };
  counter("aureacore_redis_commands_total", "Commands given to the client.", &redis::Counters::commands);
  counter("aureacore_redis_commands_failed_total", "Commands that had no answer in the end.", &redis::Counters::failed);
  counter("aureacore_redis_retries_total", "Attempts at commands beyond the first.", &redis::Counters::retried);
  counter("aureacore_redis_redirections_total", "Attempts that went where a Cluster's node said.",
          &redis::Counters::redirected);
  counter("aureacore_redis_round_trips_total", "Pipelines, each with one server.", &redis::Counters::round_trips);
}

}  // namespace aureacore::server
