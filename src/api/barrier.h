// Barrier: holds requests whose consistency level is not met yet until checks of the remotes have made it so, then has them
// answered; or until that can't be hoped for any more. One that waits for a version is met as soon as that is served, too.
//
// A request waits for every source to have been checked, successfully, by a check that began no earlier than it needs; what
// the check found is served by then. All who wait share the same checks: a check that is under way may have begun too early
// for some, then one more follows it. A request is given up when such a check fails, when its source's circuit breaker is
// open or its update held, when its time is over, when its client goes.
//
// One thread of its own, at low priority, with an api::Worker of its own; what takes long is answered by Background. The
// composition root makes it after the Context and stops it before the server.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/handler.h"
#include "api/settled.h"
#include "entity/push_token.h"
#include "http/later.h"

namespace aureacore::api {

class Worker;
struct Call;

class Barrier {
 public:
  static constexpr std::size_t max_met = 256;
  // How long a request waits unless it says so by Prefer, and at most.
  static constexpr std::chrono::seconds default_wait{10};
  static constexpr std::chrono::seconds longest_wait{60};

  struct Wish {
    query::Ask ask;
    base::SteadyTime since;     // every source's last successful check is to have begun then or later
    base::SteadyTime arrived;   // a check that began then or later and fails ends the hope
    base::SteadyTime deadline;  // to be answered by
    std::string preference;     // see Settled
    // Writes the answer in the endpoint's place, also where there was no hope (`met` is false); empty: the endpoint does, or a
    // problem is the answer.
    std::function<void(Call&, bool met)> ending = {};
  };
  struct Totals {
    std::atomic<std::uint64_t> met{0};
    std::atomic<std::uint64_t> unmet{0};
  };

  // Its thread counts its requests as this worker's; the context must outlive it.
  Barrier(const Context& context, unsigned worker);
  ~Barrier();

  // Whether no more may wait (LoadLimits).
  [[nodiscard]] bool full() const;
  // The request's answer is due by `later`.
  void submit(Wish wish, const http::Request& request, http::Later later);
  // Whether what this push token stands for was found to be served, lately: then no check is needed to say so. Any thread.
  [[nodiscard]] bool has_met(std::string_view push_token) const;
  // A check has ended, or its outcome is served. Any thread; brief.
  void notify();
  // Those who wait are answered 503; from then on it is full. Idempotent.
  void stop();

  [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  struct Waiting {
    Wish wish;
    std::optional<entity::PushToken> push;  // what it waits for, where that isn't all
    std::unique_ptr<const http::OwnedRequest> request;
    http::Later later;
  };

  void run(const std::stop_token& stop);
  std::vector<Waiting> take(const std::stop_token& stop, bool idle);
  void ask_for_checks(const catalog::Snapshot& snapshot, const std::vector<Waiting>& fresh);
  bool decide(Worker& worker, Waiting& waiting);
  void answer(Worker& worker, Waiting& waiting, const Settled& settled) const;
  void refuse(Worker& worker, Waiting& waiting, const std::string& why);
  void note_met(const Waiting& waiting);
  static void end(Worker& worker, Waiting& waiting, bool met);

  const Context& context_;
  const unsigned worker_;
  Totals totals_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::size_t> waiting_bytes_{0};
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Waiting> incoming_;  // guarded by mutex_
  std::deque<std::string> met_;    // push tokens, oldest first, no more than max_met; guarded by mutex_
  bool notified_ = false;          // guarded by mutex_
  bool stopped_ = false;           // guarded by mutex_
  std::jthread thread_;            // last: it ends before what it uses
};

}  // namespace aureacore::api
