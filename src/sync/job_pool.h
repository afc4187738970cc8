// JobPool: a bounded number of threads, the fetchers, that do jobs in the order and within the bounds that Schedule says.
//
// Submitted by one thread; results are handed over on the pool's threads. The destructor waits for jobs under way: stop
// them first.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "sync/job.h"
#include "sync/schedule.h"

namespace aureacore::sync {

class JobPool final : public Jobs {
 public:
  // `patience`: see Schedule.
  JobPool(unsigned threads, base::Duration patience, JobContext context, Done done);

  // Reads the source: the scheduler's thread.
  void submit(Job job) override;
  void relieve() override;
  [[nodiscard]] Load load() const override;

 private:
  void work(const std::stop_token& stop);
  bool begin(const std::stop_token& stop, std::uint64_t& number, Job& job);
  void end(std::uint64_t number);

  const JobContext context_;
  const Done done_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Schedule schedule_;                             // guarded by mutex_
  std::map<std::uint64_t, Job> jobs_;             // that wait, by their numbers; guarded by mutex_
  std::map<std::uint64_t, std::stop_source> at_;  // of those under way; guarded by mutex_
  std::uint64_t last_ = 0;                        // guarded by mutex_
  std::uint64_t cut_ = 0;                         // guarded by mutex_
  std::vector<std::jthread> threads_;             // last: they end before what they use
};

}  // namespace aureacore::sync
