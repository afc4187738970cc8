// What stands in for a broken file, whoever was there when it broke.
#include "sync/last_good.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/test_tree.h"

namespace aureacore::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* path = "catalog-info.yaml";
const std::string broken_a =
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: 1\n";

// All that a tree gives the catalog, as text.
std::string content(const TestTree& tree) {
  std::string text;
  for (const auto& [at, record] : tree.tree.table().records) {
    text += at + "\n";
    for (const auto& definition : record->definitions) {
      text += fmt::format("  {}:{} {} {}\n", definition->mark.line, definition->mark.column, definition->metadata_json,
                          definition->spec_json);
    }
    for (const auto& [key, problem] : record->problems) text += fmt::format("  {}: {}\n", key, problem.message);
    for (const auto& target : record->targets) text += fmt::format("  -> {}\n", target.location.pattern);
    for (const auto& diagnostic : texts(record->diagnostics)) text += "  " + diagnostic + "\n";
  }
  return text;
}

class LastGoodTest : public testing::Test {
 protected:
  // The running tree takes each commit.
  void commit(std::string_view text) {
    repository_.commit_file(path, text);
    running_.advance();
  }
  // A tree that begins at the head.
  [[nodiscard]] std::unique_ptr<TestTree> fresh(const TreeOptions& options = tree_options()) const {
    auto tree = std::make_unique<TestTree>(repository_, options);
    tree->advance();
    return tree;
  }
  // The object goes from the repository, as if it had been left out of a partial clone; its bytes.
  std::string lose(const std::string& blob) const {
    std::string bytes = repository_.git({"cat-file", "blob", blob}) + "\n";
    std::filesystem::remove(repository_.path() / ".git/objects" / blob.substr(0, 2) / blob.substr(2));
    return bytes;
  }

  git::TestRepository repository_;
  TestTree running_{repository_};
};

TEST_F(LastGoodTest, IsTheSameForAProcessThatStartsBehindABadCommit) {
  commit(component("a") + "---\n" + component("b"));
  commit(component("a", "  title: New\n") + "---\n" + component("b"));
  commit(broken_a + "---\n" + component("b"));
  const auto tree = fresh();
  EXPECT_THAT(content(*tree), HasSubstr("\"title\":\"New\""));
  EXPECT_THAT(content(*tree), HasSubstr("component:default/a: catalog-info.yaml:"));
  EXPECT_EQ(content(*tree), content(running_));
}

TEST_F(LastGoodTest, IsTheSameForAProcessThatMissedTheLastGoodCommit) {
  commit(component("a"));
  repository_.commit_file(path, component("a", "  title: New\n"));
  commit(broken_a);
  EXPECT_THAT(content(running_), HasSubstr("\"title\":\"New\""));
  EXPECT_EQ(content(*fresh()), content(running_));
}

TEST_F(LastGoodTest, IsTheSameForAProcessThatMissedThatAFileWasWholeInBetween) {
  commit(component("a", "  description: one\n"));
  commit(broken_a);
  repository_.commit_file(path, component("a", "  description: two\n"));
  commit(broken_a);
  EXPECT_THAT(content(running_), HasSubstr("two"));
  EXPECT_EQ(content(running_), content(*fresh()));
}

TEST_F(LastGoodTest, IsTheSameForAProcessThatSawAnotherHistory) {
  commit(component("a", "  description: one\n"));
  const auto kept = repository_.head();
  commit(component("a", "  description: two\n"));
  commit(broken_a);
  repository_.git({"reset", "-q", "--hard", kept});
  commit(broken_a);
  EXPECT_THAT(content(running_), HasSubstr("one"));
  EXPECT_EQ(content(running_), content(*fresh()));
}

TEST_F(LastGoodTest, LiesBehindVersionsThatAreBrokenInOtherWays) {
  commit(component("a") + "---\n" + component("b"));
  commit(component("a") + "---\n" + component("b", "  title: 1\n"));
  commit("kind: [");
  repository_.commit_file("readme.md", "nothing");
  commit(broken_a + "---\nkind: [");
  EXPECT_THAT(running_.all_keys(), ElementsAre("component:default/a", "component:default/b"));
  EXPECT_EQ(content(*fresh()), content(running_));
}

TEST_F(LastGoodTest, MayBeBrokenByAFileThatAPlaceholderReads) {
  repository_.write("x.json", "{\"x\": 1}");
  commit(component("a") + "  x: {$json: ./x.json}\n");
  repository_.commit_file("x.json", "{\"x\": 2}");
  running_.advance();
  repository_.commit_file("x.json", "{");
  running_.advance();
  EXPECT_THAT(content(*fresh()), HasSubstr("\"x\":{\"x\":2}"));
  EXPECT_EQ(content(*fresh()), content(running_));
}

TEST_F(LastGoodTest, LeavesOutWhatWasRemovedBeforeTheFileBroke) {
  commit(component("a") + "---\n" + component("b"));
  commit(component("a"));
  commit("kind: [");
  EXPECT_THAT(fresh()->all_keys(), ElementsAre("component:default/a"));
}

TEST_F(LastGoodTest, EndsWhereTheFileWasNotThere) {
  commit(component("a"));
  repository_.git({"rm", "-q", path});
  repository_.commit();
  running_.advance();
  commit(broken_a);
  EXPECT_THAT(fresh()->all_keys(), IsEmpty());
  EXPECT_EQ(content(*fresh()), content(running_));
}

