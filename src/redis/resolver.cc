#include "redis/resolver.h"

#include <netdb.h>
#include <sys/un.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "base/text.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;

SocketAddress socket_of(const std::string& path) {
  SocketAddress result;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  result.length = sizeof address;
  std::memcpy(&result.storage, &address, sizeof address);
  return result;
}

Resolver::Answer look_up(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &list);
  if (error != 0) {
    return fail(Code::unavailable, "can't find the address of {}: {}", base::printable(endpoint.host),
                ::gai_strerror(error));
  }
  std::vector<SocketAddress> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress& address = found.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
  }
  ::freeaddrinfo(list);
  return found;
}

}  // namespace

// Outlives the resolver and whoever waits, for the threads that are left behind.
struct Resolver::Running {
  std::atomic<std::size_t> count = 0;
};

struct Resolver::One {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::optional<Answer> answer;
};

Resolver::Resolver(std::size_t limit, LookUp look_up)
    : look_up_(std::move(look_up)), running_(std::make_shared<Running>()), limit_(limit) {}

Resolver::Answer Resolver::system_look_up(const Endpoint& endpoint) { return look_up(endpoint, AI_ADDRCONFIG); }

bool Resolver::begin(const Endpoint& endpoint, const std::shared_ptr<One>& one) {
  try {
    std::thread([look = look_up_, endpoint, one, running = running_] {
      auto answer = look(endpoint);
      running->count.fetch_sub(1);
      const std::scoped_lock lock(one->mutex);
      one->answer = std::move(answer);
      one->ended.notify_all();
    }).detach();
    return true;
  } catch (const std::system_error&) {
    running_->count.fetch_sub(1);
    return false;
  }
}

Resolver::Answer Resolver::resolve(const Endpoint& endpoint, const Deadline& deadline) {
  if (endpoint.is_path()) return std::vector{socket_of(endpoint.host)};
  if (auto address = look_up(endpoint, AI_NUMERICHOST)) return address;
  if (running_->count.fetch_add(1) >= limit_) {
    running_->count.fetch_sub(1);
    return fail(Code::unavailable, "{} look-ups of host names are under way already", limit_);
  }
  const auto one = std::make_shared<One>();
  if (!begin(endpoint, one)) return fail(Code::unavailable, "no thread can be started to look up a host name");
  std::unique_lock lock(one->mutex);
  one->ended.wait_until(lock, deadline.stop, deadline.at, [&] { return one->answer.has_value(); });
  if (one->answer) return std::move(*one->answer);
  return fail(Code::timeout, "the address of {} was not found within the deadline", base::printable(endpoint.host));
}

}  // namespace aureacore::redis
