// For tests: several instances in one process, over real repositories, that share a store which can fail in many ways.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cache/embedded_store.h"
#include "cache/testing.h"
#include "sync/job_pool.h"
#include "sync/shared_copy.h"
#include "sync/test_syncer.h"

namespace aureacore::sync {

using namespace std::chrono_literals;

// What several instances share: a store that can be out of reach, be emptied and have other bytes put in place of its own.
class Shared {
 public:
  Shared() { empty(); }

  [[nodiscard]] std::shared_ptr<cache::Store> store() const {
    const std::scoped_lock lock(mutex_);
    return store_;
  }
  void empty() {
    auto folder = std::make_unique<cache::testing::Folder>();
    auto store = cache::EmbeddedStore::open(folder->path(), clock_, log_).value();
    const std::scoped_lock lock(mutex_);
    folders_.push_back(std::move(folder));
    store_ = std::move(store);
  }
  std::atomic<bool> out_of_reach{false};
  std::atomic<bool> deaf{false};     // no announcement gets through
  std::atomic<bool> garbled{false};  // parts are not what was put
  // Who gives a reading of parts less time than this gets none.
  std::atomic<std::chrono::seconds> reading_time{std::chrono::seconds(0)};

 private:
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<cache::testing::Folder>> folders_;
  std::shared_ptr<cache::Store> store_;  // guarded by mutex_
};

// How many calls an instance still makes before it is as if it had been killed: none of the later ones does anything.
class Life {
 public:
  void end_after(int calls) { left_ = calls; }
  [[nodiscard]] bool ended() const { return ended_; }
  // Whether this call is made.
  bool spend() {
    if (left_-- > 0) return true;
    ended_ = true;
    return false;
  }

 private:
  std::atomic<int> left_{std::numeric_limits<int>::max()};
  std::atomic<bool> ended_{false};
};

// One instance's way to it.
class View final : public cache::Store {
 public:
  View(Shared& shared, Life& life) : shared_(shared), life_(life) {}

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const cache::Digest> digests,
                                                            Deadline deadline) override {
    if (deadline < std::chrono::steady_clock::now() + shared_.reading_time.load()) {
      return base::fail(base::Code::timeout, "there was no answer within the deadline");
    }
    auto found = reach([&](Store& store) { return store.get(digests, deadline); });
    if (found && shared_.garbled) {
      for (auto& bytes : *found) {
        if (bytes) bytes->back() ^= 1;
      }
    }
    return found;
  }
  base::Status put(std::span<const cache::Part> parts, base::Duration ttl, Deadline deadline) override {
    return reach([&](Store& store) { return store.put(parts, ttl, deadline); });
  }
  base::Result<std::vector<bool>> renew(std::span<const cache::Digest> digests, base::Duration ttl,
                                        Deadline deadline) override {
    return reach([&](Store& store) { return store.renew(digests, ttl, deadline); });
  }
  base::Result<std::optional<cache::Head>> head(Deadline deadline) override {
    return reach([&](Store& store) { return store.head(deadline); });
  }
  base::Result<cache::HeadMove> move_head(const cache::MoveTerms& terms, const cache::Head& next,
                                          Deadline deadline) override {
    return reach([&](Store& store) { return store.move_head(terms, next, deadline); });
  }
  base::Result<bool> acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                             Deadline deadline) override {
    return reach([&](Store& store) { return store.acquire(lease, owner, duration, deadline); });
  }
  base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                 Deadline deadline) override {
    return reach([&](Store& store) { return store.renew_lease(lease, owner, duration, deadline); });
  }
  base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) override {
    return reach([&](Store& store) { return store.release(lease, owner, deadline); });
  }
  base::Result<cache::Members> meet(std::string_view member, std::string_view text, base::Duration duration,
                                    Deadline deadline) override {
    return reach([&](Store& store) { return store.meet(member, text, duration, deadline); });
  }
  base::Status announce(const cache::Announcement& announcement, Deadline deadline) override {
    if (shared_.deaf) return {};
    return reach([&](Store& store) { return store.announce(announcement, deadline); });
  }
  std::unique_ptr<Subscription> subscribe(Listener listener) override {
    subscribed_ = shared_.store();
    return subscribed_->subscribe(std::move(listener));
  }

 private:
  template <class Call>
  std::invoke_result_t<Call, Store&> reach(const Call& call) {
    if (shared_.out_of_reach) return base::fail(base::Code::unavailable, "the store is out of reach");
    if (!life_.spend()) return base::fail(base::Code::unavailable, "the instance was killed");
    return call(*shared_.store());
  }

  Shared& shared_;
  Life& life_;
  std::shared_ptr<cache::Store> subscribed_;  // outlives the subscription
};

// What is held of a source's jobs.
struct Hold {
  std::atomic<bool> on{false};
  std::atomic<int> waiting{0};
};

// Jobs as usual, but that the comparisons of "main" can be held.
class HoldingJobs final : public Jobs {
 public:
  HoldingJobs(Hold& hold, const SyncerOptions& options, const JobContext& context, Done done)
      : hold_(hold), pool_(options.fetchers, options.check_patience, context, std::move(done)) {}

  void submit(Job job) override {
    if (!hold_.on || job.task != Task::compare || job.source->id() != "main") return pool_.submit(std::move(job));
    waiting_.push_back(std::move(job));
    ++hold_.waiting;
  }
  void relieve() override {
    if (!hold_.on) {
      for (auto& job : std::exchange(waiting_, {})) pool_.submit(std::move(job));
    }
    pool_.relieve();
  }

 private:
  Hold& hold_;
  std::vector<Job> waiting_;
  JobPool pool_;
};

