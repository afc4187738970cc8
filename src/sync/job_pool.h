// JobPool: a bounded number of threads that do jobs, first come, first served; loads from disk before anything that
// waits on a network.
//
// Submitted by one thread; results are handed over on the pool's threads. The destructor waits for jobs under way: stop
// them first.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "sync/job.h"

namespace aureacore::sync {

class JobPool final : public Jobs {
 public:
  JobPool(unsigned threads, JobContext context, Done done);

  void submit(Job job) override;

 private:
  void work(const std::stop_token& stop);

  const JobContext context_;
  const Done done_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;               // guarded by mutex_; its size is bounded by two for each source
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace aureacore::sync
