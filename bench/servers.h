// The servers that are compared: ours, and nginx and Redis holding the same bytes. Each ends when its object goes away.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/http_client.h"
#include "bench/process.h"
#include "bench/settings.h"

namespace aureacore::bench {

class Server {
 public:
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  void stop() { child_.stop(); }

 protected:
  Server(std::string name, const Settings& settings);
  // Of its configuration and log.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "log"; }
  void set_port(std::uint16_t port) { port_ = port; }
  void start(std::vector<std::string> arguments, const std::vector<int>& cpus);
  // Throws Failure with the end of its log where the server has ended.
  void expect_running();
  // Waits until the port takes connections.
  void wait_connectable();

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  Child child_;
};

struct AureacoreOptions {
  std::string source;    // repository, for --source
  std::string interval;  // with it the source stands in a configuration file: "1s"
  std::string branch;    // then needed
  std::filesystem::path state;
  std::vector<int> cpus;
  int threads = 1;
  std::string cache{};  // for --cache; empty: the state directory
  std::string more{};   // lines of the configuration file
};

class AureacoreServer : public Server {
 public:
  // Returns as soon as the process runs.
  AureacoreServer(const Settings& settings, const AureacoreOptions& options);
  // Waits until /readyz is 200; answers the seconds since the process was started.
  double wait_ready();

 private:
  void wait_listening();

  std::chrono::steady_clock::time_point started_;
};

class NginxServer : public Server {
 public:
  // Answers every GET with this body and these headers (name, value).
  NginxServer(const Settings& settings, std::string_view body,
              const std::vector<std::pair<std::string, std::string>>& headers, std::string_view content_type);
  // Whether a configuration can hold that body.
  static bool can_hold(std::string_view body);
};

class RedisServer : public Server {
 public:
  explicit RedisServer(const Settings& settings) : RedisServer(settings, settings.server_cpus) {}
  RedisServer(const Settings& settings, const std::vector<int>& cpus);
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port()); }
  void set(const std::vector<std::pair<std::string, std::string>>& values);
  // A command that is answered by one text.
  std::string ask(const std::vector<std::string>& words) const;
};

}  // namespace aureacore::bench
