#include "http/server.h"

#include <mutex>

#include "http/listener.h"
#include "http/worker.h"

namespace aureacore::http {

namespace {

class WorkerServer final : public Server {
 public:
  explicit WorkerServer(std::uint16_t port) : port_(port) {}
  ~WorkerServer() override { stop(std::chrono::milliseconds(0)); }

  base::Status add(Descriptor listener, const ServerOptions& options, std::unique_ptr<Handler> handler) {
    counters_.push_back(std::make_unique<WorkerCounters>());
    auto worker = Worker::make(std::move(listener), options.transport, std::move(handler), options.limits,
                               *counters_.back(), open_);
    if (!worker) return std::unexpected(worker.error());
    transport_ = (*worker)->transport();
    workers_.push_back(std::move(*worker));
    return {};
  }

  void start() override {
    const std::scoped_lock lock(mutex_);
    if (started_) return;
    started_ = true;
    for (const auto& worker : workers_) worker->start();
  }

  void stop(std::chrono::milliseconds drain) override {
    const std::scoped_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + drain;
    for (const auto& worker : workers_) worker->drain(deadline);
    for (const auto& worker : workers_) worker->join();
    workers_.clear();
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] TransportKind transport() const override { return transport_; }
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerCounters>>& counters() const override { return counters_; }

 private:
  std::uint16_t port_;
  TransportKind transport_ = TransportKind::automatic;
  std::mutex mutex_;  // of start and stop
  bool started_ = false;
  std::atomic<std::size_t> open_{0};
  std::vector<std::unique_ptr<WorkerCounters>> counters_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::bind(const ServerOptions& options, const MakeHandler& make) {
  if (options.workers == 0) return base::fail(base::Code::invalid, "expected at least one worker, found 0");
  auto listeners = listen(options.host, options.port, options.workers);
  if (!listeners) return std::unexpected(listeners.error());
  auto server = std::make_unique<WorkerServer>(listeners->port);
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    auto status = server->add(std::move(listeners->sockets[worker]), options, make(worker));
    if (!status) return std::unexpected(status.error());
  }
  return server;
}

}  // namespace aureacore::http
