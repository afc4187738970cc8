#include "sync/syncer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_syncer.h"

namespace aureacore::sync {
namespace {

using catalog::Degraded;
using testing::HasSubstr;

TEST_F(SyncerTest, PublishesWhatTheSourceHas) {
  const auto commit = repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value(); }));
  const auto status = this->status("main");
  EXPECT_EQ(status.commit, commit);
  EXPECT_EQ(status.position, 1);
  EXPECT_EQ(status.entities, 1);
  EXPECT_EQ(status.branch, "main");
  EXPECT_EQ(status.degraded, Degraded::no);
  EXPECT_TRUE(status.loaded);
  const auto snapshot = slot_->latest();
  EXPECT_EQ(snapshot->version().find("main")->commit, commit);
  EXPECT_EQ(snapshot->source("main")->subject, "change");
  EXPECT_LE(clock_.steady() - freshness("main").last_check(), std::chrono::seconds(30));
}

TEST_F(SyncerTest, TakesANewCommitWhenItIsAskedToRefresh) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  repository_.commit_file("catalog-info.yaml", component("b"));
  EXPECT_TRUE(syncer_->refresh("main"));
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_FALSE(has("component:default/a"));
  EXPECT_EQ(slot_->latest()->version().find("main")->position, 2);
  EXPECT_FALSE(syncer_->refresh("other"));
}

TEST_F(SyncerTest, TakesANewCommitByItself) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  auto options = source_options("main", repository_);
  options.interval = std::chrono::milliseconds(10);
  start({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  repository_.commit_file("catalog-info.yaml", component("b"));
  EXPECT_TRUE(eventually([&] { return has("component:default/b"); }));
}

TEST_F(SyncerTest, BecomesFresherWithoutANewSnapshotWhereNothingChanged) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  const auto before = freshness("main").last_check();
  const auto generation = slot_->generation();
  syncer_->refresh("main");
  EXPECT_TRUE(eventually([&] { return freshness("main").last_check() > before; }));
  EXPECT_EQ(slot_->generation(), generation);
}

TEST_F(SyncerTest, AnEarlierSnapshotDoesNotBecomeFresherByChecksThatFoundALaterCommit) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value() && has("component:default/a"); }));
  const auto held = slot_->latest();
  const auto checked = held->last_check();
  repository_.commit_file("catalog-info.yaml", component("b"));
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return has("component:default/b") && freshness("main").last_check() > checked; }));
  EXPECT_EQ(held->last_check(), checked);
  const auto later = freshness("main").last_check();
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return freshness("main").last_check() > later; }));
  EXPECT_EQ(held->last_check(), checked);
}

TEST_F(SyncerTest, ServesOnWhileTheRemoteIsOutOfReachAndHeals) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  const auto checked = freshness("main").last_check();
  faults_.set(repository_.url(), Fault::fail);
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::git_open; }));
  EXPECT_TRUE(has("component:default/a"));
  EXPECT_EQ(freshness("main").last_check(), checked);
  ASSERT_TRUE(eventually([&] { return status("main").failures >= 3; }));
  EXPECT_THAT(status("main").last_error, HasSubstr("out of order"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  faults_.set(repository_.url(), Fault::none);
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  ASSERT_TRUE(eventually([&] { return status("main").breaker == "closed"; }));
  EXPECT_EQ(freshness("main").degraded(), Degraded::no);
  EXPECT_EQ(status("main").last_error, "");
}

TEST_F(SyncerTest, SaysThatTheDiskIsFull) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  faults_.set(repository_.url(), Fault::full);
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::disk_full; }));
  ASSERT_TRUE(eventually([&] { return status("main").breaker == "open"; }));
  EXPECT_EQ(freshness("main").degraded(), Degraded::disk_full) << "and not that git is out of reach";
  faults_.set(repository_.url(), Fault::none);
  EXPECT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::no; }));
}

TEST_F(SyncerTest, StartsFromTheMirrorWhileTheRemoteHangs) {
  const auto commit = repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value(); }));
  const auto checked = freshness("main").last_check();
  faults_.set(repository_.url(), Fault::hang);
  restart({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  EXPECT_EQ(freshness("main").degraded(), Degraded::mirror);
  EXPECT_LE(freshness("main").last_check() - checked, std::chrono::milliseconds(50));
  EXPECT_EQ(slot_->latest()->version().find("main")->commit, commit);
  EXPECT_EQ(slot_->latest()->version().find("main")->position, 1);
  repository_.commit_file("catalog-info.yaml", component("b"));
  faults_.set(repository_.url(), Fault::none);
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::no; }));
}

