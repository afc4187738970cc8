#include "sync/shared_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "cache/envelope.h"
#include "cache/writer.h"
#include "catalog/testing.h"
#include "metrics/registry.h"
#include "sync/test_fleet.h"

namespace aureacore::sync {
namespace {

using catalog::Degraded;
using testing::HasSubstr;
using State = SharedStatus::State;
using namespace std::chrono_literals;

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
  EXPECT_EQ(first_.served()->source("main")->taken_from, catalog::Tier::none);
  EXPECT_EQ(second_.served()->source("main")->taken_from, catalog::Tier::redis);
  EXPECT_EQ(second_.served()->source("main")->freshness->degraded(), Degraded::mirror);
}

// The first reading is hasty, since Git waits for it.
TEST_F(SharedCopyTest, WhatTakesLongToReadIsReadWhileGitIsAsked) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  const auto& options = second_.copy_options();
  shared_.reading_time = std::chrono::duration_cast<std::chrono::seconds>((options.start_time + options.bulk_time) / 2);
  second_.git.set(repository_.url(), Fault::hang);
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.served() != nullptr; }));
  EXPECT_EQ(second_.served()->source("main")->taken_from, catalog::Tier::redis);
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

TEST_F(SharedCopyTest, WhatWasReadBeforeSaysNothingForWhatIsBegunWith) {
  git::TestRepository other;
  other.commit_file("catalog-info.yaml", component("other"));
  const auto kept = repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  repository_.commit_file("catalog-info.yaml", component("c"));
  const auto made = std::chrono::steady_clock::now();
  const std::vector<SourceOptions> both = {source_options("main", repository_), source_options("other", other)};
  first_.start(both);
  ASSERT_TRUE(in_step(first_));
  first_.stop();
  // A mirror of what came after a rewrite, checked a moment ago.
  shared_.out_of_reach = true;
  repository_.commit_file_on(kept, "catalog-info.yaml", component("d"));
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/d"); }));
  second_.stop();
  second_.git.set(repository_.url(), Fault::fail);
  second_.git.set(other.url(), Fault::fail);
  second_.options().grace = 1h;
  second_.start(both);
  ASSERT_TRUE(eventually([&] { return !second_.source("main").commit.empty(); }));
  ASSERT_EQ(second_.served(), nullptr);
  shared_.out_of_reach = false;
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/c"); }));
  const auto checked = second_.served()->source("main")->freshness->last_check();
  EXPECT_LE(checked, made) << "nobody says that it was found since";
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

TEST_F(SharedCopyTest, AnEarlierSnapshotDoesNotBecomeFresherWithWhatIsTaken) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.copy_options().interval = 1h;  // it hears of what it takes
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  const auto last_check = [&] { return second_.served()->last_check(); };
  const auto began = std::chrono::steady_clock::now();
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return last_check() > began; }));
  const auto held = second_.served();
  const auto checked = held->last_check();
  repository_.commit_file("catalog-info.yaml", component("b"));
  first_.refresh();
  ASSERT_TRUE(in_step(second_));
  EXPECT_EQ(second_.shared().adopted, 2);
  EXPECT_EQ(last_check(), checked) << "nobody has looked since";
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return last_check() > checked; }));
  EXPECT_EQ(held->last_check(), checked);
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
  ASSERT_TRUE(in_step(second_));
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
  repository_.commit_file_on(kept, "catalog-info.yaml", component("d"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return first_.has("component:default/d"); }));
  // The head has the greater position, so nobody but Git can tell that it is past.
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/d"); }));
  EXPECT_TRUE(in_step(first_));
  EXPECT_TRUE(in_step(second_));
  for (auto* instance : {&first_, &second_}) {
    instance->refresh();
    ASSERT_TRUE(eventually([&] { return instance->conflicts().counts().open == 0; }));
    const auto all = instance->conflicts().list();
    ASSERT_FALSE(all.empty());
    for (const auto& conflict : all) {
      EXPECT_EQ(conflict.source, "main");
      const auto& served = conflict.outcome == Conflict::Outcome::ours ? conflict.ours : conflict.theirs;
      EXPECT_EQ(served.commit, repository_.head()) << "the remote decides";
    }
  }
}

