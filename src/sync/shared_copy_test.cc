#include "sync/shared_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "cache/embedded_store.h"
#include "cache/testing.h"
#include "sync/test_syncer.h"

namespace aureacore::sync {
namespace {

using catalog::Degraded;
using testing::HasSubstr;
using State = SharedStatus::State;
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

 private:
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<cache::testing::Folder>> folders_;
  std::shared_ptr<cache::Store> store_;  // guarded by mutex_
};

// One instance's way to it.
class View final : public cache::Store {
 public:
  explicit View(Shared& shared) : shared_(shared) {}

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const cache::Digest> digests,
                                                            Deadline deadline) override {
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
    return call(*shared_.store());
  }

  Shared& shared_;
  std::shared_ptr<cache::Store> subscribed_;  // outlives the subscription
};

std::vector<std::string> entities(const catalog::SnapshotPtr& snapshot) {
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
    options_.deferral = 5ms;
    copy_.instance = name_;
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
      return std::make_shared<View>(shared_);
    };
    slot_ = std::make_unique<catalog::SnapshotSlot>();
    shared_copy_ =
        std::make_unique<SharedCopy>(copy_, SharedCopy::Dependencies{clock_, log_, open, [] { return 0.5; }});
    Syncer::Dependencies dependencies{clock_, log_, *slot_, [] { return 0.5; }, connect, {}, {}, shared_copy_.get()};
    syncer_ = std::make_unique<Syncer>(options_, std::move(dependencies), std::move(sources));
    syncer_->start();
  }
  void stop() {
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
  Syncer& syncer() { return *syncer_; }
  SyncerOptions& options() { return options_; }
  SharedCopyOptions& copy_options() { return copy_; }

  Faults git;

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
  SyncerOptions options_;
  SharedCopyOptions copy_;
  std::unique_ptr<catalog::SnapshotSlot> slot_;
  std::unique_ptr<SharedCopy> shared_copy_;
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
      std::this_thread::yield();
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
      return instance.commit() == repository_.head() && instance.shared().state == State::in_step &&
             instance.shared().last_error.empty();
    });
  }

  git::TestRepository repository_;
  Shared shared_;
  Instance first_{"first", shared_};
  Instance second_{"second", shared_};
};

TEST_F(SharedCopyTest, AnotherInstanceStartsWarmWithoutGit) {
  repository_.commit_file("catalog-info.yaml", component("a", "  description: b\n"));
  repository_.commit_file("broken/catalog-info.yaml", "kind: Component\n");
  start_first();
  second_.git.set(repository_.url(), Fault::hang);
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.served() != nullptr; }));
  EXPECT_EQ(second_.commit(), repository_.head());
  EXPECT_EQ(entities(second_.served()), entities(first_.served()));
  EXPECT_EQ(second_.served()->diagnostics(), first_.served()->diagnostics());
  EXPECT_EQ(second_.served()->token(), first_.served()->token());
  EXPECT_EQ(second_.source().entities, 1);
  EXPECT_EQ(second_.served()->source("main")->freshness->degraded(), Degraded::mirror);
}

TEST_F(SharedCopyTest, TheAgeOfWhatNobodyHasCheckedIsItsCommits) {
  repository_.write("catalog-info.yaml", component("a"));
  repository_.git({"add", "-A"});
  repository_.git({"-c", "user.useConfigOnly=false", "commit", "-q", "-m", "old", "--date=2001-01-01T00:00:00Z"});
  start_first();
  second_.git.set(repository_.url(), Fault::hang);
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.served() != nullptr; }));
  const auto& state = *second_.served()->source("main");
  const auto age = std::chrono::steady_clock::now() - state.freshness->last_check();
  const auto commit = std::chrono::system_clock::now() - base::WallTime(std::chrono::seconds(state.time));
  EXPECT_NEAR(std::chrono::duration<double>(age).count(), std::chrono::duration<double>(commit).count(), 5);
}

TEST_F(SharedCopyTest, WhatOneInstanceFetchesAllServe) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  second_.git.set(repository_.url(), Fault::fail);
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/b"); }));
  EXPECT_FALSE(second_.has("component:default/a"));
  EXPECT_EQ(second_.commit(), repository_.head());
  EXPECT_EQ(second_.shared().adopted, 2);
}

