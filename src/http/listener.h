// Listening sockets: one per worker on the same address, so that the kernel spreads connections and no worker waits for
// another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace aureacore::http {

struct Listeners {
  std::vector<base::Descriptor> sockets;
  std::uint16_t port = 0;
};

// Host: a name, an IPv4 address, or an IPv6 address with or without brackets. Port 0: any free one, the same for all.
// An address that any other socket listens on is an error, though SO_REUSEPORT would let processes of one user share
// it.
base::Result<Listeners> listen(const std::string& host, std::uint16_t port, unsigned count);

}  // namespace aureacore::http
