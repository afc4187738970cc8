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
  return std::make_shared<cache::RedisStore>(*client_, std::move(options), stop);
}

std::string SharedStore::address() const { return config_.address ? config_.address->text() : "embedded"; }

void SharedStore::register_metrics(metrics::Registry& registry) const {
  if (!client_) return;
  registry.gauge("aureacore_redis_breaker_open", "1 while a server's circuit breaker holds calls back.", [this] {
    Samples samples;
    for (const auto& [server, circuit] : client_->servers()) {
      samples.push_back({{{"server", server}}, circuit == resilience::CircuitBreaker::State::open ? 1.0 : 0.0});
    }
    return samples;
  });
}

}  // namespace aureacore::server