TEST_F(SharedCopyTest, AnotherCommitAtTheSamePositionIsAConflictThatTheRemoteSettles) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  // Somebody with another remote, or from before a rewrite, shares what our remote hasn't.
  const auto ours = shared_.store()->head(base::SteadyTime::max()).value().value();
  auto theirs = ours;
  theirs.manifest = cache::Digest::of("another catalog");
  theirs.version.set({"main", 1, std::string(40, 'a')});
  const std::vector<std::string> rewritten = {"main"};
  const auto moved = shared_.store()->move_head({ours.manifest, rewritten, 1h}, theirs, base::SteadyTime::max());
  ASSERT_EQ(moved->outcome, cache::HeadMove::Outcome::moved);
  ASSERT_TRUE(eventually([&] { return first_.conflicts().counts().total == 1; }));
  ASSERT_TRUE(eventually([&] { return first_.conflicts().counts().open == 0; }));
  const auto conflict = first_.conflicts().list().at(0);
  EXPECT_EQ(conflict.kind, Conflict::Kind::divergent_version);
  EXPECT_EQ(conflict.ours, (Conflict::Side{"this instance", 1, repository_.head(), {}}));
  EXPECT_EQ(conflict.theirs, (Conflict::Side{"shared copy", 1, std::string(40, 'a'), {}}));
  EXPECT_EQ(conflict.outcome, Conflict::Outcome::ours);
  EXPECT_EQ(shared_.store()->head(base::SteadyTime::max()).value(), ours);
}

TEST_F(SharedCopyTest, AnotherCatalogOfTheSameCommitsIsAConflictUntilTheDigestsMeet) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  const auto ours = shared_.store()->head(base::SteadyTime::max()).value().value();
  auto theirs = ours;
  theirs.manifest = cache::Digest::of("another catalog");
  ASSERT_EQ(shared_.store()->move_head({ours.manifest, {}, 1h}, theirs, base::SteadyTime::max())->outcome,
            cache::HeadMove::Outcome::moved);
  ASSERT_TRUE(eventually([&] { return first_.conflicts().counts().open == 1; }));
  const auto conflict = first_.conflicts().list().at(0);
  EXPECT_EQ(conflict.kind, Conflict::Kind::divergent_catalog);
  EXPECT_EQ(conflict.source, "");
  EXPECT_EQ(conflict.ours.digest, ours.manifest.hex());
  EXPECT_EQ(conflict.theirs.digest, theirs.manifest.hex());
  EXPECT_EQ(first_.shared().state, State::disagrees);
  ASSERT_EQ(shared_.store()->move_head({theirs.manifest, {}, 1h}, ours, base::SteadyTime::max())->outcome,
            cache::HeadMove::Outcome::moved);
  ASSERT_TRUE(eventually([&] { return first_.conflicts().counts().open == 0; }));
  EXPECT_EQ(first_.conflicts().list().at(0).outcome, Conflict::Outcome::ours);
}

