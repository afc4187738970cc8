#include "api/background.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "api/worker.h"
#include "base/priority.h"

namespace aureacore::api {

Background::Background(const Context& context, unsigned threads, unsigned first_worker) : context_(context) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this, worker = first_worker + i](const std::stop_token& stop) { run(stop, worker); });
  }
}

Background::~Background() { stop(); }

void Background::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  const std::scoped_lock lock(mutex_);
  tasks_.clear();
  not_begun_.clear();
}

Background::Load Background::load() const {
  const auto now = context_.clock.steady();
  const std::scoped_lock lock(mutex_);
  return {tasks_.size(), not_begun_.empty() ? base::Duration(0) : now - not_begun_.front()};
}

std::optional<Shed> Background::pressure() const {
  const Load now = load();
  if (now.tasks >= context_.load.tasks) return Shed::queue_full;
  if (now.waited > context_.load.task_wait) return Shed::queue_slow;
  return std::nullopt;
}

void Background::submit(std::shared_ptr<Task> task) {
  {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    not_begun_.push_back(context_.clock.steady());
  }
  changed_.notify_all();
}

void Background::remove(const std::shared_ptr<Task>& task) {
  const std::scoped_lock lock(mutex_);
  std::erase(tasks_, task);
}

// Null: stop. What was begun is behind whatever wasn't yet, so those are begun in the order in which they came.
std::shared_ptr<Background::Task> Background::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return !tasks_.empty(); }) || stop.stop_requested()) return nullptr;
  std::shared_ptr<Task> task = std::move(tasks_.front());
  tasks_.pop_front();
  tasks_.push_back(task);
  if (!task->begun_) not_begun_.pop_front();
  task->begun_ = true;
  return task;
}

void Background::run(const std::stop_token& stop, unsigned number) {
  base::lower_priority();
  Worker worker(context_, number, Worker::Place::background);
  for (;;) {
    const std::shared_ptr<Task> task = take(stop);
    if (task == nullptr) return;
    bool more = false;
    try {
      more = task->work(worker);
    } catch (const std::exception& error) {
      // Whoever waits for its answer is told when the task goes.
      context_.log.error("background task failed", {{"error", error.what()}});
    }
    worker.unpin();
    if (!more) remove(task);
  }
}

std::shared_ptr<const graph::Dense> Background::dense(const catalog::SnapshotPtr& snapshot) {
  const std::scoped_lock lock(dense_mutex_);
  if (dense_of_ != snapshot) {
    dense_ = std::make_shared<const graph::Dense>(*snapshot);
    dense_of_ = snapshot;
  }
  return dense_;
}

}  // namespace aureacore::api
