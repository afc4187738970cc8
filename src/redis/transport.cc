#include "redis/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "redis/waiter.h"

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::size_t read_bytes = 64 << 10;
constexpr int chunks_at_once = 16;            // read at a stretch, so that the deadline is looked at in between
constexpr std::size_t tls_bytes = 256 << 10;  // encrypted ahead

std::unexpected<base::Error> failed(std::string_view what, int error) {
  return fail(Code::unavailable, "{}: {}", what, std::generic_category().message(error));
}

std::unexpected<base::Error> closed() { return fail(Code::unavailable, "the server closed the connection"); }

// What reading or writing ended with.
std::unexpected<base::Error> broken(std::string_view what, int error) {
  return error == ECONNRESET || error == EPIPE ? closed() : failed(what, error);
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// How many bytes went; 0 where it would block.
Result<std::size_t> send_some(int socket, std::string_view bytes) {
  while (true) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (would_block(errno)) return 0U;
    if (errno != EINTR) return broken("can't write", errno);
  }
}

int pending_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Result<base::Descriptor> connect_to(const SocketAddress& address, const Deadline& deadline) {
  const int family = address.storage.ss_family;
  base::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return failed("can't make a socket", errno);
  constexpr int on = 1;
  if (family != AF_UNIX) {
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0) return socket;
  if (errno != EINPROGRESS) return failed("can't connect", errno);
  std::array wait = {pollfd{.fd = socket.get(), .events = POLLOUT, .revents = 0}};
  if (auto status = Waiter(deadline).wait(wait); !status) return std::unexpected(status.error().in("can't connect"));
  if (const int error = pending_error(socket.get()); error != 0) return failed("can't connect", error);
  return socket;
}

}  // namespace

Result<std::unique_ptr<Transport>> Transport::connect(const Endpoint& endpoint, Resolver& resolver,
                                                      const TlsContext* tls, const Deadline& deadline) {
  const auto addresses = resolver.resolve(endpoint, deadline);
  if (!addresses) return std::unexpected(addresses.error());
  Result<base::Descriptor> socket = fail(Code::unavailable, "the host has no address");
  for (std::size_t i = 0; i < addresses->size() && !socket; ++i) {
    // A host's first address must not use up the time of the others.
    const auto share = deadline.left() / static_cast<base::Duration::rep>(addresses->size() - i);
    socket = connect_to((*addresses)[i], deadline.at_most(share));
  }
  if (!socket) return std::unexpected(socket.error());
  std::unique_ptr<Transport> transport(new Transport(std::move(*socket)));
  if (tls != nullptr) {
    if (auto status = transport->greet(*tls, endpoint.host, deadline); !status) return std::unexpected(status.error());
  }
  return transport;
}

Status Transport::greet(const TlsContext& context, const std::string& host, const Deadline& deadline) {
  auto tls = Tls::start(context, host);
  if (!tls) return std::unexpected(tls.error());
  tls_ = std::move(*tls);
  Waiter waiter(deadline);
  std::string unexpected;
  while (true) {
    if (auto status = flush(); !status) return status;
    if (tls_->ready() && !has_output()) return {};
    const auto events = static_cast<short>(has_output() ? POLLIN | POLLOUT : POLLIN);
    std::array wait = {pollfd{.fd = socket_.get(), .events = events, .revents = 0}};
    if (auto status = waiter.wait(wait); !status) return std::unexpected(status.error().in("TLS"));
    if ((wait[0].revents & ~POLLOUT) == 0) continue;
    if (auto status = read(unexpected); !status) return status;
  }
}

Result<std::size_t> Transport::write(std::string_view bytes) {
  if (!tls_) return bytes.empty() ? 0U : send_some(socket_.get(), bytes);
  std::size_t taken = 0;
  if (tls_->output().size() < tls_bytes) {
    const std::string_view piece = bytes.substr(0, tls_bytes);
    if (auto status = tls_->send(piece); !status) return std::unexpected(status.error());
    taken = piece.size();
  }
  if (auto status = flush(); !status) return std::unexpected(status.error());
  return taken;
}

Status Transport::flush() {
  if (!has_output()) return {};
  const auto count = send_some(socket_.get(), tls_->output());
  if (!count) return std::unexpected(count.error());
  tls_->output().erase(0, *count);
  return {};
}

Status Transport::read(std::string& into) {
  std::array<char, read_bytes> chunk;
  for (int i = 0; i < chunks_at_once; ++i) {
    const ssize_t count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && would_block(errno)) return {};
    if (count < 0) return broken("can't read", errno);
    if (count == 0) return closed();
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
    if (!tls_) {
      into += bytes;
    } else if (auto status = tls_->receive(bytes, into); !status) {
      return status;
    }
    if (bytes.size() < chunk.size()) return {};
  }
  return {};
}

bool Transport::quiet() const {
  std::array wait = {pollfd{.fd = socket_.get(), .events = POLLIN, .revents = 0}};
  return ::poll(wait.data(), wait.size(), 0) == 0;
}

}  // namespace aureacore::redis
