#include "sync/source_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_tree.h"

namespace aureacore::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SourceTree, FindsFilesByItsGlobs) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", component("root"));
  repository.write("a/b/catalog-info.yaml", component("deep"));
  repository.write("a/node_modules/x/catalog-info.yaml", component("vendored"));
  repository.write("a/other.yaml", component("other"));
  repository.commit();
  auto options = tree_options();
  options.exclude = globs({"**/node_modules/**"});
  TestTree test(repository, options);
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/deep", "component:default/root"));
  EXPECT_THAT(update.dropped, IsEmpty());
  EXPECT_THAT(test.paths(), ElementsAre("a/b/catalog-info.yaml", "catalog-info.yaml"));
}

TEST(SourceTree, ReadsOnlyWhatACommitChanges) {
  const git::TestRepository repository;
  for (int i = 0; i < 20; ++i) {
    repository.write(fmt::format("{}/catalog-info.yaml", i), component(fmt::format("c{}", i)));
  }
  repository.commit();
  TestTree test(repository);
  EXPECT_EQ(test.advance().files_read, 20);
  repository.write("7/catalog-info.yaml", component("c7", "  title: New\n"));
  repository.write("8/readme.md", "not a descriptor");
  repository.commit();
  const auto update = test.advance();
  EXPECT_EQ(update.files_read, 1);
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/c7"));
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/c7"));
  EXPECT_EQ(update.entities_gone, 0);
}

TEST(SourceTree, CostsOneEntityWhereOneDocumentOfAHundredChanges) {
  const git::TestRepository repository;
  const auto text = [](const std::string& title) {
    std::string all;
    for (int i = 0; i < 100; ++i) {
      all += component(fmt::format("c{}", i), i == 50 ? "  title: " + title + "\n" : "  title: Same\n") + "---\n";
    }
    return all;
  };
  repository.commit_file("catalog-info.yaml", text("Before"));
  TestTree test(repository);
  EXPECT_THAT(test.advance().put, SizeIs(100));
  repository.commit_file("catalog-info.yaml", text("After"));
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/c50"));
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/c50"));
}

TEST(SourceTree, DropsWhatARemovedFileDefined) {
  const git::TestRepository repository;
  repository.write("a/catalog-info.yaml", component("a"));
  repository.write("b/catalog-info.yaml", component("b"));
  repository.commit();
  TestTree test(repository);
  test.advance();
  repository.git({"rm", "-q", "a/catalog-info.yaml"});
  repository.commit();
  const auto update = test.advance();
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/a"));
  EXPECT_EQ(update.entities_gone, 1);
  EXPECT_EQ(update.definitions_before, 2);
  EXPECT_THAT(test.paths(), ElementsAre("b/catalog-info.yaml"));
}

TEST(SourceTree, MovesADefinitionWithItsFile) {
  const git::TestRepository repository;
  repository.commit_file("a/catalog-info.yaml", component("a"));
  TestTree test(repository);
  test.advance();
  repository.git({"mv", "a", "b"});
  repository.commit();
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/a"));
  EXPECT_THAT(keys(update.dropped), ElementsAre("component:default/a"));
  EXPECT_EQ(update.entities_gone, 0);
}

TEST(SourceTree, LeavesTheTableAloneUntilTheUpdateIsCommitted) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", component("a"));
  TestTree test(repository);
  const auto first = test.plan();
  EXPECT_THAT(test.paths(), IsEmpty());
  test.tree.commit(first.value());
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/a"));
  repository.commit_file("catalog-info.yaml", component("b"));
  EXPECT_THAT(keys(test.plan()->put), ElementsAre("component:default/b"));
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/a"));
}

TEST(SourceTree, ReadsAFileAgainWhenItsPlaceholderChanges) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", component("a", "  description:\n    $text: ./text.md\n"));
  repository.write("text.md", "before");
  repository.commit();
  TestTree test(repository);
  EXPECT_THAT(test.advance().put.at(0)->metadata_json, HasSubstr("before"));
  repository.commit_file("text.md", "after");
  EXPECT_THAT(test.advance().put.at(0)->metadata_json, HasSubstr("after"));
}

