#include "bench/servers.h"

#include <fstream>
#include <thread>

#include "bench/failure.h"

namespace aureacore::bench {
namespace fs = std::filesystem;
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds start_limit{600};
constexpr std::chrono::microseconds poll_interval{500};
constexpr std::size_t log_shown = 2000;
constexpr std::string_view loopback_prefix = "127.0.0.1:";

fs::path new_folder(const Settings& settings, std::string_view name) {
  for (int i = 0;; ++i) {
    fs::path folder = settings.scratch / fmt::format("{}-{}", name, i);
    if (fs::create_directories(folder)) return folder;
  }
}

std::string end_of(const fs::path& log) {
  const std::string text = fs::exists(log) ? read_file(log) : std::string();
  return text.size() > log_shown ? text.substr(text.size() - log_shown) : text;
}

// The port in a whole line such as "... listening ... 127.0.0.1:40123", 0 where there is none yet.
std::uint16_t listening_port(const fs::path& log) {
  std::ifstream in(log);
  for (std::string line; std::getline(in, line) && !in.eof();) {
    const std::size_t at = line.find(loopback_prefix);
    if (line.find("listening") == std::string::npos || at == std::string::npos) continue;
    return static_cast<std::uint16_t>(std::strtoul(line.c_str() + at + loopback_prefix.size(), nullptr, 10));
  }
  return 0;
}

std::string configuration(const AureacoreOptions& options) {
  return fmt::format("allow_local: true\n{}sources:\n  - id: bench\n    url: {}\n    branch: {}\n    interval: {}\n",
                     options.more, options.source, options.branch, options.interval);
}

}  // namespace

Server::Server(std::string name, const Settings& settings)
    : name_(std::move(name)), folder_(new_folder(settings, name_)) {}

void Server::start(std::vector<std::string> arguments, const std::vector<int>& cpus) {
  child_ = Child({.arguments = std::move(arguments), .cpus = cpus, .log = log(), .input = {}});
}

void Server::expect_running() {
  std::string ending;
  if (!child_.running(ending)) give_up("{} {}; the end of its log:\n{}", name_, ending, end_of(log()));
}

void Server::wait_connectable() {
  const auto deadline = steady_clock::now() + start_limit;
  for (;;) {
    expect_running();
    try {
      connect_loopback(port_);
      return;
    } catch (const Failure&) {
      if (steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(poll_interval);
    }
  }
}

AureacoreServer::AureacoreServer(const Settings& settings, const AureacoreOptions& options)
    : Server("aureacore", settings) {
  std::vector<std::string> arguments = {settings.binaries / "aureacore", "serve"};
  const auto add = [&arguments](std::initializer_list<std::string> words) { arguments.insert(arguments.end(), words); };
  if (options.interval.empty()) {
    add({"--source", options.source});
  } else {
    write_file(folder() / "config.yaml", configuration(options));
    add({"--config", folder() / "config.yaml"});
  }
  add({"--listen", "127.0.0.1:0", "--state-dir", options.state, "--threads", std::to_string(options.threads)});
  if (!options.cache.empty()) add({"--cache", options.cache});
  started_ = steady_clock::now();
  start(std::move(arguments), options.cpus);
}

void AureacoreServer::wait_listening() {
  const auto deadline = steady_clock::now() + start_limit;
  while (port() == 0) {
    expect_running();
    set_port(listening_port(log()));
    if (steady_clock::now() > deadline) give_up("aureacore named no port; its log:\n{}", end_of(log()));
    std::this_thread::sleep_for(poll_interval);
  }
}

double AureacoreServer::wait_ready() {
  wait_listening();
  const auto deadline = steady_clock::now() + start_limit;
  while (HttpClient(port()).get("/readyz").status != 200) {
    expect_running();
    if (steady_clock::now() > deadline) give_up("aureacore did not become ready; its log:\n{}", end_of(log()));
    std::this_thread::sleep_for(poll_interval);
  }
  return std::chrono::duration<double>(steady_clock::now() - started_).count();
}

}  // namespace aureacore::bench
