#include "server/cache_config.h"

#include <fmt/core.h>

#include <tuple>
#include <utility>

namespace aureacore::server {
namespace {

constexpr std::size_t max_prefix_bytes = 64;

void read_address(Section& section, CacheConfig& cache) {
  std::string url;
  section.text("url", url);
  if (url.empty()) return;
  auto address = redis::parse_address(url);
  if (address) {
    cache.address = std::move(*address);
  } else {
    section.errors().add(section.mark("url"), "url: " + address.error().message);
  }
}

void read_prefix(Section& section, std::string& prefix) {
  section.text("prefix", prefix);
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (prefix.size() > max_prefix_bytes || prefix.find_first_not_of(allowed) != std::string::npos) {
    section.errors().add(
        section.mark("prefix"),
        fmt::format("prefix: expected at most {} letters, digits, '-', '_' and '.'", max_prefix_bytes));
  }
}

void read_tls(Section& section, const std::filesystem::path& directory, redis::TlsOptions& tls) {
  for (auto [key, target] : {std::pair{"ca_file", &tls.ca_file}, std::pair{"certificate_file", &tls.certificate_file},
                             std::pair{"key_file", &tls.key_file}}) {
    std::string file;
    section.text(key, file);
    if (!file.empty()) *target = (directory / file).lexically_normal().string();
  }
  section.text("server_name", tls.server_name);
}

auto parts_of(const CacheConfig& cache) {
  return std::tie(cache.address, cache.password, cache.sentinel.user, cache.sentinel.password, cache.tls.ca_file,
                  cache.tls.certificate_file, cache.tls.key_file, cache.tls.server_name, cache.prefix, cache.ttl,
                  cache.compression);
}

}  // namespace

bool operator==(const CacheConfig& a, const CacheConfig& b) { return parts_of(a) == parts_of(b); }

void read_cache(Section& section, const SecretPlaces& places, CacheConfig& cache) {
  section.section("cache", "the cache", [&](Section& keys) {
    read_address(keys, cache);
    read_password(keys, places, cache.password);
    read_prefix(keys, cache.prefix);
    keys.duration("ttl", cache.ttl, CacheConfig::least_ttl);
    keys.boolean("compression", cache.compression);
    keys.section("tls", "TLS", [&](Section& tls) { read_tls(tls, places.directory, cache.tls); });
    keys.section("sentinel", "the Sentinels", [&](Section& sentinel) {
      sentinel.text("username", cache.sentinel.user);
      read_password(sentinel, places, cache.sentinel.password);
    });
  });
}

}  // namespace aureacore::server
