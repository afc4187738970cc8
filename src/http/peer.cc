#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace aureacore::http {
namespace {

constexpr std::size_t mapped_at = 12;  // where the IPv4 address stands in a mapped one

}  // namespace

Peer Peer::of(const sockaddr_storage& address) {
  Peer peer;
  if (address.ss_family == AF_INET6) {
    std::memcpy(peer.address.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, peer.address.size());
  } else if (address.ss_family == AF_INET) {
    peer.address[10] = peer.address[11] = 0xff;
    std::memcpy(peer.address.data() + mapped_at, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  }
  return peer;
}

std::string to_string(const Peer& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  in6_addr six{};
  std::memcpy(&six, peer.address.data(), peer.address.size());
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    ::inet_ntop(AF_INET, peer.address.data() + mapped_at, text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &six, text.data(), text.size());
  }
  return text.data();
}

}  // namespace aureacore::http
