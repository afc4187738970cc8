// Webhooks: how soon one is accepted while the server is busy, and how soon a push is served by three instances of which one is told.
#include <chrono>
#include <deque>
#include <filesystem>
#include <thread>

#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/histogram.h"
#include "bench/parts.h"
#include "bench/process.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::string_view part_name = "webhook";
constexpr std::string_view hook_path = "/api/v1/hooks/git";
constexpr std::string_view secret = "of the benchmark";
constexpr std::size_t catalog_size = 10'000;
constexpr std::size_t instances = 3;
constexpr std::size_t distinct_hooks = 10'000;
constexpr double hooks_per_second = 100;
constexpr int hook_connections = 4;
constexpr int push_count = 200;
constexpr int quick_push_count = 5;
constexpr std::chrono::seconds served_limit{30};
constexpr std::chrono::microseconds poll_interval{200};

std::string secret_file(const Settings& settings) {
  const std::string file = settings.scratch / "hook-secret";
  write_file(file, std::string(secret));
  return file;
}

std::string hook_settings(const Settings& settings) {
  return fmt::format("hooks: {{secret_files: [\"{}\"]}}\n", secret_file(settings));
}

std::string hook_request(std::string_view repository, std::string_view branch, std::size_t number) {
  const std::string body = fmt::format(R"({{"repository":"{}","ref":"{}"}})", repository, branch);
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n"
      "Idempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{}",
      hook_path, secret, number, body.size(), body);
}

void measure_accepted(const Settings& settings, Report& report) {
  const Catalog catalog = make_catalog(settings, catalog_size);
  const Remote remote(catalog, settings.scratch / "hooked.git", 1);
  AureacoreServer server(settings, {.source = remote.path(),
                                    .interval = "60s",
                                    .branch = remote.branch(),
                                    .state = settings.scratch / "state-hooked",
                                    .cpus = settings.server_cpus,
                                    .more = hook_settings(settings)});
  server.wait_ready();
  Requests lookups;
  for (const std::string& reference : catalog.references) lookups.add(http_get(by_name_path(reference)));
  Requests hooks;
  for (std::size_t i = 0; i < distinct_hooks; ++i) {
    hooks.add(hook_request(remote.path().string(), remote.branch(), i));
  }
  LoadOptions load{.port = server.port(), .seconds = settings.seconds, .server = server.pid()};
  const LoadResult saturated = start_load(settings, load, lookups).get();
  load.rate = saturated.rate() / 2;
  LoadOptions hook_load{.port = server.port(),
                        .connections = hook_connections,
                        .seconds = settings.seconds,
                        .rate = hooks_per_second,
                        .expected_status = 202,
                        .sleep = true};
  std::vector<LoadResult> idle;
  std::vector<LoadResult> busy;
  for (int round = 0; round < settings.rounds; ++round) {
    progress(fmt::format("webhooks accepted, round {} of {}", round + 1, settings.rounds));
    idle.push_back(start_load(settings, hook_load, hooks).get());
    std::future<LoadResult> beside = start_load(settings, load, lookups);
    busy.push_back(start_load(settings, hook_load, hooks).get());
    expect_no_errors("look-ups beside webhooks", beside.get());
    expect_no_errors("webhooks", busy.back());
  }
  report.add_load(std::string(part_name), "webhooks accepted", idle);
  report.add_load(std::string(part_name), "webhooks accepted, look-ups at half load", busy);
}

// A bare repository behind git daemon, which takes pushes.
class GitServer {
 public:
  GitServer(const Settings& settings, const Remote& from) : port_(free_port()), base_(settings.scratch / "served") {
    fs::create_directories(base_);
    run_program({"git", "clone", "--quiet", "--bare", "--single-branch", "--branch", from.branch(),
                 "file://" + from.path().string(), path()});
    // Not by "git daemon": that is a process of its own beside the daemon, which would outlive it.
    std::string programs = run_program({"git", "--exec-path"});
    programs.erase(programs.find_last_not_of('\n') + 1);
    daemon_ = Child(
        {.arguments = {programs + "/git-daemon", "--reuseaddr", "--listen=127.0.0.1", fmt::format("--port={}", port_),
                       "--export-all", "--enable=receive-pack", "--base-path=" + base_.string(), base_.string()},
         .cpus = {},
         .log = settings.scratch / "git-daemon.log",
         .input = {}});
  }
  [[nodiscard]] std::string url() const { return fmt::format("git://127.0.0.1:{}/catalog.git", port_); }
  [[nodiscard]] fs::path path() const { return base_ / "catalog.git"; }
  [[nodiscard]] fs::path stamp() const { return base_ / "stamp"; }

