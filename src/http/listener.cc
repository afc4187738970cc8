#include "http/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace aureacore::http {

namespace {

using base::Code;
using base::fail;
using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string last_error() { return std::generic_category().message(errno); }

std::string without_brackets(const std::string& host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

base::Result<Addresses> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(without_brackets(host).c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return fail(Code::unavailable, "cannot resolve the address to listen on: {}", gai_strerror(error));
  return Addresses(found, &freeaddrinfo);
}

bool set(const base::Descriptor& socket, int option) {
  const int on = 1;
  return setsockopt(socket.get(), SOL_SOCKET, option, &on, sizeof(on)) == 0;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  // The port stands at the same place for both families.
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// The first socket is bound without SO_REUSEPORT, so that nobody else can be on the address, and allows it then, for
// ours alone until another process of the same user tries the same and is turned away.
base::Result<base::Descriptor> bind_first(const addrinfo& address) {
  base::Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || !set(socket, SO_REUSEADDR) || bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      !set(socket, SO_REUSEPORT)) {
    return fail(Code::unavailable, "cannot bind: {}", last_error());
  }
  return socket;
}

base::Result<base::Descriptor> bind_next(const sockaddr_storage& address, socklen_t size) {
  base::Descriptor socket(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || !set(socket, SO_REUSEADDR) || !set(socket, SO_REUSEPORT) ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return fail(Code::unavailable, "cannot bind another worker's socket: {}", last_error());
  }
  return socket;
}

base::Result<Listeners> listen_on(const addrinfo& candidate, unsigned count) {
  auto first = bind_first(candidate);
  if (!first) return std::unexpected(first.error());
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(first->get(), reinterpret_cast<sockaddr*>(&address), &size);
  Listeners listeners{.sockets = {}, .port = port_of(address)};
  listeners.sockets.push_back(std::move(*first));
  while (listeners.sockets.size() < count) {
    auto next = bind_next(address, size);
    if (!next) return std::unexpected(next.error());
    listeners.sockets.push_back(std::move(*next));
  }
  for (const base::Descriptor& socket : listeners.sockets) {
    if (::listen(socket.get(), SOMAXCONN) != 0) return fail(Code::unavailable, "cannot listen: {}", last_error());
  }
  return listeners;
}

}  // namespace

base::Result<Listeners> listen(const std::string& host, std::uint16_t port, unsigned count) {
  const std::string place = fmt::format("{}:{}", host, port);
  const auto addresses = resolve(host, port);
  if (!addresses) return std::unexpected(addresses.error().in(place));
  base::Error last;
  for (const addrinfo* address = addresses->get(); address != nullptr; address = address->ai_next) {
    auto listeners = listen_on(*address, count);
    if (listeners) return listeners;
    last = listeners.error();
  }
  return std::unexpected(last.in(place));
}

}  // namespace aureacore::http
