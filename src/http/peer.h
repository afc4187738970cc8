// Peer: who is at the other end of a connection, as far as the kernel says. A value.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>

namespace aureacore::http {

struct Peer {
  std::array<std::uint8_t, 16> address{};  // IPv6; an IPv4 address is mapped into it (::ffff:a.b.c.d)

  // Anything but an internet address leaves it zero.
  static Peer of(const sockaddr_storage& address);
};

// "192.0.2.1", "2001:db8::1"
std::string to_string(const Peer& peer);

}  // namespace aureacore::http