  // From now on pushes are told to whoever listens there.
  void tell(std::uint16_t port) const {
    const fs::path hook = path() / "hooks" / "post-receive";
    write_file(
        hook,
        fmt::format("#!/bin/sh\ndate +%s%N > {}.new && mv {}.new {}\nread -r before after ref\n"
                    "body=\"{{\\\"repository\\\":\\\"{}\\\",\\\"ref\\\":\\\"$ref\\\",\\\"after\\\":\\\"$after\\\"}}\"\n"
                    "curl -sS -o {}.answer -H 'Authorization: Bearer {}' -H \"Idempotency-Key: $after\" "
                    "--data-binary \"$body\" http://127.0.0.1:{}{}\n",
                    stamp().string(), stamp().string(), stamp().string(), url(), stamp().string(), secret, port,
                    hook_path));
    fs::permissions(hook, fs::perms::owner_all);
  }

 private:
  std::uint16_t port_;
  fs::path base_;
  Child daemon_;
};

void wait_served(HttpClient& client, const Remote::Change& change) {
  const auto deadline = steady_clock::now() + served_limit;
  while (client.get(by_name_path(change.reference)).body.find(change.marker) == std::string::npos) {
    if (steady_clock::now() > deadline) {
      give_up("{}: '{}' is not served after {} s", change.reference, change.marker, served_limit.count());
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

void measure_propagation(const Settings& settings, Report& report) {
  const int pushes = settings.quick ? quick_push_count : push_count;
  const Catalog catalog = make_catalog(settings, catalog_size);
  Remote remote(catalog, settings.scratch / "pushed.git", static_cast<std::size_t>(pushes) + 1);
  const GitServer git(settings, remote);
  RedisServer redis(settings);
  std::deque<AureacoreServer> servers;
  std::deque<HttpClient> clients;
  for (std::size_t i = 0; i < instances; ++i) {
    servers.emplace_back(
        settings,
        AureacoreOptions{.source = git.url(),
                         .interval = "1h",
                         .branch = remote.branch(),
                         .state = settings.scratch / fmt::format("state-propagation-{}", i),
                         .cpus = {},
                         .more = fmt::format("allow_insecure: true\ncache: {{url: \"redis://127.0.0.1:{}\"}}\n{}",
                                             redis.port(), hook_settings(settings))});
    servers.back().wait_ready();
    clients.emplace_back(servers.back().port());
  }
  git.tell(servers.front().port());
  Histogram latencies;
  for (int i = 0; i <= pushes; ++i) {
    progress(fmt::format("push {} of {}", i, pushes));
    const Remote::Change& change = remote.advance();
    run_program({"git", "-C", remote.path(), "push", "--quiet", git.url(),
                 fmt::format("{}:refs/heads/{}", change.commit, remote.branch())});
    for (HttpClient& client : clients) wait_served(client, change);
    const auto now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(system_clock::now().time_since_epoch()).count();
    if (i == 0) continue;  // the first warms up
    latencies.add(static_cast<std::uint64_t>(now) - std::stoull(read_file(git.stamp())));
  }
  constexpr double nanoseconds_per_millisecond = 1e6;
  const auto in_milliseconds = [&](double share) {
    return static_cast<double>(latencies.percentile(share)) / nanoseconds_per_millisecond;
  };
  const std::string what = fmt::format("push to served on all of {} instances", instances);
  report.add_figure(std::string(part_name), what + ", p50", in_milliseconds(0.5), "ms");
  report.add_figure(std::string(part_name), what + ", p99", in_milliseconds(0.99), "ms");
  report.add_target(what + ", p99", in_milliseconds(0.99), "ms", at_most(1000));
}

}  // namespace

void measure_webhook(const Settings& settings, Report& report) {
  measure_accepted(settings, report);
  measure_propagation(settings, report);
}

}  // namespace aureacore::bench