TEST_F(SyncerTest, HasNothingToServeBeforeEverySourceIsLoaded) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  faults_.set(other.url(), Fault::fail);
  start({source_options("first", repository_), source_options("second", other)});
  ASSERT_TRUE(eventually([&] { return status("first").loaded && status("second").failures > 0; }));
  EXPECT_EQ(slot_->latest(), nullptr);
  faults_.set(other.url(), Fault::none);
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_TRUE(has("component:default/a"));
  EXPECT_EQ(slot_->generation(), 1);
}

TEST_F(SyncerTest, SettlesAConflictByPlaceAndReportsIt) {
  repository_.commit_file("catalog-info.yaml", component("same", "  title: From b\n"));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("same", "  title: From a\n"));
  start({source_options("b", repository_), source_options("a", other)});
  ASSERT_TRUE(eventually([&] { return has("component:default/same"); }));
  EXPECT_THAT(json("component:default/same"), HasSubstr("From a"));
  EXPECT_EQ(slot_->latest()->diagnostics().size(), 2);
  other.commit_file("catalog-info.yaml", component("different"));
  syncer_->refresh("a");
  ASSERT_TRUE(eventually([&] { return has("component:default/different"); }));
  EXPECT_THAT(json("component:default/same"), HasSubstr("From b"));
  EXPECT_TRUE(slot_->latest()->diagnostics().empty());
}

TEST_F(SyncerTest, KeepsTheLastGoodVersionOfABrokenFile) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  repository_.commit_file("catalog-info.yaml", "kind: [");
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return slot_->latest()->version().find("main")->position == 2; }));
  EXPECT_THAT(json("component:default/a"), HasSubstr("aureacore.io/last-good-version"));
  EXPECT_EQ(slot_->latest()->diagnostics().size(), 1);
  repository_.commit_file("catalog-info.yaml", component("a"));
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return slot_->latest()->version().find("main")->position == 3; }));
  EXPECT_THAT(json("component:default/a"), testing::Not(HasSubstr("aureacore.io/last-good-version")));
}

class GuardTest : public SyncerTest {
 protected:
  void SetUp() override {
    options_.guard = {.share = 0.5, .count = 2};
    for (int i = 0; i < 6; ++i) write(i);
    first_ = repository_.commit();
    start({source_options("main", repository_)});
    ASSERT_TRUE(eventually([&] { return slot_->latest() && slot_->latest()->size() == 6; }));
    ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value(); }));
    repository_.git({"rm", "-q", "-r", "0", "1", "2", "3"});
    repository_.commit();
    syncer_->refresh("main");
    ASSERT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::held; }));
  }
  void write(int i) const {
    repository_.write(fmt::format("{}/catalog-info.yaml", i), component(fmt::format("c{}", i)));
  }
  std::string first_;
};

TEST_F(GuardTest, HoldsACommitThatWouldTakeAwayTooMuch) {
  EXPECT_EQ(slot_->latest()->size(), 6);
  EXPECT_EQ(slot_->latest()->version().find("main")->commit, first_);
  const auto checked = freshness("main").last_check();
  const auto before = *status("main").last_check;
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return *status("main").last_check > before; }));
  EXPECT_EQ(freshness("main").last_check(), checked) << "what is served does not become fresher by holding";
  EXPECT_EQ(freshness("main").degraded(), Degraded::held);
}

TEST_F(GuardTest, ReleasesWithTheNextCommitThatDoesNot) {
  for (int i = 0; i < 3; ++i) write(i);
  repository_.commit();
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return slot_->latest()->size() == 5; }));
  EXPECT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::no; }));
}

TEST_F(GuardTest, AnOperatorReleasesTheVeryCommitThatIsHeld) {
  ASSERT_TRUE(eventually([&] { return status("main").held.has_value(); }));
  const auto held = status("main").held;
  ASSERT_TRUE(held.has_value());
  EXPECT_EQ(held->commit, repository_.git({"rev-parse", "HEAD"}));
  EXPECT_EQ(held->gone, 4U);
  EXPECT_EQ(held->of, 6U);
  EXPECT_EQ(syncer_->release("none", held->commit), Release::unknown);
  EXPECT_EQ(syncer_->release("main", first_), Release::other);
  EXPECT_EQ(slot_->latest()->size(), 6);
  EXPECT_EQ(syncer_->release("main", held->commit), Release::released);
  ASSERT_TRUE(eventually([&] { return slot_->latest()->size() == 2; }));
  EXPECT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::no; }));
  EXPECT_FALSE(status("main").held.has_value());
  EXPECT_EQ(syncer_->release("main", held->commit), Release::nothing);
  EXPECT_THAT(log_text(), HasSubstr("held update released"));
}

