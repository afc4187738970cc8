// Files that Locations lead to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_tree.h"

namespace aureacore::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Locations, LeadToFilesThatTheGlobsDoNotMatch) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./services/*.yaml", "./single.yaml"}));
  repository.write("services/a.yaml", component("a"));
  repository.write("services/b.yaml", component("b"));
  repository.write("services/deep/c.yaml", component("c"));
  repository.write("single.yaml", component("single"));
  repository.commit();
  TestTree test(repository);
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/a", "component:default/b", "component:default/single",
                                            "location:default/all"));
  EXPECT_EQ(test.tree.table().records.at("services/a.yaml")->origin, "catalog-info.yaml");
}

TEST(Locations, FollowAddressesOfTheirOwnRepositoryAndBranch) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"https://github.com/acme/catalog/blob/main/services/*.yaml",
                                                         "https://github.com/acme/catalog/blob/next/other.yaml"}));
  repository.write("services/a.yaml", component("a"));
  repository.write("other.yaml", component("other"));
  repository.commit();
  auto options = tree_options();
  options.links = definition::make_links("git@github.com:acme/catalog.git", "main");
  TestTree test(repository, options);
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/a", "location:default/all"));
  EXPECT_THAT(texts(update.diagnostics.at("catalog-info.yaml")), ElementsAre(HasSubstr("it is not followed")));
}

TEST(SourceKinds, AreAllThatASourceMayDefine) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", component("a") + "---\n" + location("all", {"./a.yaml"}));
  repository.write("a.yaml", component("b"));
  repository.commit();
  auto options = tree_options();
  options.kinds = {"Location"};
  TestTree test(repository, options);
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("location:default/all"));
  EXPECT_THAT(texts(update.diagnostics.at("a.yaml")),
              ElementsAre(HasSubstr("kind 2:7 expected one of the kinds Location")));
}

TEST(Locations, TakeInFilesThatAppearAndLetGoOfThoseThatVanish) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./services/*.yaml"}));
  repository.write("services/a.yaml", component("a"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  repository.commit_file("services/b.yaml", component("b"));
  const auto added = test.advance();
  EXPECT_THAT(keys(added.put), ElementsAre("component:default/b"));
  EXPECT_EQ(added.files_read, 1);
  repository.git({"rm", "-q", "services/a.yaml"});
  repository.commit();
  EXPECT_THAT(keys(test.advance().dropped), ElementsAre("component:default/a"));
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/b", "location:default/all"));
}

TEST(Locations, ReadAFileAgainThatChanged) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./a.yaml"}));
  repository.write("a.yaml", component("a"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  repository.commit_file("a.yaml", component("a", "  title: New\n"));
  const auto update = test.advance();
  EXPECT_EQ(update.files_read, 1);
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/a"));
}

TEST(Locations, LetGoOfFilesThatTheyNoLongerName) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./a.yaml", "./b.yaml"}));
  repository.write("a.yaml", component("a"));
  repository.write("b.yaml", component("b"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  repository.commit_file("catalog-info.yaml", location("all", {"./b.yaml"}));
  EXPECT_THAT(keys(test.advance().dropped), testing::Contains("component:default/a"));
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/b", "location:default/all"));
}

TEST(Locations, ReportARequiredTargetThatIsMissingUntilItAppears) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", location("all", {"./gone.yaml"}));
  TestTree test(repository);
  const auto before = test.advance();
  EXPECT_THAT(texts(before.diagnostics.at("catalog-info.yaml")),
              ElementsAre(HasSubstr("expected a file at \"gone.yaml\", found none")));
  const auto& problems = before.problems.at("location:default/all");
  ASSERT_EQ(problems.size(), 1);
  EXPECT_EQ(problems[0].type, "aureacore.io/location-target");
  EXPECT_THAT(problems[0].message,
              testing::AllOf(testing::StartsWith("catalog-info.yaml:8:"), HasSubstr("\"gone.yaml\", found none")));
  repository.commit_file("gone.yaml", component("back"));
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/back"));
  EXPECT_THAT(update.diagnostics.at("catalog-info.yaml"), IsEmpty());
  EXPECT_THAT(update.problems.at("location:default/all"), IsEmpty());
}

TEST(Locations, ShowTheFirstMissingTargetsInTheirStatus) {
  const git::TestRepository repository;
  std::vector<std::string> targets;
  for (int i = 0; i < 30; ++i) targets.push_back(fmt::format("./gone-{}.yaml", i));
  repository.commit_file("catalog-info.yaml", location("all", targets));
  TestTree test(repository);
  const auto update = test.advance();
  EXPECT_EQ(update.problems.at("location:default/all").size(), 20);
  EXPECT_EQ(update.diagnostics.at("catalog-info.yaml").size(), 30);
}

TEST(Locations, SayNothingOfAnOptionalTargetThatIsMissing) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", location("all", {"./gone.yaml"}, "optional"));
  TestTree test(repository);
  EXPECT_THAT(test.advance().diagnostics, IsEmpty());
}

TEST(Locations, FollowChainsAndSurviveCycles) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("first", {"./one.yaml"}));
  repository.write("one.yaml", location("one", {"./two.yaml"}));
  repository.write("two.yaml", location("two", {"./one.yaml", "./catalog-info.yaml", "./two.yaml", "./leaf.yaml"}));
  repository.write("leaf.yaml", component("leaf"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml", "leaf.yaml", "one.yaml", "two.yaml"));
  EXPECT_EQ(test.tree.table().records.at("leaf.yaml")->origin, "catalog-info.yaml");
  // A cycle keeps nothing alive that can't be reached from a file that the globs find.
  repository.commit_file("catalog-info.yaml", component("alone"));
  test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml"));
}

TEST(Locations, StopAtTheLimitOfTheChain) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("l0", {"./1.yaml"}));
  for (int i = 1; i <= 5; ++i)
    repository.write(fmt::format("{}.yaml", i), location(fmt::format("l{}", i), {fmt::format("./{}.yaml", i + 1)}));
  repository.write("6.yaml", component("end"));
  repository.commit();
  auto options = tree_options();
  options.chain = 3;
  TestTree test(repository, options);
  const auto update = test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("1.yaml", "2.yaml", "3.yaml", "catalog-info.yaml"));
  EXPECT_THAT(texts(update.diagnostics.at("3.yaml")), ElementsAre(HasSubstr("limit")));
}

TEST(Locations, DoNotChangeTheOriginOfAFileThatTheGlobsFind) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./a/catalog-info.yaml"}));
  repository.write("a/catalog-info.yaml", component("a"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  EXPECT_EQ(test.tree.table().records.at("a/catalog-info.yaml")->origin, "a/catalog-info.yaml");
}

TEST(Locations, GiveAFileTheSameOriginWhicheverCommitBroughtIt) {
  const git::TestRepository repository;
  repository.write("b/catalog-info.yaml", location("b", {"../shared.yaml"}));
  repository.write("shared.yaml", component("shared"));
  repository.commit();
  TestTree step_by_step(repository);
  step_by_step.advance();
  repository.commit_file("a/catalog-info.yaml", location("a", {"../shared.yaml"}));
  step_by_step.advance();
  TestTree at_once(repository);
  at_once.advance();
  const auto& after = *step_by_step.tree.table().records.at("shared.yaml");
  const auto& fresh = *at_once.tree.table().records.at("shared.yaml");
  EXPECT_EQ(after.origin, "a/catalog-info.yaml");
  EXPECT_EQ(after.origin, fresh.origin);
  EXPECT_EQ(after.definitions.at(0)->metadata_json, fresh.definitions.at(0)->metadata_json);
}

TEST(Locations, KeepTheirTargetsWhileTheyAreBroken) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", location("all", {"./a.yaml"}));
  repository.write("a.yaml", component("a"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  repository.commit_file("catalog-info.yaml", "kind: Location\nmetadata: [");
  EXPECT_THAT(test.advance().dropped, IsEmpty());
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/a", "location:default/all"));
}

}  // namespace
}  // namespace aureacore::sync
