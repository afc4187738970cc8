#include "server/serve.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "server/app.h"
#include "server/console.h"
#include "server/file_limit.h"
#include "server/notifier.h"
#include "server/random.h"

namespace aureacore::server {
namespace {

sigset_t handled_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, signal);
  return signals;
}

int report(const std::vector<std::string>& errors) {
  for (const auto& error : errors) fmt::print(stderr, "aureacore: {}\n", error);
  return 1;
}

std::string authority(const Config& config, std::uint16_t port) {
  const bool bracketed = config.host.find(':') != std::string::npos;
  return bracketed ? fmt::format("[{}]:{}", config.host, port) : fmt::format("{}:{}", config.host, port);
}

void reload(App& app, const ConfigRequest& request, const base::Log& log) {
  if (!request.file) {
    log.warning("SIGHUP without a configuration file: nothing to reload");
    return;
  }
  auto result = load_config(request);
  for (const auto& error : result.errors) log.error("configuration not reloaded", {{"error", error}});
  if (result.errors.empty()) app.reconfigure(std::move(result.config));
}

std::string summary(const App& app) {
  const auto snapshot = app.slot().latest();
  return snapshot ? fmt::format("serving {} entities", snapshot->size()) : "loading";
}

// The next signal; nothing where none came in time.
std::optional<int> next_signal(const sigset_t& signals, const std::optional<base::Duration>& time) {
  if (!time) {
    int signal = 0;
    return ::sigwait(&signals, &signal) == 0 ? std::optional(signal) : std::nullopt;
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
  const timespec wait{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(*time - seconds).count()};
  const int signal = ::sigtimedwait(&signals, nullptr, &wait);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

// A reload before the first catalog is there leaves the process what it was for its manager: starting.
void reload_and_tell(App& app, const ConfigRequest& request, const base::Clock& clock, const base::Log& log,
                     const Notifier& notifier) {
  const bool loaded = app.slot().latest() != nullptr;
  if (loaded) notifier.reloading(clock.steady());
  reload(app, request, log);
  if (loaded) notifier.ready(summary(app));
}

[[noreturn]] void wait_for_end(App& app, const ConfigRequest& request, const sigset_t& signals,
                               const base::Clock& clock, const base::Log& log, const Notifier& notifier) {
  for (;;) {
    const std::optional<int> signal = next_signal(signals, notifier.watchdog());
    // Silence has the manager start the process anew: that is for a worker that is stuck.
    if (notifier.watchdog() && app.alive()) notifier.alive();
    if (!signal) continue;
    if (signal == SIGHUP) {
      reload_and_tell(app, request, clock, log, notifier);
      continue;
    }
    log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    notifier.stopping();
    app.stop();
    log.info("stopped");
    // Every thread has ended. The catalog's memory goes back with the process: freeing it entity by entity takes seconds.
    std::fflush(nullptr);
    std::_Exit(0);
  }
}

}  // namespace

int serve(const ConfigRequest& request) {
  auto loaded = load_config(request);
  if (!loaded.errors.empty()) return report(loaded.errors);
  const sigset_t signals = handled_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // a client that went away is an error of its write, no more

  const base::SystemClock clock;
  Console console(clock, Console::is_terminal());
  const base::Log log(clock, loaded.config.log_format, [&console](std::string_view line) { console.write_line(line); });
  const auto progress = [&](const sync::Progress& step) { console.report(step, log); };
  constexpr std::size_t other_files = 512;  // mirrors, git's pipes, what libraries open
  raise_file_limit(loaded.config.http.connections + other_files, log);
  const Notifier notifier(request.environment);
  const auto first = [&notifier] { notifier.ready("serving"); };
  auto app = App::create(loaded.config, {clock, log, make_random(), sync::connect_git, progress, first});
  if (!app) return report({app.error().message});
  (*app)->start();
  fmt::print("listening on {}://{}\n", loaded.config.tls ? "https" : "http", authority(loaded.config, (*app)->port()));
  std::fflush(stdout);
  wait_for_end(**app, request, signals, clock, log, notifier);
}

}  // namespace aureacore::server