TEST_F(GuardTest, ReleasesNoOtherCommitThanTheOneThatIsHeld) {
  ASSERT_TRUE(eventually([&] { return status("main").held.has_value(); }));
  const auto held = status("main").held;
  ASSERT_TRUE(held.has_value());
  for (int i = 0; i < 4; ++i) write(i);
  repository_.commit();
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return freshness("main").degraded() == Degraded::no; }));
  repository_.git({"rm", "-q", "-r", "2", "3", "4", "5"});
  repository_.commit();
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return status("main").held.has_value(); }));
  EXPECT_EQ(syncer_->release("main", held->commit), Release::other);
  EXPECT_EQ(slot_->latest()->size(), 6);
}

TEST_F(GuardTest, HoldsOnAcrossARestart) {
  restart({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return slot_->latest() && freshness("main").degraded() == Degraded::held; }));
  EXPECT_EQ(slot_->latest()->size(), 6);
}

// So many are worked on by a thread of their own.
TEST_F(SyncerTest, TakesVeryManyDefinitionsAtOnceAndFewAfterThem) {
  std::string many = component("c0");
  for (std::size_t i = 1; i <= catalog::Editor::bulk_size; ++i) many += "---\n" + component("c" + std::to_string(i));
  repository_.commit_file("catalog-info.yaml", many);
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/c1024"); }));
  EXPECT_EQ(slot_->latest()->size(), catalog::Editor::bulk_size + 1);
  repository_.commit_file("catalog-info.yaml", many + "---\n" + component("last"));
  ASSERT_TRUE(syncer_->refresh("main"));
  EXPECT_TRUE(eventually([&] { return has("component:default/last"); }));
  EXPECT_EQ(slot_->latest()->size(), catalog::Editor::bulk_size + 2);
}

TEST_F(SyncerTest, ChecksSourcesOfCriticalEntitiesMoreOften) {
  const std::string critical = "  annotations: {aureacore.io/criticality: critical}\n";
  repository_.commit_file("catalog-info.yaml", component("a", critical));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  options_.intervals.critical = std::chrono::milliseconds(10);
  auto low = source_options("low", other);
  low.criticality = entity::Criticality::low;
  start({source_options("main", repository_), low});
  ASSERT_TRUE(eventually([&] { return has("component:default/a") && status("main").checks >= 3; }));
  EXPECT_EQ(status("main").criticality, "critical");
  EXPECT_EQ(status("main").interval, std::chrono::milliseconds(10));
  EXPECT_EQ(status("low").criticality, "low");
  EXPECT_EQ(status("low").checks, 1U);
  EXPECT_EQ(slot_->latest()->source("main")->interval, std::chrono::hours(1)) << "what is promised stays";
  repository_.commit_file("catalog-info.yaml", component("a"));
  EXPECT_TRUE(eventually([&] { return status("main").criticality == "normal"; }));
}

TEST_F(SyncerTest, BoundsTheRetriesOfAllFailingSourcesTogether) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  std::vector<git::TestRepository> broken(3);
  std::vector<SourceOptions> sources{source_options("good", repository_)};
  for (std::size_t i = 0; i < broken.size(); ++i) {
    broken[i].commit_file("catalog-info.yaml", component(fmt::format("h{}", i)));
    sources.push_back(source_options(fmt::format("broken{}", i), broken[i]));
  }
  options_.retries = {.share = 0, .every = std::chrono::hours(1), .burst = 5};
  start(sources);
  ASSERT_TRUE(eventually([&] { return slot_->latest() && slot_->latest()->size() == broken.size() + 1; }));
  const auto failures = [&] {
    std::uint64_t sum = 0;
    for (const auto& source : syncer_->sources()) sum += source.failures;
    return sum;
  };
  for (std::size_t i = 0; i < broken.size(); ++i) {
    faults_.set(broken[i].url(), Fault::fail);
    syncer_->refresh(fmt::format("broken{}", i));
  }
  metrics::Registry registry;
  syncer_->register_metrics(registry);
  ASSERT_TRUE(eventually([&] { return failures() >= broken.size() + 5; }));
  ASSERT_TRUE(eventually(
      [&] { return registry.expose().find("aureacore_git_retries_refused_total 0\n") == std::string::npos; }));
  EXPECT_EQ(failures(), broken.size() + 5) << "the first of each, and five more";
  repository_.commit_file("catalog-info.yaml", component("b"));
  syncer_->refresh("good");
  EXPECT_TRUE(eventually([&] { return has("component:default/b"); }));
}

