#include "server/notifier.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "base/text.h"

namespace aureacore::server {
namespace {

// Nothing where the text is no number of a process that is this one.
bool is_for_us(const std::optional<std::string>& pid) {
  return !pid || base::parse_number(*pid) == static_cast<std::uint64_t>(::getpid());
}

}  // namespace

Notifier::Notifier(const Environment& environment) {
  socket_ = environment("NOTIFY_SOCKET").value_or("");
  if (!socket_.starts_with('/') && !socket_.starts_with('@')) socket_.clear();
  const auto microseconds = base::parse_number(environment("WATCHDOG_USEC").value_or(""));
  if (!microseconds || *microseconds == 0 || !is_for_us(environment("WATCHDOG_PID"))) return;
  watchdog_ = std::chrono::microseconds(*microseconds) / 2;
}

void Notifier::ready(std::string_view status) const { send(fmt::format("READY=1\nSTATUS={}", status)); }

void Notifier::reloading(base::SteadyTime now) const {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since.count()));
}

void Notifier::stopping() const { send("STOPPING=1"); }

void Notifier::alive() const { send("WATCHDOG=1"); }

void Notifier::send(std::string_view state) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // A manager that doesn't listen is none of our business.
  static_cast<void>(::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), size));
  ::close(descriptor);
}

}  // namespace aureacore::server
