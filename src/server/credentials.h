// Credentials: keeps what access depends on fresh beside the requests: the issuers' keys, from files and addresses, and the
// listener's certificate, from files that another program renews.
//
// One thread, which looks every few seconds; no request ever waits for it. Whatever can't be had, or makes no sense, changes
// nothing: the last that was good stays, with a line in the log and a count.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "auth/policy.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "http/tls.h"
#include "metrics/registry.h"
#include "server/auth_config.h"

namespace aureacore::server {

class Credentials {
 public:
  static constexpr std::chrono::seconds look_interval{5};

  // The bytes at an address. May take seconds; ends early where it is told to stop.
  using Fetch = std::function<base::Result<std::string>(const std::string& url, const std::stop_token& stop)>;

  struct Dependencies {
    const base::Clock& clock;
    const base::Log& log;
    auth::PolicySlot& policy;
    Fetch fetch;
  };

  explicit Credentials(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}
  ~Credentials() { stop(); }

  // The policy holds at once, with the keys that are known already. Any thread.
  void take_over(const AuthConfig& config);
  // Before start().
  void watch(http::TlsOptions options, std::shared_ptr<http::TlsSlot> slot);
  void start();
  void stop();

  // What the thread does each time. For tests without it.
  void look(const std::stop_token& stop = {});
  // Reads the certificate again, whatever its files' times say. Any thread.
  void reload_certificate();

  void register_metrics(metrics::Registry& registry) const;

 private:
  struct Keys {
    IssuerConfig config;
    std::shared_ptr<const auth::KeySet> keys;  // null: none yet
    base::Hash128 digest;                      // of what was read
    base::SteadyTime due;
  };

  void run(const std::stop_token& stop);
  void look_at_keys(const std::stop_token& stop);
  void look_at_certificate();
  void load_certificate();
  [[nodiscard]] base::Result<std::string> read(const IssuerConfig& issuer, const std::stop_token& stop) const;
  base::Status take(Keys& keys, const std::string& json);
  void publish();

  const Dependencies dependencies_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  AuthConfig config_;       // guarded by mutex_
  std::vector<Keys> keys_;  // guarded by mutex_
  bool hurry_ = false;      // guarded by mutex_
  std::mutex certificate_mutex_;
  http::TlsOptions tls_;                 // guarded by certificate_mutex_, as are the two below
  std::shared_ptr<http::TlsSlot> slot_;  // null: no TLS
  std::string stamp_;                    // of the files, as they were when they were read
  std::atomic<std::uint64_t> key_failures_{0};
  std::atomic<std::uint64_t> certificate_failures_{0};
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace aureacore::server