TEST_F(SyncerTest, TakesOverAnotherConfiguration) {
  repository_.write("catalog-info.yaml", component("a"));
  repository_.write("extra.yaml", component("extra"));
  repository_.commit();
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  const git::TestRepository third;
  third.commit_file("catalog-info.yaml", component("c"));
  start({source_options("first", repository_), source_options("second", other)});
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));

  auto changed = source_options("first", repository_);
  changed.tree.include = globs({"extra.yaml"});
  syncer_->reconfigure({changed, source_options("third", third)});
  ASSERT_TRUE(eventually([&] { return has("component:default/c") && has("component:default/extra"); }));
  ASSERT_TRUE(eventually([&] { return !has("component:default/b"); }));
  EXPECT_FALSE(has("component:default/a"));
  EXPECT_EQ(slot_->latest()->sources().size(), 2);
  EXPECT_EQ(slot_->latest()->version().find("second"), nullptr);
  ASSERT_TRUE(eventually([&] { return syncer_->sources().size() == 2; }));
}

// Done by the test, when it likes.
class JobsByHand final : public Jobs {
 public:
  explicit JobsByHand(std::vector<Job>& jobs) : jobs_(jobs) {}
  void submit(Job job) override { jobs_.push_back(std::move(job)); }

 private:
  std::vector<Job>& jobs_;
};

TEST_F(SyncerTest, IsReconfiguredWhileASourceIsLoadedAndItsRemoteHasAnswered) {
  const auto options = source_options("main", repository_);
  const auto commit = repository_.commit_file("catalog-info.yaml", component("a"));
  std::filesystem::create_directories(options_.mirrors);
  ASSERT_TRUE(write_record(options_.mirrors / (mirror_name(options) + ".checked"), {"main", commit, 1, clock_.wall()}));
  std::vector<Job> jobs;
  Jobs::Done done;
  slot_ = std::make_unique<catalog::SnapshotSlot>();
  Syncer::Dependencies dependencies{clock_, log_, *slot_, [] { return 0.5; }, connect_git, {}, {}};
  dependencies.jobs = [&](const JobContext&, Jobs::Done handed) {
    done = std::move(handed);
    return std::make_unique<JobsByHand>(jobs);
  };
  syncer_ = std::make_unique<Syncer>(options_, std::move(dependencies), std::vector{options});
  syncer_->begin();
  syncer_->turn();
  ASSERT_EQ(jobs.size(), 2U);
  ASSERT_EQ(jobs[0].task, Task::load);
  ASSERT_EQ(jobs[1].task, Task::list);
  done({.job = jobs[1], .tip = {"main", commit}});
  syncer_->turn();

  auto changed = options;
  changed.tree.exclude = globs({"more/**"});
  syncer_->reconfigure({changed});
  syncer_->turn();
  EXPECT_EQ(jobs.size(), 2U) << "the mirror is still used";
  EXPECT_GT(syncer_->next(), clock_.steady()) << "until the job ends there is nothing to do";
  done({.job = jobs[0], .status = base::fail(base::Code::timeout, "stopped")});
  syncer_->turn();
  ASSERT_EQ(jobs.size(), 4U);
  EXPECT_EQ(jobs[3].task, Task::list);
  EXPECT_NE(jobs[3].source, jobs[1].source);
}

TEST_F(SyncerTest, ServesTheOldConfigurationUntilTheNewIsLoaded) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  faults_.set(other.url(), Fault::fail);
  syncer_->reconfigure({source_options("main", other)});
  ASSERT_TRUE(eventually([&] { return status("main").failures > 0; }));
  EXPECT_TRUE(has("component:default/a"));
  faults_.set(other.url(), Fault::none);
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_FALSE(has("component:default/a"));
}

TEST_F(SyncerTest, TheConflictsOfASourceThatIsRemovedAreSettled) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  const git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("b"));
  start({source_options("first", repository_), source_options("second", other)});
  ASSERT_TRUE(eventually([&] { return status("second").last_check && has("component:default/b"); }));
  conflicts_.open({.kind = Conflict::Kind::rewritten_history, .source = "second"});
  syncer_->reconfigure({source_options("first", repository_)});
  ASSERT_TRUE(eventually([&] { return !has("component:default/b"); }));
  EXPECT_EQ(conflicts_.counts().open, 0U);
}

