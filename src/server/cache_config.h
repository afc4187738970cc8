// CacheConfig: where the shared copy of the catalog is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cache/store.h"
#include "redis/client.h"
#include "server/secret.h"
#include "server/section.h"

namespace aureacore::server {

struct CacheConfig {
  static constexpr base::Duration least_ttl = std::chrono::minutes(1);

  std::optional<redis::Address> address;  // none: in the state directory, for this instance alone
  std::string password;                   // of the address's user
  redis::Credentials sentinel;
  redis::TlsOptions tls;
  std::string prefix = "aureacore";  // of every key
  base::Duration ttl = std::chrono::hours(24);
  bool compression = true;
  std::uint32_t format = cache::format;  // of what is stored; another one in tests alone

  friend bool operator==(const CacheConfig& a, const CacheConfig& b);
};

// The section "cache" of a configuration.
void read_cache(Section& section, const SecretPlaces& places, CacheConfig& cache);

}  // namespace aureacore::server
