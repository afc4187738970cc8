// Notifier: tells the service manager that started this process how it is, by systemd's protocol: a datagram to the socket that
// NOTIFY_SOCKET names. Without that variable, and where nobody listens, it does nothing.
//
// Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aureacore::server {

class Notifier {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit Notifier(const Environment& environment);

  void ready(std::string_view status) const;
  void reloading(base::SteadyTime now) const;  // until ready() is called again
  void stopping() const;
  void alive() const;

  // How often the manager wants to hear that the process is alive, halved to be on the safe side; nothing: never.
  [[nodiscard]] std::optional<base::Duration> watchdog() const { return watchdog_; }

 private:
  void send(std::string_view state) const;

  std::string socket_;  // empty: nobody is told; "@…" is a name without a file
  std::optional<base::Duration> watchdog_;
};

}  // namespace aureacore::server
