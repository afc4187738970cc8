// What stays of a file that is broken.
#include "sync/file_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_tree.h"

namespace aureacore::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* record_path = "catalog-info.yaml";

// One file, one commit after the other.
class FileRecordTest : public testing::Test {
 protected:
  Update commit(const std::string& text) {
    repository_.commit_file(record_path, text);
    return tree_.advance();
  }
  git::TestRepository repository_;
  TestTree tree_{repository_};
};

const std::string damaged_a =
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: 1\n";

TEST_F(FileRecordTest, KeepsTheLastGoodVersionOfABrokenDocument) {
  commit(component("a") + "---\n" + component("b"));
  const auto update = commit(damaged_a + "---\n" + component("b", "  title: New\n"));
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/b"));
  EXPECT_THAT(tree_.all_keys(), ElementsAre("component:default/a", "component:default/b"));
  const auto& problems = update.problems.at("component:default/a");
  ASSERT_EQ(problems.size(), 1);
  EXPECT_EQ(problems[0].type, "aureacore.io/last-good-version");
  EXPECT_THAT(problems[0].message, StartsWith("catalog-info.yaml:"));
  EXPECT_FALSE(update.problems.contains("component:default/b"));
}

TEST_F(FileRecordTest, TakesTheProblemAwayWhenTheDocumentIsMended) {
  commit(component("a"));
  commit(damaged_a);
  const auto update = commit(component("a"));
  EXPECT_THAT(update.problems.at("component:default/a"), IsEmpty());
  EXPECT_THAT(update.diagnostics.at(record_path), IsEmpty());
  EXPECT_THAT(update.put, IsEmpty());  // the very same definition
}

TEST_F(FileRecordTest, RemovesADocumentThatIsGoneBesideABrokenOne) {
  commit(component("a") + "---\n" + component("b"));
  const auto update = commit(damaged_a);
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/b"));
}

TEST_F(FileRecordTest, KeepsEverythingBehindASyntaxError) {
  commit(component("a") + "---\n" + component("b") + "---\n" + component("c"));
  const auto update = commit(component("a", "  title: New\n") + "---\nkind: [\n---\n" + component("c"));
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/a"));
  EXPECT_THAT(tree_.all_keys(), ElementsAre("component:default/a", "component:default/b", "component:default/c"));
  EXPECT_TRUE(update.problems.contains("component:default/b"));
  EXPECT_TRUE(update.problems.contains("component:default/c"));
}

TEST_F(FileRecordTest, KeepsEverythingOfAFileThatBecameTooLarge) {
  commit(component("a"));
  const auto update = commit(component("a") + std::string(2 << 20, '#'));
  EXPECT_THAT(update.dropped, IsEmpty());
  EXPECT_THAT(update.problems.at("component:default/a")[0].message, HasSubstr("expected a file of at most"));
}

TEST_F(FileRecordTest, HasNothingToKeepWhereTheFirstVersionIsBroken) {
  const auto update = commit(damaged_a);
  EXPECT_THAT(update.put, IsEmpty());
  EXPECT_THAT(update.problems, IsEmpty());
  EXPECT_FALSE(update.diagnostics.at(record_path).empty());
}

TEST_F(FileRecordTest, DropsTheLastGoodVersionWithItsFile) {
  commit(component("a"));
  commit(damaged_a);
  repository_.git({"rm", "-q", record_path});
  repository_.commit();
  const auto update = tree_.advance();
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/a"));
  EXPECT_THAT(update.problems.at("component:default/a"), IsEmpty());
}

}  // namespace
}  // namespace aureacore::sync
