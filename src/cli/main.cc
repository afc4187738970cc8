// The command line: what to do, with which flags. The work is server's.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "cli/token.h"
#include "cli/validate.h"
#include "server/app.h"
#include "server/serve.h"

namespace {

using aureacore::server::ConfigRequest;

constexpr int usage_error = 2;

constexpr const char* description =
    "AureaCore: a service catalog that never goes dark. Reads catalog-info.yaml files from Git repositories and\n"
    "answers look-ups over HTTP, each labelled with its freshness.";

constexpr const char* serve_footer =
    "Flags win over the environment (AUREACORE_LISTEN, AUREACORE_STATE_DIR, AUREACORE_THREADS,\n"
    "AUREACORE_TRANSPORT, AUREACORE_LOG_FORMAT, AUREACORE_CACHE, AUREACORE_CACHE_TTL, AUREACORE_ANONYMOUS,\n"
    "AUREACORE_HOOK_SECRET), which wins over the configuration file. The cache's password is "
    "AUREACORE_CACHE_PASSWORD's or the file's, never an "
    "argument. SIGHUP\n"
    "reads the file again; SIGTERM and SIGINT drain and end.\n\n"
    "  aureacore serve --source ./my-catalog\n"
    "  aureacore serve --source https://git.example.com/platform/catalog.git#main --listen 0.0.0.0:7077 \\\n"
    "    --anonymous read\n"
    "  aureacore serve --config /etc/aureacore.yaml";

void add_serve_flags(CLI::App& serve, ConfigRequest& request) {
  auto& flags = request.flags;
  serve.add_option("--config", request.file, "Configuration file (YAML)")->type_name("FILE");
  serve
      .add_option("--source", flags.sources, "Repository to serve, beside those of the configuration; may be repeated")
      ->type_name("URL-or-path[#branch]")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  serve.add_option("--interval", flags.interval, "How often each --source is checked (60s)")->type_name("DURATION");
  serve
      .add_option("--listen", flags.listen,
                  "Address to serve on (127.0.0.1:7077); port 0 takes a free one and prints it")
      ->type_name("HOST:PORT");
  serve
      .add_option("--state-dir", flags.state_dir,
                  "Folder of the mirrors, a cache (${XDG_STATE_HOME:-~/.local/state}/aureacore)")
      ->type_name("DIR");
  serve.add_option("--threads", flags.threads, "Threads that answer requests (one for each core)")->type_name("N");
  serve
      .add_option(
          "--cache", flags.cache,
          "Redis that all instances share: redis://[user@]host[:port][/database], rediss:// (TLS), unix:///path,\n"
          "redis+sentinel://host,.../name, redis+cluster://host,... (none: a copy in the state directory)")
      ->type_name("URL");
  serve.add_option("--cache-ttl", flags.cache_ttl, "How long what nobody renews stays in the cache (24h)")
      ->type_name("DURATION");
  serve
      .add_option("--anonymous", flags.anonymous,
                  "What callers without a token may do: none, read, refresh or admin (admin on a loopback address\n"
                  "while no tokens are configured, otherwise none)")
      ->type_name("ROLE");
  serve.add_option("--log-format", flags.log_format, "text (the default) or json, on standard error")
      ->type_name("FORMAT");
  serve.footer(serve_footer);
}

int check_config(const ConfigRequest& request) {
  const auto result = aureacore::server::load_config(request);
  for (const auto& error : result.errors) fmt::print(stderr, "{}\n", error);
  if (!result.errors.empty()) return 1;
  fmt::print("ok\n");
  return 0;
}

int run(int count, char** arguments) {
  CLI::App app(description, "aureacore");
  app.require_subcommand(1);
  ConfigRequest request;
  request.environment = aureacore::server::environment_variable;
  request.directory = std::filesystem::current_path();

  auto* serve = app.add_subcommand("serve", "Serve the catalog of one or more Git repositories");
  add_serve_flags(*serve, request);
  auto* validate = app.add_subcommand("validate", "Check descriptors, as a pull request's check does");
  aureacore::cli::ValidateRequest validated;
  aureacore::cli::add_validate_flags(*validate, validated);
  auto* config = app.add_subcommand("config", "Work with configuration files");
  config->require_subcommand(1);
  auto* check = config->add_subcommand("check", "Check a file: prints ok, or each error with its line; exits 0 or 1");
  ConfigRequest checked = request;
  check->add_option("file", checked.file, "Configuration file (YAML)")->type_name("FILE")->required();
  auto* token = app.add_subcommand("token", "Make a bearer token, and the hash of it that goes into the configuration");
  auto* version = app.add_subcommand("version", "Print the version");
  app.set_version_flag("--version", "aureacore " + aureacore::server::release(), "Print the version");

  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : usage_error;
  }
  if (version->parsed()) fmt::print("aureacore {}\n", aureacore::server::release());
  if (validate->parsed()) return aureacore::cli::validate(validated);
  if (token->parsed()) return aureacore::cli::print_token();
  if (check->parsed()) return check_config(checked);
  return serve->parsed() ? aureacore::server::serve(request) : 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "aureacore: {}\n", error.what());
    return 1;
  }
}