TEST_F(SyncerTest, AMirrorThatCantBeReachedIsAFailureLikeAnyOther) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  std::filesystem::create_symlink("loop", folder_.path() / "loop");
  options_.mirrors = folder_.path() / "loop" / "mirrors";
  start({source_options("main", repository_)});
  EXPECT_TRUE(eventually([&] { return status("main").failures > 0; }));
}

TEST_F(SyncerTest, ShowsAnotherIntervalAtOnce) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  auto options = source_options("main", repository_);
  start({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  options.interval = std::chrono::minutes(7);
  syncer_->reconfigure({options});
  EXPECT_TRUE(eventually([&] { return slot_->latest()->source("main")->interval == std::chrono::minutes(7); }));
  EXPECT_TRUE(has("component:default/a"));
}

TEST_F(SyncerTest, StopsPromptlyWhileARemoteHangs) {
  faults_.set(repository_.url(), Fault::hang);
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return faults_.calls(repository_.url()) > 0; }));
  syncer_->stop();
  EXPECT_EQ(slot_->latest(), nullptr);
}

TEST_F(SyncerTest, FollowsARewrittenBranchAndCountsIt) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_TRUE(conflicts_.list().empty());
  const auto before = repository_.head();
  repository_.git({"reset", "-q", "--hard", "HEAD~1"});
  repository_.commit_file("other.txt", "x");
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  EXPECT_FALSE(has("component:default/b"));
  EXPECT_THAT(log_text(), HasSubstr("history rewritten"));
  ASSERT_TRUE(eventually([&] { return conflicts_.counts().open == 0; }));
  const auto conflict = conflicts_.list().at(0);
  EXPECT_EQ(conflict.kind, Conflict::Kind::rewritten_history);
  EXPECT_EQ(conflict.source, "main");
  EXPECT_EQ(conflict.ours, (Conflict::Side{"this instance", 2, before, {}}));
  EXPECT_EQ(conflict.theirs, (Conflict::Side{"remote", 2, repository_.head(), {}}));
  EXPECT_EQ(conflict.outcome, Conflict::Outcome::theirs);
}

TEST_F(SyncerTest, AHeldRewriteIsAConflictUntilTheRemoteTakesItBack) {
  for (int i = 0; i < 20; ++i) {
    repository_.write("c" + std::to_string(i) + "/catalog-info.yaml", component("c" + std::to_string(i)));
  }
  repository_.commit();
  const auto kept = repository_.head();
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/c1"); }));
  repository_.git({"rm", "-q", "-r", "."});
  repository_.write("catalog-info.yaml", component("last"));
  repository_.git({"add", "-A"});
  repository_.git({"commit", "-q", "--amend", "-m", "all gone"});
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return status("main").degraded == catalog::Degraded::held; }));
  syncer_->refresh("main");
  EXPECT_TRUE(has("component:default/c1"));
  EXPECT_EQ(conflicts_.counts().open, 1U);
  repository_.git({"reset", "-q", "--hard", kept});
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return conflicts_.counts().open == 0; }));
  EXPECT_EQ(conflicts_.list().at(0).outcome, Conflict::Outcome::ours);
  EXPECT_EQ(conflicts_.counts().total, 1U);
}

TEST_F(SyncerTest, FetchesAgainWhereTheMirrorWasDeleted) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value(); }));
  std::filesystem::remove_all(options_.mirrors);
  std::filesystem::create_directories(options_.mirrors);
  repository_.commit_file("catalog-info.yaml", component("b"));
  syncer_->refresh("main");
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); }));
  EXPECT_FALSE(has("component:default/a"));
}

