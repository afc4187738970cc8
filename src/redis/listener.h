// Listener: what is said on a subscription's connection. Pure: no socket, no clock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/limits.h"
#include "redis/parser.h"

namespace aureacore::redis {

class Listener {
 public:
  Listener(std::string channel, const Limits& limits)
      : channel_(std::move(channel)), message_bytes_(limits.message_bytes), parser_(limits) {}

  [[nodiscard]] std::string subscribe() const;
  [[nodiscard]] static std::string ping();

  struct Heard {
    bool subscribed = false;
    std::vector<std::string> messages;  // on our channel; those that are longer than the limit are left out
  };
  // Errors: corrupt, too_large, or the server's.
  base::Result<Heard> receive(std::string_view bytes);

 private:
  base::Status hear(const Reply& reply, Heard& heard) const;

  std::string channel_;
  std::size_t message_bytes_;
  ReplyParser parser_;
};

}  // namespace aureacore::redis
