#include "sync/job_pool.h"

#include <utility>

#include "base/priority.h"

namespace aureacore::sync {

JobPool::JobPool(unsigned threads, JobContext context, Done done) : context_(context), done_(std::move(done)) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

void JobPool::submit(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    if (job.task == Task::load) {
      jobs_.push_front(std::move(job));
    } else {
      jobs_.push_back(std::move(job));
    }
  }
  changed_.notify_one();
}

void JobPool::work(const std::stop_token& stop) {
  bool lowered = false;
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    if (!lowered && context_.serving) {
      base::lower_priority();
      lowered = true;
    }
    done_(perform(std::move(job), context_));
  }
}

}  // namespace aureacore::sync