TEST_F(SharedCopyTest, AMirrorFromBeforeARewriteTakesNobodyBack) {
  const auto kept = repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("catalog-info.yaml", component("b"));
  repository_.commit_file("catalog-info.yaml", component("c"));
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  start_first();
  second_.stop();
  repository_.commit_file_on(kept, "catalog-info.yaml", component("d"));
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

TEST_F(SharedCopyTest, WhoHasReadNothingFromGitDoesSoSoon) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  second_.options().preparation = 1ms;
  second_.start(main());
  EXPECT_TRUE(
      eventually([&] { return second_.log_text().find("shared version is what Git says") != std::string::npos; }));
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

// Begins with a copy of the same commits in which one entity is another; whole otherwise.
class WrongSharedCopyTest : public SharedCopyTest {
 protected:
  void SetUp() override {
    repository_.commit_file("catalog-info.yaml", component("a") + "---\n" + component("b"));
    other_.commit_file("catalog-info.yaml", component("other"));
    first_.start(both());
    ASSERT_TRUE(in_step(first_));
    first_.stop();
    const auto found = shared_.store()->head(base::SteadyTime::max()).value().value();
    catalog::Editor editor(right());
    editor.replace_entity("component:default/a", {catalog::testing::define({.name = "a"})}, {});
    const auto put = [&](std::span<const cache::Part> parts, base::Duration ttl) {
      return shared_.store()->put(parts, ttl, base::SteadyTime::max());
    };
    const auto wrong = cache::write(editor.finish(), nullptr, {}, put).value();
    ASSERT_EQ(wrong->manifest.version(), found.version);
    const auto moved =
        shared_.store()->move_head({found.manifest, {}, 1h}, {wrong->digest, found.version}, base::SteadyTime::max());
    ASSERT_EQ(moved->outcome, cache::HeadMove::Outcome::moved);
    second_.options().preparation = 1ms;
    second_.hold.on = true;
    second_.start(both());
    ASSERT_TRUE(eventually([&] { return second_.served() != nullptr; }));
    ASSERT_NE(entities(second_.served()), entities(right())) << "nobody knows better yet";
  }
  [[nodiscard]] std::vector<SourceOptions> both() const {
    return {source_options("main", repository_), source_options("other", other_)};
  }
  [[nodiscard]] catalog::SnapshotPtr right() const { return first_.served(); }
  bool has_said(const std::string& what) { return second_.log_text().find(what) != std::string::npos; }

  git::TestRepository other_;
};

TEST_F(WrongSharedCopyTest, IsPutRightOnceItWasComparedWithGit) {
  second_.hold.on = false;
  ASSERT_TRUE(eventually([&] { return entities(second_.served()) == entities(right()); }));
  EXPECT_EQ(second_.served()->version(), right()->version());
  EXPECT_TRUE(eventually([&] { return has_said("not what Git says, Git's is served source=main"); }));
  EXPECT_TRUE(eventually([&] { return has_said("shared version is what Git says source=other"); }));
  // From here on it works on its own.
  repository_.commit_file("more/catalog-info.yaml", component("c"));
  second_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/c"); }));
  EXPECT_TRUE(second_.has("component:default/b"));
}

TEST_F(WrongSharedCopyTest, IsPutRightThoughAnotherSourceWentOnMeanwhile) {
  ASSERT_TRUE(eventually([&] { return second_.hold.waiting == 1; }));
  ASSERT_TRUE(eventually([&] { return has_said("shared version is what Git says source=other"); }));
  other_.commit_file("more/catalog-info.yaml", component("more"));
  second_.refresh("other");
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/more"); }));
  const auto wrong = second_.served()->find("component:default/a")->etag;
  second_.hold.on = false;
  ASSERT_TRUE(eventually([&] { return has_said("not what Git says, Git's is served source=main"); }));
  ASSERT_TRUE(eventually([&] { return second_.served()->find("component:default/a")->etag != wrong; }));
  EXPECT_EQ(second_.served()->find("component:default/a")->etag, right()->find("component:default/a")->etag);
  EXPECT_TRUE(second_.has("component:default/more"));
}

TEST_F(WrongSharedCopyTest, IsNotPutInThePlaceOfWhatIsServedMeanwhile) {
  ASSERT_TRUE(eventually([&] { return second_.hold.waiting == 1; }));
  first_.start(both());  // with the shared copy or its mirror, whichever is first
  ASSERT_TRUE(eventually([&] { return first_.commit() == repository_.head(); }));
  repository_.commit_file("more/catalog-info.yaml", component("c"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/c"); }));
  second_.hold.on = false;
  ASSERT_TRUE(eventually([&] { return has_said("shared version was not what Git says source=main"); }));
  EXPECT_EQ(second_.commit(), repository_.head());
  EXPECT_TRUE(second_.has("component:default/c"));
  ASSERT_TRUE(eventually([&] { return first_.has("component:default/c"); }));
  EXPECT_EQ(entities(second_.served()), entities(first_.served()));
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

// Both fetch it, for neither waits for the other.
TEST_F(SharedCopyTest, TheSameSourcePublishedAtOnceIsOneCatalog) {
  repository_.commit_file("catalog-info.yaml", component("c0"));
  for (auto* instance : {&first_, &second_}) {
    instance->options().patience = -1ms;
    instance->start(main());
  }
  for (int i = 1; i <= 10; ++i) {
    repository_.commit_file("catalog-info.yaml", component("c" + std::to_string(i)));
    first_.refresh();
    second_.refresh();
    ASSERT_TRUE(in_step(first_)) << i;
    ASSERT_TRUE(in_step(second_)) << i;
    ASSERT_TRUE(eventually([&] { return first_.shared().digest == second_.shared().digest; })) << i;
  }
  EXPECT_EQ(first_.shared().disagreements + second_.shared().disagreements, 0);
}

TEST_F(SharedCopyTest, ALeaseIsRenewedForAWhile) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  first_.copy_options().lease = 400ms;
  first_.copy_options().longest_lease = 1s;
  start_first();
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(first_.copy().acquire("main", first_.commit()));
  ASSERT_TRUE(
      eventually([&] { return shared_.store()->acquire("fetch:main", "other", 1h, base::SteadyTime::max()) == true; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_EQ(first_.shared().failures, 0);
}

TEST_F(SharedCopyTest, NobodyWaitsForWhatIsHeldBack) {
  for (int i = 0; i < 20; ++i) {
    repository_.write("c" + std::to_string(i) + "/catalog-info.yaml", component("c" + std::to_string(i)));
  }
  repository_.commit();
  first_.copy_options().lease = 1h;
  start_first();
  repository_.git({"rm", "-q", "-r", "."});
  repository_.commit_file("catalog-info.yaml", component("last"));
  first_.refresh();
  ASSERT_TRUE(eventually([&] { return first_.source().held.has_value(); }));
  EXPECT_TRUE(
      eventually([&] { return shared_.store()->acquire("fetch:main", "other", 1h, base::SteadyTime::max()) == true; }));
}

TEST_F(SharedCopyTest, WhoeverChangesItsConfigurationWaitsForNobodysLease) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  repository_.commit_file("more/catalog-info.yaml", component("b"));
  first_.options().patience = 1h;
  start_first();
  ASSERT_TRUE(
      eventually([&] { return shared_.store()->acquire("fetch:main", "other", 1h, base::SteadyTime::max()) == true; }));
  auto changed = main();
  changed[0].tree.exclude = globs({"more/**"});
  first_.syncer().reconfigure(changed);
  EXPECT_TRUE(eventually([&] { return !first_.has("component:default/b"); }));
}

TEST_F(SharedCopyTest, WhoeverStartsWithNothingTakesWhatIsPublishedFirst) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  second_.git.set(repository_.url(), Fault::hang);
  second_.copy_options().interval = 1h;
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.shared().last_success.has_value(); }));
  start_first();
  EXPECT_TRUE(eventually([&] { return second_.has("component:default/a"); }));
}

// A release to come has made another head of its own in a place that is ours: as good as none.
TEST_F(SharedCopyTest, AManifestOfAnotherFormatIsAMiss) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  start_first();
  const auto head = shared_.store()->head(base::SteadyTime::max()).value().value();
  const auto bytes = shared_.store()->get({&head.manifest, 1}, base::SteadyTime::max()).value().front().value();
  auto content = cache::unseal(head.manifest, bytes).value();
  ASSERT_EQ(content[1], cache::format);
  ++content[1];
  const auto foreign = cache::seal(content).value();
  ASSERT_TRUE(shared_.store()->put({&foreign, 1}, 1h, base::SteadyTime::max()));
  ASSERT_TRUE(eventually([&] {
    const auto now = shared_.store()->head(base::SteadyTime::max()).value().value();
    const auto moved =
        shared_.store()->move_head({now.manifest, {}, 1h}, {foreign.digest, now.version}, base::SteadyTime::max());
    return moved->outcome == cache::HeadMove::Outcome::moved;
  }));
  second_.start(main());
  ASSERT_TRUE(eventually([&] { return second_.has("component:default/a"); }));
  EXPECT_EQ(second_.shared().adopted, 0);
  EXPECT_THAT(second_.log_text(), HasSubstr("shared catalog not read"));
  // The next commit brings a head that all can read.
  repository_.commit_file("catalog-info.yaml", component("b"));
  second_.refresh();
  EXPECT_TRUE(in_step(second_));
}

TEST_F(SharedCopyTest, TheStoreIsCountedAndMeasured) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  metrics::Registry registry;
  start_first();
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  ASSERT_TRUE(eventually([&] { return second_.shared().size.json_bytes > 0; }));
  second_.copy().register_metrics(registry);
  const auto text = registry.expose();
  // Manifest, shard, source, claims.
  EXPECT_THAT(text, HasSubstr("aureacore_cache_requests_total{result=\"hit\",tier=\"redis\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_cache_requests_total{result=\"miss\",tier=\"redis\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_cache_entries{tier=\"local\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_cache_entries{tier=\"redis\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("aureacore_cache_call_duration_seconds_count{operation=\"get\"}"));
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
