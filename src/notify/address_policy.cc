#include "notify/address_policy.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace aureacore::notify {
namespace {

struct Block4 {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry, and multicast.
constexpr std::array special4{
    Block4{ipv4(0, 0, 0, 0), 8},      Block4{ipv4(10, 0, 0, 0), 8},     Block4{ipv4(100, 64, 0, 0), 10},
    Block4{ipv4(127, 0, 0, 0), 8},    Block4{ipv4(169, 254, 0, 0), 16}, Block4{ipv4(172, 16, 0, 0), 12},
    Block4{ipv4(192, 0, 0, 0), 24},   Block4{ipv4(192, 0, 2, 0), 24},   Block4{ipv4(192, 88, 99, 0), 24},
    Block4{ipv4(192, 168, 0, 0), 16}, Block4{ipv4(198, 18, 0, 0), 15},  Block4{ipv4(198, 51, 100, 0), 24},
    Block4{ipv4(203, 0, 113, 0), 24}, Block4{ipv4(224, 0, 0, 0), 4},    Block4{ipv4(240, 0, 0, 0), 4},
};

struct Block6 {
  std::array<std::uint8_t, 4> first;
  unsigned bits;
};

// Of 2000::/3, outside of which nothing is public.
constexpr std::array special6{
    Block6{{0x20, 0x01, 0x00, 0x00}, 23},  // IETF's own, Teredo among them
    Block6{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Block6{{0x20, 0x02, 0x00, 0x00}, 16},  // 6to4
    Block6{{0x3f, 0xff, 0x00, 0x00}, 20},  // documentation
};

bool is_public4(std::uint32_t address) {
  return std::ranges::none_of(special4,
                              [&](const Block4& block) { return (address ^ block.first) >> (32 - block.bits) == 0; });
}

bool is_public6(const in6_addr& address) {
  const std::uint8_t* bytes = address.s6_addr;
  if ((bytes[0] & 0xE0) != 0x20) return false;
  const std::uint32_t front = ipv4(bytes[0], bytes[1], bytes[2], bytes[3]);
  return std::ranges::none_of(special6, [&](const Block6& block) {
    const std::uint32_t first = ipv4(block.first[0], block.first[1], block.first[2], block.first[3]);
    return (front ^ first) >> (32 - block.bits) == 0;
  });
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in of4{};
    std::memcpy(&of4, &address, sizeof(of4));
    return is_public4(ntohl(of4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 of6{};
  std::memcpy(&of6, &address, sizeof(of6));
  return is_public6(of6.sin6_addr);
}

}  // namespace aureacore::notify
