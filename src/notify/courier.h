// Courier: brings the notifications of one target to it, one after the other, at least once each.
//
// Every instance has one with a queue of its own, and one of them at a time, who has the target's lease, sends. What was
// delivered, or given up, is settled in the shared store, so that the others drop it; its id is the same on each of them, so
// that a receiver knows again what comes a second time. When the one that sends goes, the next has the same queue. Without
// a store, or with one that is out of reach, each sends its own. What waits is kept on disk, too.
//
// A failure is tried again, later and later; meanwhile what is behind it waits. After so many attempts, or at once where
// trying again is of no use, it becomes a dead letter: counted, listed, dropped. One thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "feed/filter.h"
#include "feed/publication.h"
#include "notify/http_post.h"
#include "notify/message.h"
#include "resilience/backoff.h"

namespace aureacore::notify {

struct Target {
  std::string name;
  std::string url;
  std::string key;  // of the signature
  feed::Filter filter;
  std::vector<std::string> filters = {};  // as they were written, to be shown
  bool allow_private = false;
  std::string ca_file = {};
};

// What instances share. Each may block for a moment; where the store can't be asked: as if nobody else were there.
class Shared {
 public:
  virtual ~Shared() = default;
  // True: the lease is ours for so long from now on.
  virtual bool acquire(const std::string& lease, base::Duration time) = 0;
  virtual void release(const std::string& lease) = 0;
  // The message needs no sending any more, on no instance.
  virtual void settle(const std::string& id) = 0;
  virtual bool settled(const std::string& id) = 0;
};

struct CourierOptions {
  std::uint32_t attempts = 12;           // of one message: about twenty minutes
  std::size_t waiting = 1'000;           // messages; the oldest becomes a dead letter for one more
  std::size_t waiting_bytes = 32 << 20;  // of these, together
  std::size_t dead_letters = 100;        // that are listed
  base::Duration lease = std::chrono::seconds(30);
  base::Duration standby = std::chrono::seconds(5);  // between looks at what another instance sends
  base::Duration time = std::chrono::seconds(10);    // of one attempt
  resilience::Backoff backoff = {std::chrono::milliseconds(500), std::chrono::seconds(2), std::chrono::minutes(5)};
};

struct DeadLetter {
  std::string id;
  std::string version;
  std::string error;
  std::uint32_t attempts = 0;
  base::WallTime time;
};

struct CourierStatus {
  std::string name;
  std::string origin;  // of the URL
  std::vector<std::string> filters;
  bool critical = false;
  bool sends = false;  // it is this instance that has the lease
  std::size_t waiting = 0;
  std::uint64_t delivered = 0;
  std::uint64_t failures = 0;  // attempts
  std::uint64_t settled_elsewhere = 0;
  std::uint64_t dead = 0;
  std::string last_error;                // of the message that is tried now; empty: none
  std::string last_delivered;            // a version
  std::vector<DeadLetter> dead_letters;  // the newest last
};

class Courier {
 public:
  using Send = std::function<base::Result<int>(const Post& post, const std::stop_token& stop)>;
  struct Dependencies {
    const base::Clock& clock;
    const base::Log& log;
    resilience::Random random;  // any thread
    Shared* shared = nullptr;   // null: there is no other instance
    Send send;
    std::filesystem::path spool = {};  // empty: what waits is in memory alone
  };

  Courier(Target target, CourierOptions options, Dependencies dependencies);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void start();
  // What waits stays on disk. Idempotent.
  void stop();
  // The feed's thread; brief.
  void take(const feed::Publication& publication);
  // Any thread.
  [[nodiscard]] CourierStatus status() const;

 private:
  void number(Message& message);
  void run(const std::stop_token& stop);
  void wait(const std::stop_token& stop, base::SteadyTime due);
  void collect();
  void enqueue(Message message);
  base::SteadyTime step(const std::stop_token& stop);
  bool has_lease();
  void drop_settled();
  void attempt(const std::stop_token& stop);
  void delivered();
  void failed(const std::string& error, bool hopeless);
  void bury(const std::string& error, std::uint32_t attempts);
  Message pop();
  [[nodiscard]] Post post_of(const Message& message) const;
  void note(const std::function<void(CourierStatus&)>& change);

  const Target target_;
  const CourierOptions options_;
  const Dependencies dependencies_;
  // The feed's thread's.
  feed::Looker looker_;
  std::deque<std::string> told_;  // the ids of the last messages, as they were before number()

  // The thread's own.
  Spool spool_;
  std::deque<Message> queue_;
  std::size_t bytes_ = 0;       // of queue_
  std::uint32_t attempts_ = 0;  // of the first message
  base::SteadyTime due_{};      // of the next attempt
  bool leased_ = false;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Message> incoming_;  // guarded by mutex_
  CourierStatus status_;           // guarded by mutex_
  std::jthread thread_;
};

// What a target gets of a publication: nothing where it doesn't concern it.
std::optional<Message> make_message(const feed::Publication& publication, std::span<const feed::View> views,
                                    const std::string& target, base::WallTime now);

}  // namespace aureacore::notify
