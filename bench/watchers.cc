#include "bench/watchers.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "bench/failure.h"
#include "bench/requests.h"

namespace aureacore::bench {
namespace {

constexpr std::chrono::seconds begin_limit{60};
constexpr std::string_view bookmark = "event: bookmark\n";
constexpr std::string_view change = "event: change\n";
constexpr int look_again_ms = 100;

}  // namespace

Watchers::Watchers(std::uint16_t port, std::size_t count, std::string_view path)
    : watchers_(count), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (poll_.get() < 0) give_up_errno("epoll");
  const std::string request = http_get(path);
  for (std::size_t i = 0; i < count; ++i) {
    watchers_[i].socket = connect_loopback(port);
    if (::send(watchers_[i].socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) give_up_errno("send");
    watchers_[i].socket.set_nonblocking();
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, watchers_[i].socket.get(), &event) != 0) give_up_errno("epoll");
  }
  wait_for(bookmark, 1, begin_limit);
  for (Watcher& watcher : watchers_) watcher.found = 0;
}

std::chrono::steady_clock::time_point Watchers::wait_for_change(std::chrono::seconds limit) {
  wait_for(change, ++changes_, limit);
  return std::chrono::steady_clock::now();
}

void Watchers::wait_for(std::string_view mark, std::size_t times, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::size_t left = 0;
  for (const Watcher& watcher : watchers_) left += watcher.found < times ? 1 : 0;
  std::array<epoll_event, 512> events{};
  while (left > 0) {
    const int count = ::epoll_wait(poll_.get(), events.data(), events.size(), look_again_ms);
    for (int i = 0; i < count; ++i) left -= read(watchers_[events[i].data.u64], mark, times) ? 1 : 0;
    if (std::chrono::steady_clock::now() > deadline) {
      give_up("{} of {} watchers had no '{}' in {} s", left, watchers_.size(), mark.substr(0, mark.size() - 1),
              limit.count());
    }
  }
}

// Whether it has found what it needs by this.
bool Watchers::read(Watcher& watcher, std::string_view mark, std::size_t times) {
  std::array<char, 16384> bytes;
  const ssize_t size = ::recv(watcher.socket.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) give_up("a watcher was ended; it had '{}' at last", watcher.rest);
  const bool before = watcher.found >= times;
  watcher.rest.append(bytes.data(), static_cast<std::size_t>(size));
  for (auto at = watcher.rest.find(mark); at != std::string::npos; at = watcher.rest.find(mark)) {
    watcher.rest.erase(0, at + mark.size());
    ++watcher.found;
  }
  if (watcher.rest.size() >= mark.size()) watcher.rest.erase(0, watcher.rest.size() - mark.size() + 1);
  return !before && watcher.found >= times;
}

}  // namespace aureacore::bench