TEST_F(LastGoodTest, FollowsTheFirstParents) {
  commit(component("a"));
  repository_.git({"checkout", "-q", "-b", "side"});
  repository_.commit_file(path, component("a", "  title: Never on main\n"));
  repository_.commit_file(path, broken_a);
  repository_.git({"checkout", "-q", "main"});
  repository_.git({"merge", "-q", "--no-ff", "-m", "merge", "side"});
  EXPECT_THAT(content(*fresh()), Not(HasSubstr("Never on main")));
  EXPECT_THAT(fresh()->all_keys(), ElementsAre("component:default/a"));
}

TEST_F(LastGoodTest, KeepsTheTargetsOfABrokenLocation) {
  repository_.write("more/a.yaml", component("a"));
  commit(location("all", {"./more/*.yaml"}));
  commit("apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: all}\nspec: {targets: 1}\n");
  EXPECT_THAT(fresh()->all_keys(), ElementsAre("component:default/a", "location:default/all"));
  EXPECT_EQ(content(*fresh()), content(running_));
}

TEST_F(LastGoodTest, IsLookedForWithinLimits) {
  commit(component("a"));
  for (int i = 0; i < 4; ++i) commit(fmt::format("{}# {}\n", broken_a, i));
  for (int i = 0; i < 4; ++i) repository_.commit_file("readme.md", fmt::format("{}", i));
  auto options = tree_options();
  options.history = {.commits = 8, .versions = 4};
  EXPECT_THAT(fresh(options)->all_keys(), SizeIs(1));
  options.history = {.commits = 7};
  EXPECT_THAT(fresh(options)->all_keys(), IsEmpty());
  options.history = {.versions = 3};
  EXPECT_THAT(fresh(options)->all_keys(), IsEmpty());
  options.history = {.reads = 1};
  EXPECT_THAT(fresh(options)->all_keys(), IsEmpty());
  options.history = {.changes = 1};
  EXPECT_THAT(fresh(options)->all_keys(), IsEmpty());
}

TEST_F(LastGoodTest, StopsWhenAskedTo) {
  commit(component("a"));
  commit(broken_a);
  TestTree tree(repository_);
  tree.stop.request_stop();
  EXPECT_EQ(tree.plan().error().code, base::Code::timeout);
}

TEST_F(LastGoodTest, AsksForBlobsThatAPartialCloneLeftOut) {
  repository_.write("other/catalog-info.yaml", component("b"));
  repository_.write("x.txt", "text\n");
  commit(component("a") + "  x: {$text: ./x.txt}\n");
  std::map<std::string, std::string> lost;
  for (const auto* file : {path, "other/catalog-info.yaml", "x.txt"}) {
    const auto blob = repository_.git({"rev-parse", fmt::format("HEAD:{}", file)});
    lost[blob] = blob;
  }
  repository_.write("other/catalog-info.yaml", "]");
  repository_.write("x.txt", "other text\n");
  commit(broken_a);
  for (auto& [blob, bytes] : lost) bytes = lose(blob);
  std::vector<std::size_t> asked;
  TestTree tree(repository_);
  tree.bring = [&](const std::vector<std::string>& blobs) -> base::Status {
    asked.push_back(blobs.size());
    for (const auto& blob : blobs) EXPECT_EQ(repository_.git({"hash-object", "-w", "--stdin"}, lost.at(blob)), blob);
    return {};
  };
  EXPECT_FALSE(tree.advance().gaps);
  EXPECT_THAT(tree.all_keys(), ElementsAre("component:default/a", "component:default/b"));
  EXPECT_THAT(asked, ElementsAre(2, 1)) << "the files together, then what a placeholder reads";
  EXPECT_EQ(content(tree), content(running_));
}

TEST_F(LastGoodTest, SaysSoWhereBlobsCanNotBeHad) {
  repository_.write("other/catalog-info.yaml", component("b"));
  commit(component("a"));
  const auto blob = repository_.git({"rev-parse", fmt::format("HEAD:{}", path)});
  repository_.write("other/catalog-info.yaml", "]");
  repository_.commit_file(path, broken_a);
  lose(blob);
  TestTree tree(repository_);
  tree.bring = [](const std::vector<std::string>&) {
    return base::Status(base::fail(base::Code::unavailable, "no network"));
  };
  const auto update = tree.advance();
  EXPECT_TRUE(update.gaps);
  EXPECT_THAT(tree.all_keys(), ElementsAre("component:default/b")) << "what is there is used";
  const auto& warning = update.diagnostics.at(path).back();
  EXPECT_EQ(warning.rule, "history");
  EXPECT_EQ(warning.severity, entity::Severity::warning);
  EXPECT_THAT(warning.message, HasSubstr("found: no network"));
  // Who was there keeps what it knows.
  running_.bring = tree.bring;
  EXPECT_TRUE(running_.advance().gaps);
  EXPECT_THAT(running_.all_keys(), ElementsAre("component:default/a", "component:default/b"));
}

TEST_F(LastGoodTest, AsksAFewTimesAlone) {
  commit(component("a"));
  std::map<std::string, std::string> lost;
  for (int i = 0; i < 8; ++i) {
    lost[repository_.git({"rev-parse", fmt::format("HEAD:{}", path)})];
    commit(fmt::format("{}# {}\n", broken_a, i));
  }
  for (auto& [blob, bytes] : lost) bytes = lose(blob);
  int asked = 0;
  TestTree tree(repository_);
  tree.bring = [&](const std::vector<std::string>& blobs) -> base::Status {
    ++asked;
    for (const auto& blob : blobs) repository_.git({"hash-object", "-w", "--stdin"}, lost.at(blob));
    return {};
  };
  EXPECT_TRUE(tree.advance().gaps);
  EXPECT_EQ(asked, 5);
  EXPECT_THAT(tree.all_keys(), IsEmpty());
}

}  // namespace
}  // namespace aureacore::sync
