// SharedStore: opens the store that the configuration names, for the shared copy of the catalog.
//
// Lives as long as the stores that it opened.
#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "cache/store.h"
#include "metrics/registry.h"
#include "redis/client.h"
#include "server/cache_config.h"

namespace aureacore::server {

class SharedStore {
 public:
  // `directory`: for catalogs that are kept in the state directory, one in a folder. Errors: invalid (files of TLS).
  static base::Result<std::unique_ptr<SharedStore>> make(const CacheConfig& config, std::filesystem::path directory,
                                                         const base::Clock& clock, const base::Log& log,
                                                         resilience::Random random);

  // As sync::OpenStore. In the state directory the catalogs of other names are deleted.
  base::Result<std::shared_ptr<cache::Store>> open(const std::string& catalog, const std::stop_token& stop);

  // "redis://host:6379" without the user, or "embedded".
  [[nodiscard]] std::string address() const;
  // The servers of Redis that were asked so far; none: embedded.
  [[nodiscard]] std::vector<redis::Client::ServerState> servers() const;
  // aureacore_redis_*, where there is one. Call once; `this` outlives the registry's last exposition.
  void register_metrics(metrics::Registry& registry) const;

 private:
  SharedStore(CacheConfig config, std::filesystem::path directory, const base::Clock& clock, const base::Log& log)
      : config_(std::move(config)), directory_(std::move(directory)), clock_(clock), log_(log) {}

  const CacheConfig config_;
  const std::filesystem::path directory_;
  const base::Clock& clock_;
  const base::Log& log_;
  std::unique_ptr<redis::Client> client_;  // null: embedded
};

}  // namespace aureacore::server
