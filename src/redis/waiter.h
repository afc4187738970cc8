// Waiter: waits for sockets until one has something, the deadline passes, or a stop is asked for.
//
// One call's; one thread. Internal to this module.
#pragma once

#include <poll.h>

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "redis/deadline.h"

namespace aureacore::redis {

class Waiter {
 public:
  explicit Waiter(const Deadline& deadline);

  // Errors: timeout.
  base::Status wait(std::span<pollfd> descriptors);
  // Until the deadline passes or a stop is asked for.
  void pause() {
    while (wait({})) {
    }
  }

 private:
  Deadline deadline_;
  base::Descriptor stopped_;
  std::optional<std::stop_callback<std::function<void()>>> callback_;
  std::vector<pollfd> waits_;
};

}  // namespace aureacore::redis