TEST_F(SharedCopyTest, EachKnowsTheWholeFleetAndWhoIsGone) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  for (auto* instance : {&first_, &second_}) {
    instance->copy_options().beat = 10ms;
    instance->copy_options().presence = 200ms;
    instance->copy_options().release = "1.2.3";
  }
  start_first();
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return first_.shared().fleet.size() == 2; }));
  ASSERT_TRUE(eventually([&] { return first_.shared().fleet[1].version == second_.served()->token(); }));
  const auto fleet = first_.shared().fleet;
  EXPECT_EQ(fleet[0].instance, "first");
  EXPECT_EQ(fleet[1].instance, "second");
  EXPECT_EQ(fleet[1].release, "1.2.3");
  EXPECT_EQ(fleet[1].catalog, first_.shared().catalog);
  EXPECT_GE(fleet[1].age, 0s);
  second_.stop();
  EXPECT_TRUE(eventually([&] { return first_.shared().fleet.size() == 1; }));
}

TEST_F(SharedCopyTest, WhatAMemberSaysIsNotTrusted) {
  for (const std::string_view text :
       {"", "one line", "1\n2\n3\n4\n5", "r\nv\nd\nc\nnumber\nin-step\n\n", "r\nv\nd\nc\n1\nin-\x01step\n\n"}) {
    EXPECT_FALSE(parse_member("name", text)) << text;
  }
  const Member member{"i", "0.1.0", "v1-1-00", "digest", "catalog", 1500ms, "in-step", "git-open"};
  EXPECT_EQ(parse_member("i", member_text(member)), member);
  EXPECT_FALSE(parse_member(std::string(1000, 'i'), member_text(member)));
}

TEST_F(SharedCopyTest, WhoeverHasTheLeaseIsNotWaitedForForLong) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  first_.options().patience = 50ms;
  start_first();
  ASSERT_TRUE(eventually(
      [&] { return shared_.store()->acquire("fetch:main", "nobody", 1h, base::SteadyTime::max()) == true; }));
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(in_step(first_));
  EXPECT_GT(first_.shared().deferred, 0);
}

TEST_F(SharedCopyTest, MissedAnnouncementsAreMadeUpForOnceGitConfirmsThem) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  shared_.deaf = true;
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/b"); }));
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, WithoutGitsWordNoUnannouncedCatalogIsTaken) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  const auto before = second_.commit();
  second_.git.set(repository_.url(), Fault::fail);
  shared_.deaf = true;
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(in_step(first_));
  ASSERT_TRUE(eventually([&] { return second_.shared().refused > 0; }));
  EXPECT_EQ(second_.commit(), before);
  second_.git.set(repository_.url(), Fault::none);
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, AnEmptiedStoreIsFilledAgain) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  shared_.empty();
  ASSERT_TRUE(eventually([&] { return first_.shared().restored > 0; }));
  second_.git.set(repository_.url(), Fault::hang);
  second_.start(main());
  EXPECT_TRUE(eventually([&] { return second_.has("component:default/a"); }));
}

TEST_F(SharedCopyTest, AnOldHeadIsMovedForward) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  const auto old = shared_.store()->head(base::SteadyTime::max()).value().value();
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(in_step(first_));
  const auto now = shared_.store()->head(base::SteadyTime::max()).value().value();
  const std::vector<std::string> rewritten = {"main"};
  const auto moved = shared_.store()->move_head({now.manifest, rewritten, 1h}, old, base::SteadyTime::max());
  ASSERT_EQ(moved->outcome, cache::HeadMove::Outcome::moved);
  ASSERT_TRUE(eventually([&] { return shared_.store()->head(base::SteadyTime::max()).value() == now; }));
  EXPECT_TRUE(first_.has("component:default/b"));
  EXPECT_EQ(first_.shared().adopted, 0);
}