TEST(SourceTree, ReadsAFileAgainWhenAMissingPlaceholderAppears) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", component("a", "  description:\n    $text: ./text.md\n"));
  TestTree test(repository);
  const auto broken = test.advance();
  EXPECT_THAT(broken.put, IsEmpty());
  EXPECT_FALSE(broken.diagnostics.at("catalog-info.yaml").empty());
  repository.commit_file("text.md", "there");
  const auto mended = test.advance();
  EXPECT_THAT(keys(mended.put), ElementsAre("component:default/a"));
  EXPECT_THAT(mended.diagnostics.at("catalog-info.yaml"), IsEmpty());
}

TEST(SourceTree, SkipsASymbolicLinkAndSaysSo) {
  const git::TestRepository repository;
  std::filesystem::create_symlink("/etc/passwd", repository.path() / "catalog-info.yaml");
  repository.commit();
  TestTree test(repository);
  const auto update = test.advance();
  EXPECT_THAT(update.put, IsEmpty());
  EXPECT_THAT(texts(update.diagnostics.at("catalog-info.yaml")),
              ElementsAre("file 0:0 expected a regular file, found a symbolic link: skipped"));
}

TEST(SourceTree, DropsWhatAFileDefinedThatBecameALink) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", component("a"));
  TestTree test(repository);
  test.advance();
  std::filesystem::remove(repository.path() / "catalog-info.yaml");
  std::filesystem::create_symlink("elsewhere", repository.path() / "catalog-info.yaml");
  repository.commit();
  EXPECT_THAT(keys(test.advance().dropped), ElementsAre("component:default/a"));
}

TEST(SourceTree, RejectsAFileThatIsTooLarge) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", component("a") + std::string(2 << 20, '#'));
  repository.write("b/catalog-info.yaml", component("b"));
  repository.commit();
  TestTree test(repository);
  const auto update = test.advance();
  EXPECT_THAT(keys(update.put), ElementsAre("component:default/b"));
  EXPECT_THAT(texts(update.diagnostics.at("catalog-info.yaml")),
              ElementsAre("limit 0:0 expected a file of at most 1048576 bytes, found a larger one"));
}

TEST(SourceTree, FailsAPlanWithMoreFilesThanTheLimit) {
  const git::TestRepository repository;
  repository.commit_file("a/catalog-info.yaml", component("a"));
  auto options = tree_options();
  options.files = 1;
  TestTree test(repository, options);
  test.advance();
  repository.commit_file("b/catalog-info.yaml", component("b"));
  const auto update = test.plan();
  ASSERT_FALSE(update);
  EXPECT_EQ(update.error().code, base::Code::too_large);
  EXPECT_THAT(update.error().message, HasSubstr("at most 1"));
  EXPECT_EQ(TestTree(repository, options).plan().error().code, base::Code::too_large);
}

TEST(SourceTree, StopsWhenAskedTo) {
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", component("a"));
  const SourceTree tree(tree_options());
  std::stop_source stop;
  stop.request_stop();
  const auto update = tree.plan({repository.path() / ".git", repository.head(), {}, {}, stop.get_token()});
  ASSERT_FALSE(update);
  EXPECT_EQ(update.error().code, base::Code::timeout);
}

TEST(SourceTree, ReadsManyFilesInParallelWithTheSameResult) {
  const git::TestRepository repository;
  for (int i = 0; i < 300; ++i) {
    repository.write(fmt::format("{:03}/catalog-info.yaml", i), component(fmt::format("c{:03}", i)));
  }
  repository.commit();
  auto options = tree_options();
  options.threads = 4;
  TestTree parallel(repository, options);
  options.threads = 1;
  TestTree single(repository, options);
  EXPECT_EQ(keys(parallel.advance().put), keys(single.advance().put));
  EXPECT_THAT(parallel.all_keys(), SizeIs(300));
}

TEST(SourceTree, GivesAnUpdateThatTakesEverythingAway) {
  const git::TestRepository repository;
  repository.write("catalog-info.yaml", component("a"));
  repository.write("b/catalog-info.yaml", "kind: [");
  repository.commit();
  TestTree test(repository);
  test.advance();
  const auto removal = test.tree.removal();
  EXPECT_THAT(keys(removal.dropped), ElementsAre("component:default/a"));
  EXPECT_THAT(removal.diagnostics.at("b/catalog-info.yaml"), IsEmpty());
}

}  // namespace
}  // namespace aureacore::sync
