// Background: the threads that make the answers a worker must not stop for: batches, and questions about much of the graph.
//
// A handful of threads at low priority: while workers are busy they get what is left of the cores, so look-ups go first. Tasks
// take turns: a thread does a part of the first one and puts it behind the others, so that a small task doesn't wait for a
// large one, and several threads may be at parts of one task. Each thread has an api::Worker of its own, with the
// endpoints' scratch, pinned to the version that the task began with.
//
// The composition root makes it after the Context and before the server, and stops it after the server.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "api/handler.h"
#include "graph/dense.h"

namespace aureacore::api {

class Worker;
struct Call;

class Background {
 public:
  class Task {
   public:
    virtual ~Task() = default;
    // Does a part of it, on any of the threads, possibly on several at once. False: nothing is left to begin.
    virtual bool work(Worker& worker) = 0;

   private:
    friend class Background;
    bool begun_ = false;  // guarded by mutex_
  };

  // Its threads count their requests as the workers behind `first_worker`; the context must outlive it.
  Background(const Context& context, unsigned threads, unsigned first_worker);
  ~Background();

  // Why no more may be submitted now (LoadLimits); nothing: it may. A queue that is short, but whose tasks wait for long, is
  // pressed too: answers that come late are answers to nobody.
  [[nodiscard]] std::optional<Shed> pressure() const;
  // Whoever calls has asked for pressure().
  void submit(std::shared_ptr<Task> task);
  // Ends the threads; what was not answered yet is let go of. Idempotent.
  void stop();

  struct Load {
    std::size_t tasks = 0;    // waiting or at work
    base::Duration waited{};  // so far, by the one that has waited longest to be begun
  };
  [[nodiscard]] Load load() const;

  // The graph of this version; whoever needs it first makes it, others wait. Kept until another version's is asked for.
  std::shared_ptr<const graph::Dense> dense(const catalog::SnapshotPtr& snapshot);

 private:
  void run(const std::stop_token& stop, unsigned number);
  std::shared_ptr<Task> take(const std::stop_token& stop);
  void remove(const std::shared_ptr<Task>& task);

  const Context& context_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<Task>> tasks_;  // guarded by mutex_
  std::deque<base::SteadyTime> not_begun_;   // when each of those came, oldest first; guarded by mutex_

  std::mutex dense_mutex_;
  catalog::SnapshotPtr dense_of_;              // guarded by dense_mutex_
  std::shared_ptr<const graph::Dense> dense_;  // guarded by dense_mutex_

  std::vector<std::jthread> threads_;  // last: they end before what they use
};

// Any question, answered on a background thread from the version that the call has, at the level that it settled on.
std::shared_ptr<Background::Task> make_question(const Call& call, http::Later later);

}  // namespace aureacore::api
