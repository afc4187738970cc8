// Which of the kernel's ways to move bytes a worker uses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aureacore::http {

enum class TransportKind : std::uint8_t {
  automatic,  // io_uring where the kernel and its guards allow it, otherwise epoll
  epoll,
  io_uring,
};

// "auto", "epoll", "io_uring".
std::string_view to_string(TransportKind kind);
std::optional<TransportKind> parse_transport_kind(std::string_view name);

}  // namespace aureacore::http
