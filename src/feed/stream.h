// Stream: the events of one filter, each rendered once, for however many watchers; and Subscription: one watcher's place in
// it.
//
// A stream keeps its last events, up to a number of bytes. A watcher takes them at its own pace and costs nothing but
// its place; one that has fallen so far behind that its next event is gone is told to list again, and ended. The feed's
// thread writes, any number of threads read.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "feed/filter.h"

namespace aureacore::feed {

// What became of watchers and events; read by anyone.
struct Totals {
  std::atomic<std::int64_t> clients{0};      // connected now
  std::atomic<std::uint64_t> subscribed{0};  // since the start
  std::atomic<std::uint64_t> changes{0};     // change events rendered
  std::atomic<std::uint64_t> bookmarks{0};   // bookmarks rendered for all of a stream
  std::atomic<std::uint64_t> sent{0};        // events handed to watchers
  std::atomic<std::uint64_t> resets{0};      // watchers told to list again
  std::atomic<std::uint64_t> dropped{0};     // of these, ended because they were too slow
  std::atomic<std::uint64_t> refused{0};     // over the limit of watchers, or at the end
};

class Stream {
 public:
  using Bytes = std::shared_ptr<const std::string>;

  // Keeps so many bytes of events, and the newest in any case.
  Stream(Filter filter, std::size_t kept_bytes) : filter_(std::move(filter)), kept_bytes_(kept_bytes) {}

  [[nodiscard]] const Filter& filter() const { return filter_; }
  // The writer's: `token` is the version that the event leads to.
  void push(std::string event, std::string_view token);
  // No more comes.
  void end();

  // Anyone's. The number of the next event.
  [[nodiscard]] std::uint64_t next() const { return next_.load(std::memory_order_acquire); }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_acquire); }
  // The event of that number; null: it is gone.
  [[nodiscard]] Bytes at(std::uint64_t number) const;
  [[nodiscard]] std::string token() const;

 private:
  const Filter filter_;
  const std::size_t kept_bytes_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<bool> ended_{false};
  mutable std::mutex mutex_;
  std::deque<Bytes> events_;  // guarded by mutex_; up to next_
  std::size_t bytes_ = 0;     // guarded by mutex_
  std::string token_;         // guarded by mutex_
};

// One watcher's; lives on one thread at a time.
class Subscription {
 public:
  using Append = std::function<void(std::string_view bytes)>;

  struct Start {
    std::string version;  // that is current
    // Comes before the stream's events, from the next one on; shared by all who begin alike. Null: nothing.
    Stream::Bytes first;
    std::chrono::milliseconds retry{};
  };

  Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Totals> totals, Start start);
  ~Subscription();
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&&) = delete;

  // There is something to take.
  [[nodiscard]] bool ready() const;
  // Appends about `budget` bytes, or more where an event is larger. False: that was the last of it.
  bool take(std::size_t budget, const Append& append);
  // Appends what says when to come back, for a watcher that is to go; nothing is to be taken after it.
  void end(const Append& append) const;
  [[nodiscard]] bool critical() const { return stream_->filter().critical(); }
  // That was current when it began.
  [[nodiscard]] const std::string& version() const { return start_.version; }

 private:
  bool take_first(std::size_t budget, std::size_t& taken, const Append& append);

  std::shared_ptr<Stream> stream_;  // null: moved from
  std::shared_ptr<Totals> totals_;
  Start start_;
  bool begun_ = false;
  std::size_t first_taken_ = 0;  // bytes
  std::uint64_t place_;
};

}  // namespace aureacore::feed