inline std::vector<std::string> entities(const catalog::SnapshotPtr& snapshot) {
  std::vector<std::string> all;
  if (!snapshot) return all;
  snapshot->visit(snapshot->everything(), {}, [&](const catalog::Entity& entity) {
    all.emplace_back();
    entity.append_json(all.back());
    return true;
  });
  return all;
}

// One process of a fleet: a syncer with its own mirrors and its own way to Git.
class Instance {
 public:
  Instance(std::string name, Shared& shared) : name_(std::move(name)), shared_(shared) {
    options_.mirrors = folder_.path() / "mirrors";
    options_.grace = 0ms;
    options_.backoff = {1ms, 2ms, 5ms};
    options_.breaker = {3, 20ms, 50ms};
    options_.validation = 1h;
    options_.preparation = 1h;
    options_.deferral = 5ms;
    copy_.instance = name_;
    copy_.tier = catalog::Tier::redis;
    copy_.interval = 20ms;
    copy_.lease = 300ms;
    copy_.backoff = {1ms, 2ms, 5ms};
  }
  ~Instance() { stop(); }

  void start(std::vector<SourceOptions> sources) {
    const auto connect = [this](const std::filesystem::path& mirror, const git::RemoteOptions& options) {
      auto connection = connect_git(mirror, options);
      connection.remote = std::make_unique<FaultyRemote>(std::move(connection.remote), git, options.url.text);
      return connection;
    };
    const auto open = [this](const std::string&,
                             const std::stop_token&) -> base::Result<std::shared_ptr<cache::Store>> {
      if (shared_.out_of_reach) return base::fail(base::Code::unavailable, "the store is out of reach");
      return std::make_shared<View>(shared_, life);
    };
    slot_ = std::make_unique<catalog::SnapshotSlot>();
    shared_copy_ = std::make_unique<SharedCopy>(
        copy_, SharedCopy::Dependencies{clock_, log_, open, [] { return 0.5; }, nullptr, &conflicts_});
    archive_ = std::make_unique<Archive>(ArchiveOptions{.directory = folder_.path(), .mirrors = options_.mirrors},
                                         clock_, log_, shared_copy_.get());
    Syncer::Dependencies dependencies{
        clock_, log_, *slot_, [] { return 0.5; }, connect, {}, {}, shared_copy_.get(), &conflicts_, archive_.get()};
    dependencies.jobs = [this](const JobContext& context, Jobs::Done done) {
      return std::make_unique<HoldingJobs>(hold, options_, context, std::move(done));
    };
    syncer_ = std::make_unique<Syncer>(options_, std::move(dependencies), std::move(sources));
    syncer_->start();
  }
  void stop() {
    if (archive_) archive_->stop();
    if (syncer_) syncer_->stop();
  }

  [[nodiscard]] catalog::SnapshotPtr served() const { return slot_->latest(); }
  [[nodiscard]] std::string commit(const std::string& source = "main") const {
    const auto snapshot = served();
    const auto* component = snapshot ? snapshot->version().find(source) : nullptr;
    return component == nullptr ? std::string() : component->commit;
  }
  [[nodiscard]] bool has(const std::string& key) const {
    const auto snapshot = served();
    return snapshot && snapshot->find(key) != nullptr;
  }
  [[nodiscard]] SourceStatus source(const std::string& id = "main") const {
    for (auto& status : syncer_->sources()) {
      if (status.id == id) return status;
    }
    return {};
  }
  [[nodiscard]] SharedStatus shared() const { return shared_copy_->status(); }
  std::string log_text() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  void refresh(const std::string& source = "main") { syncer_->refresh(source); }
  [[nodiscard]] const Conflicts& conflicts() const { return conflicts_; }
  Syncer& syncer() { return *syncer_; }
  Archive& archive() { return *archive_; }
  // What becomes of a version that is asked for.
  base::Result<Recalled> recall(const std::string& token) {
    std::promise<base::Result<Recalled>> answer;
    EXPECT_TRUE(archive_->recall(token, [&](const base::Result<Recalled>& result) { answer.set_value(result); }));
    return answer.get_future().get();
  }
  SyncerOptions& options() { return options_; }
  SharedCopyOptions& copy_options() { return copy_; }

  SharedCopy& copy() { return *shared_copy_; }

  Faults git;
  Life life;
  Hold hold;

 private:
  const std::string name_;
  Shared& shared_;
  git::TemporaryFolder folder_;
  base::SystemClock clock_;
  std::mutex mutex_;
  std::string lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) {
                   const std::scoped_lock lock(mutex_);
                   lines_ += line;
                 }};
  Conflicts conflicts_{clock_, log_};
  SyncerOptions options_;
  SharedCopyOptions copy_;
  std::unique_ptr<catalog::SnapshotSlot> slot_;
  std::unique_ptr<SharedCopy> shared_copy_;
  std::unique_ptr<Archive> archive_;
  std::unique_ptr<Syncer> syncer_;
};

class SharedCopyTest : public testing::Test {
 protected:
  // Looks again and again: what is waited for happens in threads of several instances.
  template <class Condition>
  [[nodiscard]] static bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // threads of low priority have their turn
    }
    return true;
  }
  [[nodiscard]] std::vector<SourceOptions> main() const { return {source_options("main", repository_)}; }
  // The first instance runs, and all that it serves is in the store.
  void start_first() {
    first_.start(main());
    ASSERT_TRUE(in_step(first_));
  }
  [[nodiscard]] bool in_step(const Instance& instance) const {
    return eventually([&] {
      return instance.commit() == repository_.head() && instance.shared().state == SharedStatus::State::in_step &&
             instance.shared().last_error.empty();
    });
  }

  git::TestRepository repository_;
  Shared shared_;
  Instance first_{"first", shared_};
  Instance second_{"second", shared_};
};

}  // namespace aureacore::sync
