// Config: what this process is to do, from the configuration file, the environment and the command line, in this order:
// the later wins.
//
// Errors are collected, not thrown at the first: each says file, line and column (or the flag, or the variable), what
// was expected and what was found. Secrets are read here, from the files and variables that the configuration names.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access_log.h"
#include "api/handler.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"
#include "notify/courier.h"
#include "server/auth_config.h"
#include "server/cache_config.h"
#include "server/hook_config.h"
#include "sync/source_options.h"
#include "sync/syncer.h"

namespace aureacore::server {

// How many earlier versions are readable, and at what expense.
struct VersionsConfig {
  std::size_t held = 64;     // in memory, the current one included
  std::size_t recalled = 4;  // found in the shared copy or made from Git, that stay in memory
  unsigned rebuilds = 1;     // that are looked for at a time
  base::Duration rebuild_time = std::chrono::seconds(30);  // to make one from Git
  friend bool operator==(const VersionsConfig&, const VersionsConfig&) = default;
};

struct Config {
  std::string host = "127.0.0.1";
  std::uint16_t port = 7077;
  std::filesystem::path state_dir;
  bool allow_local = false;
  bool allow_insecure = false;
  unsigned threads = 1;
  http::TransportKind transport = http::TransportKind::automatic;
  base::Log::Format log_format = base::Log::Format::text;
  base::Duration drain = std::chrono::seconds(10);
  unsigned fetchers = 4;
  sync::Guard guard;
  sync::Intervals intervals;
  api::LoadLimits load;
  http::Limits http;
  api::BatchLimits batch;
  CacheConfig cache;
  VersionsConfig versions;
  AuthConfig auth;
  std::optional<http::TlsOptions> tls;  // nothing: plain HTTP
  auth::RateLimit rate_limit;
  api::AccessLog::Mode access_log = api::AccessLog::Mode::off;
  HookConfig hooks;
  std::vector<notify::Target> notifications;
  definition::DeclaredKindsPtr kinds;  // null: none
  std::vector<sync::SourceOptions> sources;
};

// What the command line says; the environment's variables have the same form.
struct Overrides {
  std::optional<std::string> listen;
  std::optional<std::string> state_dir;
  std::optional<std::string> threads;
  std::optional<std::string> transport;  // no flag: a matter of the machine
  std::optional<std::string> log_format;
  std::optional<std::string> anonymous;
  std::optional<std::string> cache;
  std::optional<std::string> cache_ttl;
  std::vector<std::string> sources;     // URL-or-path[#branch]; beside those of the file
  std::optional<std::string> interval;  // of these sources
};

struct ConfigRequest {
  std::optional<std::filesystem::path> file;
  Overrides flags;
  std::function<std::optional<std::string>(const std::string& name)> environment;  // a variable's value
  std::filesystem::path directory;  // that relative paths of the command line begin at
};

struct ConfigResult {
  Config config;
  std::vector<std::string> errors;  // empty: the configuration may be used
};

ConfigResult load_config(const ConfigRequest& request);

struct KindsResult {
  definition::DeclaredKindsPtr kinds;  // null: none
  std::vector<std::string> errors;
};

// The kinds that a configuration file declares, whatever else it says: no source is looked at, and no secret is needed.
KindsResult load_kinds(const std::filesystem::path& file);

// The variable of this process's environment.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace aureacore::server