TEST_F(SyncerTest, ReadsThroughAPartialClone) {
  repository_.allow_filter();
  repository_.write("catalog-info.yaml", component("a", "  description:\n    $text: ./text.md\n"));
  repository_.write("text.md", "from a placeholder");
  repository_.write("big.bin", std::string(100'000, 'x'));
  repository_.commit();
  auto options = source_options("main", repository_);
  options.remote.url = git::parse_url("file://" + repository_.url(), {.local = true}).value();
  start({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  EXPECT_THAT(json("component:default/a"), HasSubstr("from a placeholder"));
  EXPECT_TRUE(eventually([&] { return status("main").partial_clone; }));
}

TEST_F(SyncerTest, StartsBehindABadCommitWithTheLastGoodVersion) {
  repository_.commit_file("catalog-info.yaml", component("a", "  title: Good\n"));
  repository_.commit_file("catalog-info.yaml", "]");
  start({source_options("main", repository_)});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  EXPECT_THAT(json("component:default/a"), HasSubstr("\"title\":\"Good\""));
  EXPECT_THAT(json("component:default/a"), HasSubstr("aureacore.io/last-good-version"));
}

TEST_F(SyncerTest, AsksAPartialClonesRemoteForWhatWasGoodEarlier) {
  repository_.allow_filter();
  repository_.commit_file("catalog-info.yaml", component("a"));
  const auto good = repository_.git({"rev-parse", "HEAD:catalog-info.yaml"});
  repository_.write("other/catalog-info.yaml", component("b"));
  repository_.commit_file("catalog-info.yaml", "]");
  auto options = source_options("main", repository_);
  options.remote.url = git::parse_url("file://" + repository_.url(), {.local = true}).value();
  faults_.refuse({good});
  start({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/b"); })) << "what can be had is served";
  EXPECT_FALSE(has("component:default/a"));
  // A mirror that lacks something is loaded as it is, and then asked about anew, though the commit is the same.
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value(); }));
  faults_.refuse({});
  restart({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  // From now on the mirror has it.
  faults_.set(options.remote.url.text, Fault::fail);
  restart({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
}

// With the same commit at the remote: a start without it is to find the whole mirror again.
TEST_F(SyncerTest, FetchesALostMirrorAgain) {
  const auto commit = repository_.commit_file("catalog-info.yaml", component("a"));
  const auto options = source_options("main", repository_);
  const auto mirror = options_.mirrors / (mirror_name(options) + ".git");
  start({options});
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  std::filesystem::remove_all(mirror);
  ASSERT_TRUE(eventually([&] {
    syncer_->refresh("main");
    const auto repository = git::Repository::open(mirror);
    return repository && repository->commit(commit).has_value();
  }));
  faults_.set(options.remote.url.text, Fault::fail);
  restart({options});
  EXPECT_TRUE(eventually([&] { return has("component:default/a"); }));
}

TEST_F(SyncerTest, TidiesTheMirrorOnceNothingIsFetched) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  options_.quiet = std::chrono::milliseconds(500);
  start({source_options("main", repository_)});
  metrics::Registry registry;
  syncer_->register_metrics(registry);
  const auto is_tidied = [&] { return registry.expose().find("_count{operation=\"tidy\"} 1\n") != std::string::npos; };
  ASSERT_TRUE(eventually([&] { return has("component:default/a"); }));
  const auto served = std::chrono::steady_clock::now();
  EXPECT_FALSE(is_tidied());
  EXPECT_TRUE(eventually(is_tidied));
  EXPECT_GE(std::chrono::steady_clock::now() - served, std::chrono::milliseconds(300));
}

TEST_F(SyncerTest, TidiesTheMirrorThoughFetchesGoOn) {
  options_.quiet = std::chrono::hours(1);
  options_.longest_quiet = std::chrono::milliseconds(300);
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  metrics::Registry registry;
  syncer_->register_metrics(registry);
  EXPECT_TRUE(eventually([&] { return registry.expose().find("{operation=\"tidy\"} 1\n") != std::string::npos; }));
}

TEST_F(SyncerTest, ShowsItsMetrics) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start({source_options("main", repository_)});
  metrics::Registry registry;
  syncer_->register_metrics(registry);
  ASSERT_TRUE(eventually([&] { return status("main").last_check.has_value() && has("component:default/a"); }));
  const std::string text = registry.expose();
  for (const char* line :
       {"aureacore_catalog_entities 1\n", "aureacore_source_loaded{source=\"main\"} 1\n",
        "aureacore_source_checks_total{source=\"main\"} 1\n", "aureacore_source_failures_total{source=\"main\"} 0\n",
        "aureacore_source_breaker_state{source=\"main\",state=\"closed\"} 1\n",
        "aureacore_source_age_seconds{source=\"main\"} ",
        "aureacore_source_degraded{reason=\"held\",source=\"main\"} 0\n", "aureacore_catalog_publications_total 1\n",
        "aureacore_git_command_duration_seconds_count{operation=\"list\"} 1\n",
        "aureacore_catalog_diagnostics{severity=\"error\"} 0\n", "aureacore_source_mirror_bytes{source=\"main\"} "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace aureacore::sync
