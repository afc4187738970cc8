// SharedNotices: what the senders of notifications share, kept in the store of the shared copy: who sends, and what needs no
// sending any more. A settled message is a lease that nobody releases. Thread safe; blocks for call_time at most.
#pragma once

#include <string>

#include "base/clock.h"
#include "notify/courier.h"
#include "sync/shared_copy.h"

namespace aureacore::server {

class SharedNotices final : public notify::Shared {
 public:
  static constexpr base::Duration call_time = std::chrono::milliseconds(500);
  // Longer than any instance keeps a message waiting for another.
  static constexpr base::Duration settled_time = std::chrono::hours(24);

  SharedNotices(const sync::SharedCopy& copy, const base::Clock& clock) : copy_(copy), clock_(clock) {}

  bool acquire(const std::string& lease, base::Duration time) override;
  void release(const std::string& lease) override;
  void settle(const std::string& id) override;
  bool settled(const std::string& id) override;

 private:
  [[nodiscard]] base::SteadyTime deadline() const { return clock_.steady() + call_time; }

  const sync::SharedCopy& copy_;
  const base::Clock& clock_;
};

}  // namespace aureacore::server
