// Versions that are served no longer: from the store, from Git, from nowhere.
#include "sync/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_fleet.h"

namespace aureacore::sync {
namespace {

using testing::HasSubstr;
using Origin = Recalled::Origin;

class ArchiveTest : public SharedCopyTest {
 protected:
  // Three versions, the first of which is kept as it was served.
  void serve_three(Instance& instance) {
    repository_.commit_file("catalog-info.yaml", component("a"));
    instance.start(main());
    ASSERT_TRUE(eventually([&] { return instance.has("component:default/a"); }));
    was_ = entities(instance.served());
    token_ = instance.served()->token();
    if (!shared_.out_of_reach) ASSERT_TRUE(in_step(instance));
    for (const auto* name : {"b", "c"}) {
      repository_.commit_file("catalog-info.yaml", component(name));
      instance.refresh();
      ASSERT_TRUE(eventually([&] { return instance.commit() == repository_.head(); }));
    }
  }

  std::vector<std::string> was_;
  std::string token_;
};

TEST_F(ArchiveTest, FindsWhatAnotherInstanceHasPublishedInTheStore) {
  serve_three(first_);
  second_.start(main());
  ASSERT_TRUE(in_step(second_));
  const auto found = second_.recall(token_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->origin, Origin::store);
  EXPECT_EQ(found->snapshot->token(), token_);
  EXPECT_EQ(entities(found->snapshot), was_);
  EXPECT_EQ(second_.commit(), repository_.head()) << "what is served stays";
  EXPECT_EQ(second_.archive().held(token_)->snapshot, found->snapshot);
  EXPECT_EQ(second_.archive().totals().store, 1U);
}

TEST_F(ArchiveTest, MakesItAgainFromGitWhereTheStoreLacksIt) {
  serve_three(first_);
  shared_.empty();
  const auto found = first_.recall(token_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->origin, Origin::git);
  EXPECT_EQ(found->snapshot->token(), token_);
  EXPECT_EQ(entities(found->snapshot), was_);
  EXPECT_EQ(found->snapshot->source("main")->files, 1U);
  EXPECT_LE(found->checked, std::chrono::steady_clock::now());
}

TEST_F(ArchiveTest, KnowsAfterARestartWhatATokenStandsFor) {
  serve_three(first_);
  first_.stop();
  shared_.empty();
  first_.start(main());
  ASSERT_TRUE(eventually([&] { return first_.commit() == repository_.head(); }));
  const auto found = first_.recall(token_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(entities(found->snapshot), was_);
}

TEST_F(ArchiveTest, SaysWhetherItIsGoneOrCantBeTold) {
  serve_three(first_);
  const std::string unknown = "v1-1-" + std::string(32, '0');
  EXPECT_EQ(first_.recall(unknown).error().code, base::Code::not_found);
  shared_.out_of_reach = true;
  EXPECT_EQ(first_.recall(unknown).error().code, base::Code::unavailable);
  EXPECT_TRUE(first_.recall(token_)) << "Git has it";
}

TEST_F(ArchiveTest, AVersionWhoseCommitsAreGoneIsGone) {
  serve_three(first_);
  shared_.empty();
  first_.stop();
  std::filesystem::remove_all(first_.options().mirrors);
  repository_.git({"reset", "-q", "--hard", "HEAD~2"});
  repository_.write("catalog-info.yaml", component("x"));
  repository_.git({"add", "-A"});
  repository_.git({"commit", "-q", "--amend", "-m", "another history"});
  first_.start(main());
  ASSERT_TRUE(eventually([&] { return first_.commit() == repository_.head(); }));
  const auto gone = first_.recall(token_);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, base::Code::not_found) << gone.error().message;
}

TEST_F(ArchiveTest, AnotherConfigurationMakesOtherCatalogsOfTheSameCommits) {
  serve_three(first_);
  shared_.empty();
  auto changed = main();
  changed[0].tree.exclude = globs({"more/**"});
  first_.syncer().reconfigure(changed);
  ASSERT_TRUE(eventually([&] { return first_.shared().catalog == content_name(changed); }));
  EXPECT_EQ(first_.recall(token_).error().code, base::Code::not_found);
}

TEST_F(ArchiveTest, NobodyIsLeftWaitingAtTheEnd) {
  serve_three(first_);
  first_.archive().stop();
  EXPECT_FALSE(first_.archive().recall(token_, [](const base::Result<Recalled>&) {}));
}

}  // namespace
}  // namespace aureacore::sync
