// Resolver: host names → addresses, under a deadline.
//
// The system's look-up can't be bounded or stopped, so each one has a thread of its own, which is left behind when the
// deadline passes; how many there may be is limited. Addresses and sockets' paths need no thread. Any thread may ask;
// may go away at any time.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "redis/address.h"
#include "redis/deadline.h"

namespace aureacore::redis {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

class Resolver {
 public:
  using Answer = base::Result<std::vector<SocketAddress>>;
  // What is asked where an endpoint is a name; may block for long.
  using LookUp = std::function<Answer(const Endpoint&)>;

  explicit Resolver(std::size_t limit, LookUp look_up = system_look_up);

  // Errors: unavailable (no such name, too many look-ups), timeout.
  Answer resolve(const Endpoint& endpoint, const Deadline& deadline);

  static Answer system_look_up(const Endpoint& endpoint);

 private:
  struct Running;
  struct One;
  bool begin(const Endpoint& endpoint, const std::shared_ptr<One>& one);

  LookUp look_up_;
  std::shared_ptr<Running> running_;
  std::size_t limit_;
};

}  // namespace aureacore::redis
