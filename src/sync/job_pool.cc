#include "sync/job_pool.h"

#include <utility>

#include "base/priority.h"

namespace aureacore::sync {
namespace {

JobKind kind_of(Task task) {
  switch (task) {
    case Task::load:
    case Task::compare:
      return JobKind::local;
    case Task::list:
      return JobKind::check;
    case Task::update:
    case Task::validate:
    case Task::tidy:
      break;
  }
  return JobKind::fetch;
}

}  // namespace

JobPool::JobPool(unsigned threads, base::Duration patience, JobContext context, Done done)
    : context_(context), done_(std::move(done)), schedule_(threads, patience) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

void JobPool::submit(Job job) {
  {
    const Source& source = *job.source;
    const std::scoped_lock lock(mutex_);
    schedule_.add({.number = ++last_,
                   .kind = kind_of(job.task),
                   .criticality = source.criticality,
                   .due = job.started,
                   .suspect = source.is_suspect()});
    jobs_.emplace(last_, std::move(job));
  }
  changed_.notify_one();
}

void JobPool::relieve() {
  const std::scoped_lock lock(mutex_);
  for (const std::uint64_t number : schedule_.cut(context_.clock.steady())) {
    at_.at(number).request_stop();
    ++cut_;
  }
}

Jobs::Load JobPool::load() const {
  const std::scoped_lock lock(mutex_);
  return {schedule_.waiting(), schedule_.running(), cut_};
}

// False: to stop.
bool JobPool::begin(const std::stop_token& stop, std::uint64_t& number, Job& job) {
  std::unique_lock lock(mutex_);
  std::optional<std::uint64_t> next;
  const auto found = [&] {
    next = schedule_.begin(context_.clock.steady());
    return next.has_value();
  };
  if (!changed_.wait(lock, stop, found)) return false;
  number = *next;
  job = std::move(jobs_.extract(number).mapped());
  // A check is as old as its question, not as its turn.
  if (job.task == Task::list) job.started = context_.clock.steady();
  at_.emplace(number, job.stop);
  return !stop.stop_requested();
}

void JobPool::end(std::uint64_t number) {
  {
    const std::scoped_lock lock(mutex_);
    schedule_.ended(number);
    at_.erase(number);
  }
  changed_.notify_all();  // more than one may have waited for the place of this one
}

void JobPool::work(const std::stop_token& stop) {
  bool lowered = false;
  std::uint64_t number = 0;
  Job job{};
  while (begin(stop, number, job)) {
    if (!lowered && context_.serving) {
      base::lower_priority();
      lowered = true;
    }
    Outcome outcome = perform(std::move(job), context_);
    end(number);
    done_(std::move(outcome));
  }
}

}  // namespace aureacore::sync
