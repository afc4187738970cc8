// Learned: something that is found out over the network and may change: looked up at first use, when it is suspected to
// be wrong, and when it is old. One caller looks it up, the others wait for the outcome or go on with what is known.
//
// What is known stays where looking it up fails. After a failure, and while suspicions don't lead to anything new, it
// is looked up less and less often. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "redis/deadline.h"
#include "resilience/backoff.h"
#include "resilience/random.h"

namespace aureacore::redis {

template <class T>
class Learned {
 public:
  using Value = std::shared_ptr<const T>;
  using Look = std::function<base::Result<T>(const Deadline&)>;

  struct Options {
    resilience::Backoff backoff = {
        .floor = std::chrono::milliseconds(50), .base = std::chrono::milliseconds(200), .cap = std::chrono::seconds(2)};
    base::Duration age = std::chrono::seconds(30);  // ± a fifth
  };

  Learned(Look look, Options options, const base::Clock& clock, resilience::Random random)
      : look_(std::move(look)), options_(options), clock_(clock), random_(std::move(random)) {}

  base::Result<Value> get(const Deadline& deadline) {
    std::unique_lock lock(mutex_);
    while (clock_.steady() >= next_look_) {
      if (!looking_) return look(lock, deadline);
      if (value_ && !suspected_) return value_;
      if (!looked_.wait_until(lock, deadline.stop, deadline.at, [&] { return !looking_; })) {
        return base::fail(base::Code::timeout, "where the servers are was not found out within the deadline");
      }
    }
    if (value_) return value_;
    return std::unexpected(*error_);
  }

  // What is known, if anything.
  [[nodiscard]] Value known() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

  // A caller has found it wrong: it is looked up before the next use, but not more often than the backoff says.
  void suspect() {
    const std::scoped_lock lock(mutex_);
    if (suspected_) return;
    suspected_ = true;
    ++vain_;
    const auto soonest = vain_ == 1 ? last_look_ : last_look_ + options_.backoff.delay(vain_, random_);
    next_look_ = std::min(next_look_, soonest);
  }

  // A caller knows better in one point.
  void amend(const std::function<void(T&)>& change) {
    const std::scoped_lock lock(mutex_);
    if (!value_) return;
    auto copy = std::make_shared<T>(*value_);
    change(*copy);
    value_ = std::move(copy);
  }

 private:
  base::Result<Value> look(std::unique_lock<std::mutex>& lock, const Deadline& deadline) {
    looking_ = true;
    const bool suspected = suspected_;
    lock.unlock();
    auto found = look_(deadline);
    lock.lock();
    looking_ = false;
    suspected_ = false;
    last_look_ = clock_.steady();
    if (found) {
      if (!suspected || !value_ || !(*value_ == *found)) vain_ = 0;
      value_ = std::make_shared<const T>(std::move(*found));
      constexpr double spread = 0.2;
      next_look_ = last_look_ + resilience::jittered(options_.age, spread, random_);
    } else {
      error_ = found.error();
      next_look_ = last_look_ + options_.backoff.delay(++vain_, random_);
    }
    looked_.notify_all();
    if (value_) return value_;
    return std::unexpected(*error_);
  }

  Look look_;
  Options options_;
  const base::Clock& clock_;
  resilience::Random random_;

  mutable std::mutex mutex_;
  std::condition_variable_any looked_;
  Value value_;
  std::optional<base::Error> error_;
  bool looking_ = false;
  bool suspected_ = false;
  std::uint32_t vain_ = 0;  // looks in a row that led to nothing new
  base::SteadyTime last_look_ = base::SteadyTime::min();
  base::SteadyTime next_look_ = base::SteadyTime::min();
};

}  // namespace aureacore::redis
