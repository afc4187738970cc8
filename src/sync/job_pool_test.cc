#include "sync/job_pool.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

namespace aureacore::sync {
namespace {

using namespace std::chrono_literals;

// Answers at once, or not before it is stopped: then it is counted as long as it hangs.
class QuietRemote final : public git::Remote {
 public:
  QuietRemote(bool hangs, std::atomic<unsigned>& hanging) : hangs_(hangs), hanging_(hanging) {}

  base::Result<git::Advertised> advertised(std::stop_token stop) override {
    if (!hangs_) return git::Advertised{"main", "0123"};
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    ++hanging_;
    stopped.wait(lock, stop, [] { return false; });
    --hanging_;
    return base::fail(base::Code::timeout, "stopped");
  }
  base::Status fetch(const git::Advertised& /*tip*/, std::stop_token /*stop*/) override { return {}; }
  base::Status fetch_blobs(const std::vector<std::string>& /*blobs*/, std::stop_token /*stop*/) override { return {}; }

 private:
  const bool hangs_;
  std::atomic<unsigned>& hanging_;
};

class JobPoolTest : public testing::Test {
 protected:
  static constexpr unsigned fetchers = 4;
  static constexpr base::Duration patience = 2s;

  ~JobPoolTest() override {
    for (const auto& source : sources_) source->stop.request_stop();
  }

  SourcePtr source(const std::string& id, bool hangs) {
    SourceOptions options;
    options.tree.source = id;
    const auto connect = [this, hangs](const std::filesystem::path& /*mirror*/, const git::RemoteOptions& /*options*/) {
      Connection connection;
      connection.remote = std::make_unique<QuietRemote>(hangs, hanging_);
      return connection;
    };
    sources_.push_back(std::make_shared<Source>(std::move(options), std::filesystem::path("/nowhere"), connect));
    return sources_.back();
  }
  void check(const SourcePtr& source) { pool_.submit({source, Task::list, {}, clock_.steady()}); }

  bool take(Outcome& outcome) {
    const std::scoped_lock lock(mutex_);
    if (outcomes_.empty()) return false;
    outcome = std::move(outcomes_.front());
    outcomes_.pop_front();
    return true;
  }

  // Does as the syncer does until this source's check has ended. Time passes whenever all fetchers hang.
  Outcome run_until(const SourcePtr& source) {
    for (;;) {
      Outcome outcome;
      while (!take(outcome)) {
        if (hanging_ == fetchers) clock_.advance(patience);
        pool_.relieve();
        std::this_thread::yield();
      }
      if (outcome.job.source == source) return outcome;
      EXPECT_TRUE(outcome.cut) << outcome.job.source->id();
      outcome.job.source->slow = true;
      check(outcome.job.source);
    }
  }

  base::ManualClock clock_;
  metrics::Timings timings_{"operation"};
  const ReportProgress progress_;
  const std::atomic<bool> serving_{false};
  std::atomic<unsigned> hanging_{0};  // remotes
  std::vector<SourcePtr> sources_;
  std::mutex mutex_;
  std::deque<Outcome> outcomes_;  // guarded by mutex_
  JobPool pool_{fetchers, patience, {clock_, timings_, progress_, serving_}, [this](Outcome outcome) {
                  const std::scoped_lock lock(mutex_);
                  outcomes_.push_back(std::move(outcome));
                }};
};

// None of them is known to be slow before.
TEST_F(JobPoolTest, ServesASourceInOrderThoughMoreRemotesHangThanThereAreFetchers) {
  constexpr int hanging = 10;
  for (int i = 0; i < hanging; ++i) check(source(fmt::format("hanging{}", i), true));
  const SourcePtr good = source("good", false);
  for (int i = 0; i < 20; ++i) {
    check(good);
    EXPECT_TRUE(run_until(good).status.has_value());
  }
  EXPECT_LE(pool_.load().cut, std::uint64_t{hanging})
      << "each is cut once, and has a share of the fetchers from then on";
  EXPECT_GE(pool_.load().cut, 1U);
  EXPECT_GE(pool_.load().waiting, std::size_t{hanging} - fetchers);
}

TEST_F(JobPoolTest, LetsAHangingCheckBeWhereNobodyWaits) {
  check(source("hanging", true));
  clock_.advance(1h);
  pool_.relieve();
  const SourcePtr good = source("good", false);
  check(good);
  EXPECT_TRUE(run_until(good).status.has_value());
  EXPECT_EQ(pool_.load().cut, 0U);
}

}  // namespace
}  // namespace aureacore::sync
