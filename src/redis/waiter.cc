#include "redis/waiter.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace aureacore::redis {

using base::Code;
using base::fail;

Waiter::Waiter(const Deadline& deadline) : deadline_(deadline) {
  if (!deadline.stop.stop_possible()) return;
  stopped_ = base::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  callback_.emplace(deadline.stop, [number = stopped_.get()] { ::eventfd_write(number, 1); });
}

base::Status Waiter::wait(std::span<pollfd> descriptors) {
  waits_.assign(descriptors.begin(), descriptors.end());
  waits_.push_back({.fd = stopped_.get(), .events = POLLIN, .revents = 0});
  while (true) {
    if (deadline_.stop.stop_requested()) return fail(Code::timeout, "the call was stopped");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.left());
    constexpr std::int64_t longest = 60'000;
    const int count = ::poll(waits_.data(), waits_.size(), static_cast<int>(std::min(left.count(), longest)));
    if (count < 0 && errno != EINTR) {
      return fail(Code::internal, "poll failed: {}", std::generic_category().message(errno));
    }
    if (count > 0 && waits_.back().revents == 0) break;
    if (count == 0 && left.count() == 0) return fail(Code::timeout, "there was no answer within the deadline");
  }
  std::ranges::transform(descriptors, waits_, descriptors.begin(), [](pollfd descriptor, const pollfd& waited) {
    descriptor.revents = waited.revents;
    return descriptor;
  });
  return {};
}

}  // namespace aureacore::redis
