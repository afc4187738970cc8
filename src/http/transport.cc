#include "http/transport.h"

#include <array>

#include "http/epoll_transport.h"
#include "http/io_uring_transport.h"

namespace aureacore::http {

namespace {

constexpr std::array<std::string_view, 3> names{"auto", "epoll", "io_uring"};

}  // namespace

std::string_view to_string(TransportKind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<TransportKind> parse_transport_kind(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<TransportKind>(i);
  }
  return std::nullopt;
}

base::Result<std::vector<std::unique_ptr<Transport>>> Transport::make(TransportKind kind, unsigned count) {
  std::vector<std::unique_ptr<Transport>> transports;
  while (transports.size() < count) {
    auto transport = kind == TransportKind::epoll ? EpollTransport::make() : IoUringTransport::make();
    if (!transport && kind == TransportKind::automatic) return make(TransportKind::epoll, count);
    if (!transport) return std::unexpected(transport.error());
    transports.push_back(std::move(*transport));
  }
  return transports;
}

}  // namespace aureacore::http
