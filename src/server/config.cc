#include "server/config.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/text.h"
#include "server/document.h"
#include "server/kinds_config.h"
#include "server/notification_config.h"
#include "server/source_config.h"

namespace aureacore::server {
namespace {

constexpr std::uint64_t max_threads = 256;
constexpr std::uint64_t max_fetchers = 64;
// What the largest sender of webhooks sends at most.
constexpr std::uint64_t max_body_bytes = 25 << 20;

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

// HOST:PORT, with an IPv6 address in brackets.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const auto port = base::parse_number(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty()) return std::nullopt;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

constexpr std::string_view expected_endpoint = "expected HOST:PORT as in 127.0.0.1:7077 or [::1]:0";

// Default state directory, as the XDG base directories say.
std::filesystem::path default_state_dir(const ConfigRequest& request) {
  if (const auto state = request.environment("XDG_STATE_HOME"); state && state->starts_with('/')) {
    return std::filesystem::path(*state) / "aureacore";
  }
  const auto home = request.environment("HOME").value_or("");
  return home.starts_with('/') ? std::filesystem::path(home) / ".local/state/aureacore" : std::filesystem::path();
}

class Loader {
 public:
  explicit Loader(const ConfigRequest& request)
      : request_(request), errors_(request.file ? request.file->string() : std::string()) {
    config_.threads = std::max(1U, std::thread::hardware_concurrency());
    config_.state_dir = default_state_dir(request);
  }

  ConfigResult load() {
    if (request_.file) read_file(*request_.file);
    const auto password = request_.environment("AUREACORE_CACHE_PASSWORD").value_or("");
    if (!password.empty()) config_.cache.password = password;
    read_hook_variable();
    apply(from_environment(), [](std::string_view name) { return fmt::format("AUREACORE_{}", name); });
    apply(request_.flags, [](std::string_view name) { return "--" + flag(name); });
    add_command_line_sources();
    check_whole();
    return {std::move(config_), errors_.list()};
  }

 private:
  using Name = std::function<std::string(std::string_view name)>;

  static std::string flag(std::string_view name) {
    std::string text = base::lower(name);
    std::ranges::replace(text, '_', '-');
    return text;
  }

  void read_file(const std::filesystem::path& file) {
    if (const auto document = read_document(file, errors_)) read_root(document->root);
  }

