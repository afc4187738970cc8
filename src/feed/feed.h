// Feed: tells watchers what each publication changed. Six promises: events come in the order of the publications, each
// once, none is left out, each is a whole version's, a watcher may go on behind any event on any instance, and a bookmark says
// when it is up to date.
//
// One thread of its own compares the versions, renders each event once per distinct filter, and answers who subscribes, so
// that whoever comes is either behind a publication or before it. Streams of critical entities come first. The writer
// and the workers hand things over and never wait.
//
// Made by the composition root before the server; stopped before it, so that streams end in good order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "feed/filter.h"
#include "feed/journal.h"
#include "feed/stream.h"

namespace aureacore::feed {

struct FeedOptions {
  JournalLimits journal;
  std::size_t watchers = 10'000;         // at once; one more is refused
  std::size_t filters = 512;             // distinct ones that are watched by at once; one more is refused
  std::size_t catch_up_bytes = 4 << 20;  // that a watcher may begin with; more is a reset
  std::size_t stream_bytes = 1 << 20;    // of events that a stream keeps for slow watchers
  std::size_t waiting_versions = 64;     // published and not looked at: the newest then stands for more
  base::Duration heartbeat = std::chrono::seconds(15);  // between bookmarks
  base::Duration patience = std::chrono::seconds(10);   // with who was told more elsewhere than is known here
  std::chrono::milliseconds retry{1'000};               // least time before a client connects again …
  std::chrono::milliseconds retry_spread{4'000};        // … and by how much that differs, so that not all come at once
};

class Feed {
 public:
  // Both are called on the feed's thread, in order; brief.
  struct Dependencies {
    const base::Clock& clock;
    Journal::Find find;                                      // a version that is still held
    std::function<void()> wake;                              // watchers have something to take
    std::function<void(const PublicationPtr&)> follow = {};  // each publication; may be empty
  };
  struct Wish {
    Filter filter;
    std::string after;  // a token to go on behind; empty: from now on
  };
  // Called once, on the feed's thread; nothing: the feed ends, or there are too many of them or of filters.
  using Answer = std::move_only_function<void(std::optional<Subscription> subscription)>;

  Feed(FeedOptions options, Dependencies dependencies);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void start();
  // Streams end with a hint when to come back. Idempotent.
  void stop();

  // This is served now. Any thread, in order; brief.
  void published(catalog::SnapshotPtr snapshot);
  // Any thread; brief.
  void subscribe(Wish wish, Answer answer);

  [[nodiscard]] const Totals& totals() const { return *totals_; }

 private:
  struct Asking {
    Wish wish;
    Answer answer;
    base::SteadyTime since;
  };
  struct Inbox {
    std::deque<catalog::SnapshotPtr> versions;
    std::vector<Asking> asking;
  };

  void run(const std::stop_token& stop);
  Inbox wait(const std::stop_token& stop);
  void publish(const catalog::SnapshotPtr& version);
  void push(const Publication& publication);
  void push_reset(const Publication& publication);
  void beat();
  void answer(std::vector<Asking> asking);
  bool try_answer(Asking& asking);
  // What a watcher begins with. Whoever wishes the same while the version is current has the same bytes, as long as anybody
  // still has them to take.
  struct Beginning {
    std::string text;
    bool is_reset = false;
  };
  std::shared_ptr<const Beginning> beginning(const Wish& wish, const Way& way);
  Beginning catch_up(const Wish& wish, const Way& way);
  [[nodiscard]] Beginning reset(std::string_view reason) const;
  // Null: there are too many filters.
  std::shared_ptr<Stream> stream_of(const Filter& filter);
  void forget_unwatched();
  void end();
  [[nodiscard]] std::chrono::milliseconds next_retry();

  const FeedOptions options_;
  const Dependencies dependencies_;
  const std::shared_ptr<Totals> totals_ = std::make_shared<Totals>();

  // The thread's own.
  Journal journal_;
  Looker looker_;
  std::map<std::string, std::shared_ptr<Stream>, std::less<>> streams_;  // by the filter's key
  std::vector<Asking> ahead_;                                            // until their version is known here
  std::map<std::pair<std::string, std::string>, std::weak_ptr<const Beginning>> beginnings_;  // by filter and `after`
  base::SteadyTime beat_{};
  std::uint64_t number_ = 0;  // of watchers so far

  std::atomic<std::size_t> waiting_{0};  // to be answered

  std::mutex mutex_;
  std::condition_variable_any changed_;
  Inbox inbox_;           // guarded by mutex_
  bool stopped_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace aureacore::feed
