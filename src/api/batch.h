// Batch: the operations of one POST /api/v1/batch on their way, shared by the background threads that answer them.
//
// Each operation is a request of its own to the same endpoints, answered by whichever thread comes to it, from the one version
// that the batch was pinned to; the last thread to finish puts the answers in order and sends them. A batch whose client
// has gone, or that passes a limit, is given up between two operations.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "api/background.h"
#include "api/worker.h"
#include "http/later.h"

namespace aureacore::api {

class Batch final : public Background::Task {
 public:
  // How many operations a thread answers before other tasks have their turn.
  static constexpr std::size_t part = 8;
  static constexpr std::size_t max_path_bytes = 8 << 10;  // as http::Limits::target_bytes

  // The consistency level was settled with the call.
  Batch(const Call& call, http::Later later);

  bool work(Worker& worker) override;

 private:
  struct Operation {
    std::string id;  // as JSON
    std::string method;
    std::string path;
    std::string body;
    std::string error;   // what is wrong with the operation itself; empty: nothing
    std::string answer;  // its item of "responses"
  };

  void read(Worker& worker);
  base::Status read_operations(Call& call);
  bool answer_next(Worker& worker);
  void answer(Worker& worker, Operation& operation) const;
  void ask(Worker& worker, const Operation& operation, http::Answer& answer) const;
  void refuse(const Operation& operation, const Problem& problem, http::Answer& answer) const;
  void finish(Worker& worker);
  // Once; later calls do nothing.
  void complete(Worker& worker, const std::function<void(Call&)>& write);
  [[nodiscard]] bool over() const { return over_.load(std::memory_order_relaxed) || later_.cancelled(); }

  const http::OwnedRequest request_;
  http::Later later_;
  const catalog::SnapshotPtr snapshot_;
  const Settled settled_;
  const BatchLimits limits_;
  const base::SteadyTime begun_;

  std::once_flag read_;
  std::vector<Operation> operations_;  // fixed once read; each is one thread's while it is answered
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> answered_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> over_{false};
};

}  // namespace aureacore::api