TEST_F(SharedCopyTest, ARewrittenBranchMovesTheHeadBack) {
  const auto kept = repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  repository_.commit_file("catalog-info.yaml", component("c"));
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  repository_.git({"reset", "-q", "--hard", kept});
  repository_.commit_file("catalog-info.yaml", component("d"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return first_.has("component:default/d"); }));
  // The head has the greater position, so nobody but Git can tell that it is past.
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/d"); }));
  EXPECT_TRUE(in_step(first_));
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, AMirrorFromBeforeARewriteTakesNobodyBack) {
  const auto kept = repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  repository_.commit_file("catalog-info.yaml", component("c"));
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  start_first();
  second_.stop();
  repository_.git({"reset", "-q", "--hard", kept});
  repository_.commit_file("catalog-info.yaml", component("d"));
  first_.refresh();
  ASSERT_TRUE(in_step(first_));
  const auto adopted = first_.shared().adopted;
  second_.git.set(repository_.url(), Fault::fail);
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/c"); }));
  const auto calls = second_.git.calls(repository_.url());
  ASSERT_TRUE(eventually([&] { return second_.git.calls(repository_.url()) > calls + 3; })) << "it asks Git, in vain";
  EXPECT_TRUE(first_.has("component:default/d"));
  EXPECT_EQ(first_.shared().adopted, adopted);
  EXPECT_EQ(shared_.store()->head(base::SteadyTime::max()).value()->version.find("main")->position, 2);
  second_.git.set(repository_.url(), Fault::none);
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, ServesOnWithoutTheStoreAndComesBack) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  shared_.out_of_reach = true;
  first_.start(main());
  ASSERT_TRUE(eventually([&] { return first_.has("component:default/a"); }));
  ASSERT_TRUE(eventually([&] { return first_.shared().state == State::unreachable; }));
  EXPECT_THAT(first_.shared().last_error, HasSubstr("out of reach"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return first_.has("component:default/b"); }));
  shared_.out_of_reach = false;
  ASSERT_TRUE(in_step(first_));
}

TEST_F(SharedCopyTest, GarbledPartsAreNotServed) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  shared_.garbled = true;
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/a"); }));
  EXPECT_EQ(second_.shared().adopted, 0);
  EXPECT_THAT(second_.log_text(), HasSubstr("shared catalog not read"));
}

TEST_F(SharedCopyTest, WhatAMirrorHasLaterIsNotTakenBack) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  const auto old = shared_.store()->head(base::SteadyTime::max()).value().value();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  second_.git.set(repository_.url(), Fault::none);
  shared_.out_of_reach = true;
  repository_.commit_file("catalog-info.yaml", component("b"));
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/b"); }));
  second_.stop();
  first_.stop();
  shared_.out_of_reach = false;
  second_.git.set(repository_.url(), Fault::fail);
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.served() != nullptr; }));
  EXPECT_TRUE(second_.has("component:default/b"));
  EXPECT_NE(second_.commit(), old.version.find("main")->commit);
}

TEST_F(SharedCopyTest, WhatWasTakenIsComparedWithGit) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.options().validation = 1ms;
  second_.start(main());
  ASSERT_TRUE(
      eventually([&] { return second_.log_text().find("shared version is what Git says") != std::string::npos; }));
  // From here on it works on its own again.
  first_.stop();
  repository_.commit_file("more/catalog-info.yaml", component("b"));
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/b"); }));
  EXPECT_TRUE(second_.has("component:default/a"));
  EXPECT_TRUE(eventually([&] { return second_.source().entities == 2; }));
}

TEST_F(SharedCopyTest, ASourceThatWasTakenIsGoneOnWithWithoutAMirror) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("gone/catalog-info.yaml", component("gone"));
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  EXPECT_EQ(second_.shared().adopted, 1);
  first_.stop();
  repository_.git({"rm", "-q", "-r", "gone"});
  repository_.commit_file("more/catalog-info.yaml", component("b"));
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/b"); }));
  EXPECT_TRUE(second_.has("component:default/a"));
  EXPECT_FALSE(second_.has("component:default/gone"));
  EXPECT_EQ(second_.served()->source("main")->position, 3);
  EXPECT_EQ(second_.served()->source("main")->files, 2);
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, TheGuardHoldsWhatOthersPublish) {
  for (int i = 0; i < 20; ++i) {
    repository_.write("c" + std::to_string(i) + "/catalog-info.yaml", component("c" + std::to_string(i)));
  }
  repository_.commit();
  first_.options().guard = {1, 1000};
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  repository_.git({"rm", "-q", "-r", "."});
  repository_.commit_file("catalog-info.yaml", component("last"));
  first_.refresh();
  ASSERT_TRUE(in_step(first_));
  ASSERT_TRUE(eventually([&] { return second_.shared().refused > 0; }));
  EXPECT_EQ(second_.served()->size(), 20);
  EXPECT_THAT(second_.log_text(), HasSubstr("update held back"));
}

