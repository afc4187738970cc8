#include "http/epoll_transport.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <system_error>

namespace aureacore::http {

namespace {

// A signal's tag is its number, a connection's its address.
constexpr std::uint64_t signals = 3;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

void tell(Transport::Events& to, Connection& connection, std::uint32_t events) {
  if ((events & EPOLLERR) != 0) return to.failed(connection);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) connection.readable = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) connection.hung_up = true;
  if ((events & EPOLLOUT) != 0) connection.blocked = false;
  to.ready(connection);
}

}  // namespace

base::Result<std::unique_ptr<Transport>> EpollTransport::make() {
  base::Descriptor poll(epoll_create1(EPOLL_CLOEXEC));
  if (!poll.is_open()) {
    return base::fail(base::Code::unavailable, "cannot set up epoll: {}", std::generic_category().message(errno));
  }
  return std::unique_ptr<Transport>(new EpollTransport(std::move(poll)));
}

EpollTransport::EpollTransport(base::Descriptor poll)
    : poll_(std::move(poll)), input_(std::make_unique_for_overwrite<char[]>(receive_bytes)) {}

bool EpollTransport::add(const base::Descriptor& descriptor, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{.events = events | EPOLLET, .data = {.u64 = tag}};
  return epoll_ctl(poll_.get(), EPOLL_CTL_ADD, descriptor.get(), &event) == 0;
}

bool EpollTransport::watch(const base::Descriptor& descriptor, Signal signal) {
  return add(descriptor, EPOLLIN, static_cast<std::uint64_t>(signal));
}

bool EpollTransport::open(Connection& connection) {
  return add(connection.socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP, std::bit_cast<std::uint64_t>(&connection));
}

void EpollTransport::wait(Events& events, bool block) {
  std::array<epoll_event, events_at_once> found;
  const int count = epoll_wait(poll_.get(), found.data(), events_at_once, block ? -1 : 0);
  events.woke();
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = found[i].data.u64;
    if (tag < signals) {
      events.signalled(static_cast<Signal>(tag));
    } else {
      tell(events, *std::bit_cast<Connection*>(tag), found[i].events);
    }
  }
}

Transport::Receipt EpollTransport::receive(Connection& connection, std::span<char>& bytes) {
  const ssize_t count = recv(connection.socket.get(), input_.get(), receive_bytes, 0);
  connection.readable = false;
  if (count < 0) return would_block() ? Receipt::nothing : Receipt::failed;
  if (count == 0) return Receipt::end;
  bytes = {input_.get(), static_cast<std::size_t>(count)};
  connection.readable = bytes.size() == receive_bytes || connection.hung_up;
  return Receipt::bytes;
}

bool EpollTransport::send(Connection& connection, Output& out) {
  const ssize_t sent = ::send(connection.socket.get(), out.view().data(), out.size(), MSG_NOSIGNAL);
  if (sent < 0 && !would_block()) return false;
  out.consume(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  connection.blocked = out.size() != 0;
  return true;
}

// A child process that is being started has a copy of each descriptor for a moment: as long as there is one, closing ours
// ends no registration, and what is told next would be told of a connection that is gone.
void EpollTransport::close(std::unique_ptr<Connection> connection) {
  epoll_ctl(poll_.get(), EPOLL_CTL_DEL, connection->socket.get(), nullptr);
  connection.reset();
}

}  // namespace aureacore::http
