// For tests: a syncer over real repositories, whose remotes can be made to fail or to hang, and waits that end on what happens.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "sync/syncer.h"
#include "sync/test_tree.h"

namespace aureacore::sync {

enum class Fault : std::uint8_t { none, fail, full, hang };

// What all remotes of a test share: which source is out of order, and how many calls are under way.
class Faults {
 public:
  void set(const std::string& url, Fault fault) {
    const std::scoped_lock lock(mutex_);
    faults_[url] = fault;
    changed_.notify_all();
  }

  // Returns at once, or hangs until the fault is gone or it is stopped.
  base::Status pass(const std::string& url, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++calls_[url];
    changed_.wait(lock, stop, [&] { return faults_[url] != Fault::hang; });
    if (stop.stop_requested()) return base::fail(base::Code::timeout, "stopped");
    if (faults_[url] == Fault::fail) return base::fail(base::Code::unavailable, "the remote is out of order");
    if (faults_[url] == Fault::full) return base::fail(base::Code::no_space, "no space left on device");
    return {};
  }

  // Blobs that no remote gives; none: all are to be had.
  void refuse(std::set<std::string> blobs) {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(blobs);
  }
  base::Status pass_blobs(const std::vector<std::string>& blobs) {
    const std::scoped_lock lock(mutex_);
    for (const auto& blob : blobs) {
      if (refused_.contains(blob)) return base::fail(base::Code::unavailable, "the remote refuses {}", blob);
    }
    return {};
  }

  std::size_t calls(const std::string& url) {
    const std::scoped_lock lock(mutex_);
    return calls_[url];
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Fault> faults_;
  std::map<std::string, std::size_t> calls_;
  std::set<std::string> refused_;
};

class FaultyRemote final : public git::Remote {
 public:
  FaultyRemote(std::unique_ptr<git::Remote> remote, Faults& faults, std::string url)
      : remote_(std::move(remote)), faults_(faults), url_(std::move(url)) {}

  base::Result<git::Advertised> advertised(std::stop_token stop) override {
    if (auto passed = faults_.pass(url_, stop); !passed) return std::unexpected(passed.error());
    return remote_->advertised(stop);
  }
  base::Status fetch(const git::Advertised& tip, std::stop_token stop) override {
    if (auto passed = faults_.pass(url_, stop); !passed) return passed;
    return remote_->fetch(tip, stop);
  }
  base::Status fetch_blobs(const std::vector<std::string>& blobs, std::stop_token stop) override {
    if (auto passed = faults_.pass_blobs(blobs); !passed) return passed;
    return remote_->fetch_blobs(blobs, stop);
  }

 private:
  std::unique_ptr<git::Remote> remote_;
  Faults& faults_;
  const std::string url_;
};

inline SourceOptions source_options(const std::string& id, const git::TestRepository& repository) {
  SourceOptions options;
  options.tree = tree_options();
  options.tree.source = id;
  options.remote.url = git::parse_url(repository.url(), {.local = true}).value();
  options.interval = std::chrono::hours(1);  // nothing happens by itself unless a test wants it
  return options;
}

class SyncerTest : public testing::Test {
 protected:
  SyncerTest() {
    options_.mirrors = folder_.path() / "mirrors";
    options_.grace = std::chrono::milliseconds(0);
    options_.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(2), std::chrono::milliseconds(5)};
    options_.retries = {.share = 1, .every = std::chrono::milliseconds(1), .burst = 100};
    options_.breaker = {3, std::chrono::milliseconds(20), std::chrono::milliseconds(50)};
  }

  ~SyncerTest() override {
    if (syncer_) syncer_->stop();
  }

  void start(std::vector<SourceOptions> sources) {
    const auto connect = [this](const std::filesystem::path& mirror, const git::RemoteOptions& options) {
      auto connection = connect_git(mirror, options);
      connection.remote = std::make_unique<FaultyRemote>(std::move(connection.remote), faults_, options.url.text);
      return connection;
    };
    slot_ = std::make_unique<catalog::SnapshotSlot>();
    Syncer::Dependencies dependencies{clock_, log_, *slot_, [] { return 0.5; }, connect, {}, {}};
    dependencies.conflicts = &conflicts_;
    syncer_ = std::make_unique<Syncer>(options_, std::move(dependencies), std::move(sources));
    syncer_->start();
  }

  void restart(std::vector<SourceOptions> sources) {
    syncer_->stop();
    syncer_.reset();
    start(std::move(sources));
  }

  // Waits until it is so; looks again whenever something is logged.
  template <class Condition>
  [[nodiscard]] bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::unique_lock lock(mutex_);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      logged_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }

  [[nodiscard]] bool has(const std::string& key) const {
    const auto snapshot = slot_->latest();
    return snapshot && snapshot->find(key) != nullptr;
  }
  [[nodiscard]] std::string json(const std::string& key) const {
    std::string out;
    if (const auto snapshot = slot_->latest()) {
      if (const auto* entity = snapshot->find(key)) entity->append_json(out);
    }
    return out;
  }
  [[nodiscard]] SourceStatus status(const std::string& id) const {
    for (auto& source : syncer_->sources()) {
      if (source.id == id) return source;
    }
    return {};
  }
  [[nodiscard]] const catalog::Freshness& freshness(const std::string& id) const {
    return *slot_->latest()->source(id)->freshness;
  }
  std::string log_text() {
    const std::scoped_lock lock(log_mutex_);
    return log_lines_;
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  Faults faults_;
  base::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable logged_;
  std::mutex log_mutex_;
  std::string log_lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) {
                   {
                     const std::scoped_lock lock(log_mutex_);
                     log_lines_ += line;
                   }
                   logged_.notify_all();
                 }};
  Conflicts conflicts_{clock_, log_};
  SyncerOptions options_;
  std::unique_ptr<catalog::SnapshotSlot> slot_;
  std::unique_ptr<Syncer> syncer_;
};

}  // namespace aureacore::sync
