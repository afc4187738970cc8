#include "http/server.h"

#include <mutex>

#include "http/listener.h"
#include "http/worker.h"

namespace aureacore::http {

namespace {

class WorkerServer final : public Server {
 public:
  WorkerServer(std::uint16_t port, TransportKind transport) : port_(port), transport_(transport) {}
  ~WorkerServer() override { stop(std::chrono::milliseconds(0)); }

  base::Status add(base::Descriptor listener, std::unique_ptr<Transport> transport, std::unique_ptr<Handler> handler,
                   const ServerOptions& options) {
    counters_.push_back(std::make_unique<WorkerCounters>());
    auto worker =
        Worker::make(std::move(listener), std::move(transport), std::move(handler), options, *counters_.back(), open_);
    if (!worker) return std::unexpected(worker.error());
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
    if (stopped_) return;
    const auto deadline = std::chrono::steady_clock::now() + drain;
    for (const auto& worker : workers_) worker->drain(deadline);
    for (const auto& worker : workers_) worker->join();
    stopped_ = true;
  }

  void wake_streams() override {
    for (const auto& worker : workers_) worker->wake_streams();
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] TransportKind transport() const override { return transport_; }
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerCounters>>& counters() const override { return counters_; }

 private:
  std::uint16_t port_;
  TransportKind transport_;
  std::mutex mutex_;  // of start and stop
  bool started_ = false;
  bool stopped_ = false;
  std::atomic<std::size_t> open_{0};
  std::vector<std::unique_ptr<WorkerCounters>> counters_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

base::Result<std::unique_ptr<Server>> Server::bind(const ServerOptions& options, const MakeHandler& make) {
  if (options.workers == 0) return base::fail(base::Code::invalid, "expected at least one worker, found 0");
  auto listeners = listen(options.host, options.port, options.workers);
  if (!listeners) return std::unexpected(listeners.error());
  auto transports = Transport::make(options.transport, options.workers);
  if (!transports) return std::unexpected(transports.error());
  auto server = std::make_unique<WorkerServer>(listeners->port, transports->front()->kind());
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    auto status =
        server->add(std::move(listeners->sockets[worker]), std::move((*transports)[worker]), make(worker), options);
    if (!status) return std::unexpected(status.error());
  }
  return server;
}

}  // namespace aureacore::http