  void read_root(const definition::Node& root) {
    Section section(root, errors_, "the configuration");
    if (!root.is(definition::Node::Type::mapping)) return;
    read_listen(section);
    read_state_dir(section);
    section.boolean("allow_local", config_.allow_local);
    section.boolean("allow_insecure", config_.allow_insecure);
    section.count("threads", config_.threads, 1, max_threads);
    std::string transport;
    section.choice("transport", {"auto", "epoll", "io_uring"}, transport);
    if (!transport.empty()) config_.transport = *http::parse_transport_kind(transport);
    std::string format;
    section.choice("log_format", {"text", "json"}, format);
    if (format == "json") config_.log_format = base::Log::Format::json;
    std::string access;
    section.choice("access_log", {"off", "errors", "all"}, access);
    if (!access.empty()) config_.access_log = *api::parse_access_log(access);
    section.duration("drain", config_.drain, std::chrono::milliseconds(0));
    section.count("fetchers", config_.fetchers, 1, max_fetchers);
    section.section("guard", "the guard", [this](Section& guard) {
      guard.share("share", config_.guard.share);
      guard.count("count", config_.guard.count, 0, 1'000'000'000);
    });
    section.section("intervals", "the intervals", [this](Section& intervals) {
      intervals.duration("critical", config_.intervals.critical, least_interval);
      intervals.duration("high", config_.intervals.high, least_interval);
    });
    section.section("versions", "the versions", [this](Section& versions) {
      versions.count("held", config_.versions.held, 1, 100'000);
      versions.count("recalled", config_.versions.recalled, 1, 1'000);
      versions.count("rebuilds", config_.versions.rebuilds, 1, 64);
      versions.duration("rebuild_time", config_.versions.rebuild_time, std::chrono::milliseconds(100));
    });
    section.section("limits", "the limits", [this](Section& limits) { read_limits(limits); });
    config_.kinds = read_declared_kinds(section, file_directory());
    source_.tree.declared = config_.kinds;
    read_cache(section, {file_directory(), request_.environment}, config_.cache);
    read_auth(section, {file_directory(), config_.allow_insecure}, config_.auth);
    read_tls(section, file_directory(), config_.tls);
    read_rate_limit(section, config_.rate_limit);
    section.section("hooks", "the webhooks", [this](Section& hooks) {
      read_hook_secrets(hooks, {file_directory(), request_.environment}, config_.hooks.secrets);
    });
    read_notifications(section, {file_directory(), request_.environment}, config_.allow_insecure,
                       config_.notifications);
    read_sources(section);
    section.finish();
  }

  void read_listen(Section& section) {
    std::string listen;
    section.text("listen", listen);
    if (listen.empty()) return;
    if (!set_listen(listen)) {
      errors_.add(section.mark("listen"),
                  fmt::format("listen: {}, found \"{}\"", expected_endpoint, base::printable(listen)));
    }
  }

  void read_state_dir(Section& section) {
    std::string directory;
    section.text("state_dir", directory);
    if (!directory.empty()) config_.state_dir = file_directory() / directory;
  }

  void read_limits(Section& limits) {
    auto& tree = source_.tree;
    auto& remote = source_.remote;
    limits.count("files_per_source", tree.files, 1, 10'000'000);
    limits.bytes("bytes_per_file", tree.file_bytes, 1);
    tree.yaml.bytes = tree.file_bytes;
    limits.count("documents_per_file", tree.yaml.documents, 1, 1'000'000);
    limits.count("location_chain", tree.chain, 1, 100);
    limits.bytes("mirror_bytes", remote.mirror_bytes, 1 << 20);
    limits.duration("list_time", remote.list_deadline, std::chrono::milliseconds(100));
    limits.duration("fetch_time", remote.fetch_deadline, std::chrono::milliseconds(100));
    limits.count("connections", config_.http.connections, 1, 1'000'000);
    limits.bytes("header_bytes", config_.http.header_bytes, 1024);
    limits.bytes("body_bytes", config_.http.body_bytes, 1024, max_body_bytes);
    limits.count("batch_operations", config_.batch.operations, 1, 1'000'000);
    limits.bytes("batch_bytes", config_.batch.bytes, 1024);
    limits.count("tasks", config_.load.tasks, 1, 1'000'000);
    limits.duration("task_wait", config_.load.task_wait, std::chrono::milliseconds(10));
    limits.count("waiting", config_.load.waiting, 1, 10'000'000);
    limits.bytes("waiting_bytes", config_.load.waiting_bytes, 1 << 20);
  }

  void read_hook_variable() {
    auto text = request_.environment("AUREACORE_HOOK_SECRET").value_or("");
    if (text.empty()) return;
    auto secret = hooks::Secret::parse(std::move(text));
    if (secret) {
      config_.hooks.secrets = {*std::move(secret)};
    } else {
      errors_.add("AUREACORE_HOOK_SECRET: " + secret.error().message);
    }
  }

  void read_sources(Section& section) {
    const SourceDefaults defaults{
        {config_.allow_insecure, config_.allow_local}, file_directory(), request_.environment, source_};
    section.each("sources", [&](const definition::Node& node) {
      read_source(node, defaults, errors_, config_.sources, config_.hooks);
    });
  }

  [[nodiscard]] std::filesystem::path file_directory() const {
    return (request_.directory / *request_.file).lexically_normal().parent_path();
  }

  [[nodiscard]] Overrides from_environment() const {
    Overrides overrides;
    overrides.listen = request_.environment("AUREACORE_LISTEN");
    overrides.state_dir = request_.environment("AUREACORE_STATE_DIR");
    overrides.threads = request_.environment("AUREACORE_THREADS");
    overrides.transport = request_.environment("AUREACORE_TRANSPORT");
    overrides.log_format = request_.environment("AUREACORE_LOG_FORMAT");
    overrides.anonymous = request_.environment("AUREACORE_ANONYMOUS");
    overrides.cache = request_.environment("AUREACORE_CACHE");
    overrides.cache_ttl = request_.environment("AUREACORE_CACHE_TTL");
    return overrides;
  }

  void apply(const Overrides& overrides, const Name& name) {
    const auto wrong = [&](std::string_view which, std::string_view expected, std::string_view found) {
      errors_.add(fmt::format("{}: {}, found \"{}\"", name(which), expected, base::printable(found)));
    };
    if (overrides.listen && !set_listen(*overrides.listen)) wrong("LISTEN", expected_endpoint, *overrides.listen);
    if (overrides.state_dir) {
      if (overrides.state_dir->empty()) wrong("STATE_DIR", "expected a folder", "");
      config_.state_dir = request_.directory / *overrides.state_dir;
    }
    if (overrides.threads) {
      const auto number = base::parse_number(*overrides.threads);
      const bool fits = number && *number >= 1 && *number <= max_threads;
      if (!fits) wrong("THREADS", fmt::format("expected a whole number from 1 to {}", max_threads), *overrides.threads);
      if (fits) config_.threads = static_cast<unsigned>(*number);
    }
    if (overrides.transport) {
      const auto kind = http::parse_transport_kind(*overrides.transport);
      if (!kind) wrong("TRANSPORT", "expected auto, epoll or io_uring", *overrides.transport);
      config_.transport = kind.value_or(config_.transport);
    }
    if (overrides.cache) {
      // It may hold a password by mistake, so it isn't shown.
      auto address = redis::parse_address(*overrides.cache);
      if (!address) errors_.add(fmt::format("{}: {}", name("CACHE"), address.error().message));
      if (address) config_.cache.address = std::move(*address);
    }
    if (overrides.cache_ttl) {
      const auto ttl = parse_duration(*overrides.cache_ttl);
      const bool fits = ttl && *ttl >= CacheConfig::least_ttl;
      if (!fits) wrong("CACHE_TTL", "expected a duration of at least 1m, as in 24h", *overrides.cache_ttl);
      if (fits) config_.cache.ttl = *ttl;
    }
    if (overrides.anonymous) {
      const auto role = auth::parse_role(*overrides.anonymous);
      if (!role) wrong("ANONYMOUS", "expected none, read, refresh or admin", *overrides.anonymous);
      if (role) config_.auth.anonymous = role;
    }
    if (overrides.log_format) {
      const bool json = *overrides.log_format == "json";
      if (!json && *overrides.log_format != "text") wrong("LOG_FORMAT", "expected text or json", *overrides.log_format);
      config_.log_format = json ? base::Log::Format::json : base::Log::Format::text;
    }
  }

  bool set_listen(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    if (!endpoint) return false;
    config_.host = std::move(endpoint->host);
    config_.port = endpoint->port;
    return true;
  }

  void add_command_line_sources() {
    // A path on the command line is the word of whoever starts the process.
    SourceDefaults defaults{{config_.allow_insecure, true}, request_.directory, request_.environment, source_};
    if (request_.flags.interval) {
      const auto interval = parse_duration(*request_.flags.interval);
      if (interval && *interval >= std::chrono::milliseconds(100)) {
        defaults.options.interval = *interval;
      } else {
        errors_.add(fmt::format("--interval: expected a duration of at least 100ms, as in 60s, found \"{}\"",
                                base::printable(*request_.flags.interval)));
      }
    }
    for (const auto& source : request_.flags.sources) add_source(source, defaults, errors_, config_.sources);
  }

  void check_whole() {
    if (!errors_.list().empty()) return;
    if (!is_loopback(config_.host) && !config_.auth.said()) {
      errors_.add(fmt::format(
          "listen: expected rules of who may do what where others can reach the address, found none with {}: "
          "add auth.tokens to the configuration (`aureacore token` makes one), or say auth.anonymous: read "
          "(--anonymous read) to let everybody read, or listen on 127.0.0.1",
          base::printable(config_.host)));
    }
    if (config_.sources.empty())
      errors_.add("expected at least one source (sources in the configuration, or --source), found none");
    if (config_.state_dir.empty())
      errors_.add("expected a state directory (state_dir, --state-dir, XDG_STATE_HOME or HOME), found none");
  }

  const ConfigRequest& request_;
  Errors errors_;
  Config config_;
  sync::SourceOptions source_;  // what every source begins with
};

}  // namespace

ConfigResult load_config(const ConfigRequest& request) { return Loader(request).load(); }

KindsResult load_kinds(const std::filesystem::path& file) {
  KindsResult result;
  Errors errors(file.string());
  if (const auto document = read_document(file, errors)) {
    Section section(document->root, errors, "the configuration");
    if (document->root.is(definition::Node::Type::mapping)) {
      result.kinds = read_declared_kinds(section, file.parent_path());
    }
  }
  result.errors = errors.list();
  return result;
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace aureacore::server