TEST_F(SharedCopyTest, DifferentSourcesPublishedAtOnceAreBothServedByAll) {
  const git::TestRepository other;
  repository_.commit_file("catalog-info.yaml", component("a"));
  other.commit_file("catalog-info.yaml", component("x"));
  const std::vector<SourceOptions> sources = {source_options("main", repository_), source_options("other", other)};
  first_.start(sources);
  second_.start(sources);
  const auto both = [&](const std::string& one, const std::string& two) {
    return eventually([&] {
      return first_.has(one) && first_.has(two) && second_.has(one) && second_.has(two) &&
             first_.shared().state == State::in_step && second_.shared().state == State::in_step;
    });
  };
  ASSERT_TRUE(both("component:default/a", "component:default/x"));
  for (int i = 0; i < 10; ++i) {
    const std::string one = "a" + std::to_string(i);
    const std::string two = "x" + std::to_string(i);
    repository_.commit_file("catalog-info.yaml", component(one));
    other.commit_file("catalog-info.yaml", component(two));
    first_.refresh("main");
    second_.refresh("other");
    ASSERT_TRUE(both("component:default/" + one, "component:default/" + two)) << i;
  }
  EXPECT_TRUE(eventually([&] { return first_.shared().digest == second_.shared().digest; }));
}

TEST_F(SharedCopyTest, AnotherConfigurationSharesNothingAndTheNextOneTakesOver) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("more/catalog-info.yaml", component("b"));
  start_first();
  const auto name = first_.shared().catalog;
  auto changed = main();
  changed[0].tree.exclude = globs({"more/**"});
  EXPECT_NE(content_name(changed), name);
  auto interval = main();
  interval[0].interval = 7s;
  interval[0].remote.credentials.password = "other";
  EXPECT_EQ(content_name(interval), name);
  first_.syncer().reconfigure(changed);
  ASSERT_TRUE(eventually([&] { return !first_.has("component:default/b"); }));
  EXPECT_TRUE(eventually([&] { return first_.shared().catalog == content_name(changed); }));
}

// Whatever the order of commits, refreshes, faults and repairs: nobody goes back, and all end with the last commit.
TEST_F(SharedCopyTest, NobodyGoesBackAndAllEndAlike) {
  repository_.commit_file("catalog-info.yaml", component("c0"));
  Instance third("third", shared_);
  const std::array instances = {&first_, &second_, &third};
  for (auto* instance : instances) {
    instance->options().validation = 30ms;
    instance->start(main());
  }
  std::array<std::uint64_t, 3> positions{};
  const auto look = [&] {
    for (std::size_t i = 0; i < instances.size(); ++i) {
      const auto snapshot = instances[i]->served();
      const std::uint64_t position = snapshot ? snapshot->version().find("main")->position : 0;
      ASSERT_GE(position, positions[i]);
      positions[i] = position;
      if (!snapshot) continue;
      // A version is whole: each commit has one component, named after its position.
      EXPECT_EQ(snapshot->size(), 1);
      EXPECT_NE(snapshot->find("component:default/c" + std::to_string(position - 1)), nullptr);
    }
  };
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same each time
  for (int i = 1; i <= 40; ++i) {
    repository_.commit_file("catalog-info.yaml", component("c" + std::to_string(i)));
    instances[random() % 3]->refresh();
    switch (random() % 6) {
      case 0:
        shared_.out_of_reach = !shared_.out_of_reach;
        break;
      case 1:
        shared_.empty();
        break;
      case 2:
        shared_.deaf = !shared_.deaf;
        break;
      case 3:
        shared_.garbled = !shared_.garbled;
        break;
      case 4:
        instances[random() % 3]->git.set(repository_.url(), random() % 2 == 0 ? Fault::fail : Fault::none);
        break;
      default:
        break;
    }
    look();
  }
  shared_.out_of_reach = shared_.deaf = shared_.garbled = false;
  for (auto* instance : instances) instance->git.set(repository_.url(), Fault::none);
  for (auto* instance : instances) {
    instance->refresh();
    ASSERT_TRUE(eventually([&] {
      look();
      return instance->commit() == repository_.head() && instance->shared().state == State::in_step;
    }));
  }
  EXPECT_EQ(entities(first_.served()), entities(third.served()));
}

}  // namespace
}  // namespace aureacore::sync
