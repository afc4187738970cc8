#include "git/repository.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/test_repository.h"

namespace aureacore::git {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

bool any_path(std::string_view /*path*/) { return true; }

std::vector<std::string> paths(const std::vector<File>& files) {
  std::vector<std::string> result;
  result.reserve(files.size());
  for (const File& file : files) result.push_back(file.path);
  return result;
}

// "a" for what is there now, "-a" for what is gone.
std::vector<std::string> paths(const std::vector<Change>& changes) {
  std::vector<std::string> result;
  result.reserve(changes.size());
  for (const Change& change : changes) result.push_back((change.now ? "" : "-") + change.path);
  return result;
}

class RepositoryTest : public testing::Test {
 protected:
  [[nodiscard]] Repository open() const { return std::move(Repository::open(origin_.path() / ".git").value()); }

  // Writes a tree that git itself refuses to make: pairs of "mode name" and an object id.
  [[nodiscard]] std::string raw_tree(const std::vector<std::pair<std::string, std::string>>& entries) const {
    std::string bytes;
    for (const auto& [entry, id] : entries) {
      bytes += entry + '\0';
      for (std::size_t i = 0; i < id.size(); i += 2)
        bytes += static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16));
    }
    return origin_.git({"hash-object", "-t", "tree", "-w", "--stdin", "--literally"}, bytes);
  }
  [[nodiscard]] std::string blob(const std::string& text) const {
    return origin_.git({"hash-object", "-w", "--stdin"}, text);
  }
  [[nodiscard]] std::string commit_of(const std::string& tree) const {
    return origin_.git({"commit-tree", "-m", "made by hand", tree});
  }

  TestRepository origin_;
};

TEST_F(RepositoryTest, ListsWantedFilesInOrder) {
  for (const auto* name : {"b/c.yaml", "b.yaml", "b-a.yaml", "a/z/y.yaml", "z.txt", "b/a/d.yaml"})
    origin_.write(name, name);
  const std::string commit = origin_.commit();
  const auto files = open().files(commit, [](std::string_view path) { return path.ends_with(".yaml"); }, 10);
  ASSERT_TRUE(files);
  EXPECT_THAT(paths(*files), ElementsAre("a/z/y.yaml", "b-a.yaml", "b.yaml", "b/a/d.yaml", "b/c.yaml"));
  EXPECT_TRUE(std::ranges::is_sorted(*files, {}, &File::path));
}

TEST_F(RepositoryTest, LimitsWantedFiles) {
  origin_.write("a", "a");
  origin_.write("b", "b");
  const std::string commit = origin_.commit_file("c", "c");
  EXPECT_TRUE(open().files(commit, any_path, 3));
  const auto files = open().files(commit, any_path, 2);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Code::too_large);
}

TEST_F(RepositoryTest, TellsSymlinksAndSubmodulesApart) {
  std::filesystem::create_symlink("/etc/passwd", origin_.path() / "link");
  origin_.write("run.sh", "#!/bin/sh\n");
  std::filesystem::permissions(origin_.path() / "run.sh", std::filesystem::perms::owner_all);
  const std::string first = origin_.commit();
  origin_.git({"update-index", "--add", "--cacheinfo", "160000," + first + ",module"});
  origin_.git({"commit", "-q", "-m", "module"});
  const auto files = open().files(origin_.head(), any_path, 10);
  ASSERT_TRUE(files);
  ASSERT_THAT(paths(*files), ElementsAre("link", "module", "run.sh"));
  EXPECT_EQ(files->at(0).mode, Mode::symlink);
  EXPECT_EQ(files->at(1).mode, Mode::submodule);
  EXPECT_EQ(files->at(1).blob, first);
  EXPECT_EQ(files->at(2).mode, Mode::regular);
}

TEST_F(RepositoryTest, TellsChanges) {
  for (const auto* name : {"same/a", "same/b", "changed", "gone/a", "gone/b", "old", "file", "folder/x"})
    origin_.write(name, name);
  const std::string from = origin_.commit();
  origin_.write("changed", "now");
  std::filesystem::remove_all(origin_.path() / "gone");
  std::filesystem::rename(origin_.path() / "old", origin_.path() / "renamed");
  std::filesystem::remove(origin_.path() / "file");
  origin_.write("file/inside", "x");
  std::filesystem::remove_all(origin_.path() / "folder");
  origin_.write("folder", "x");
  origin_.write("new/deep/er", "x");
  const std::string to = origin_.commit();
  const auto changes = open().changes(from, to);
  ASSERT_TRUE(changes);
  EXPECT_THAT(paths(*changes), ElementsAre("changed", "-file", "file/inside", "folder", "-folder/x", "-gone/a",
                                           "-gone/b", "new/deep/er", "-old", "renamed"));
  EXPECT_EQ(open().read(changes->front().now->blob, 10).value(), "now");
  EXPECT_THAT(paths(open().changes(to, from).value()), SizeIs(changes->size()));
  EXPECT_THAT(open().changes(to, to).value(), IsEmpty());
}

TEST_F(RepositoryTest, TellsAChangeOfKindButNotOfTheExecutableBit) {
  origin_.write("script", "target");
  const std::string from = origin_.commit_file("link", "target");
  std::filesystem::permissions(origin_.path() / "script", std::filesystem::perms::owner_all);
  std::filesystem::remove(origin_.path() / "link");
  std::filesystem::create_symlink("target", origin_.path() / "link");
  const auto changes = open().changes(from, origin_.commit());
  ASSERT_TRUE(changes);
  ASSERT_THAT(paths(*changes), ElementsAre("link"));
  EXPECT_EQ(changes->front().now->mode, Mode::symlink);
}

TEST_F(RepositoryTest, FindsOneFile) {
  const std::string commit = origin_.commit_file("a/b/c.yaml", "text");
  const auto file = open().find(commit, "a/b/c.yaml");
  ASSERT_TRUE(file && *file);
  EXPECT_EQ((*file)->path, "a/b/c.yaml");
  EXPECT_EQ(open().read((*file)->blob, 10).value(), "text");
  for (const auto* none :
       {"a", "a/b", "a/b/d", "", "/", "a//b/c.yaml", "/a/b/c.yaml", "a/../a/b/c.yaml", "a/b/c.yaml/x"}) {
    const auto nothing = open().find(commit, none);
    ASSERT_TRUE(nothing) << none;
    EXPECT_FALSE(*nothing) << none;
  }
}

TEST_F(RepositoryTest, ReadsBlobsWithinALimit) {
  const std::string id = blob(std::string(1000, 'x'));
  EXPECT_EQ(open().read(id, 1000).value(), std::string(1000, 'x'));
  const auto large = open().read(id, 999);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::too_large);
  EXPECT_THAT(large.error().message, HasSubstr("999"));
  EXPECT_EQ(open().read(std::string(40, '1'), 10).error().code, Code::not_found);
  EXPECT_EQ(open().read("x", 10).error().code, Code::invalid);
  const std::string commit = origin_.commit_file("a", "a");
  EXPECT_EQ(open().read(commit, 1000).error().code, Code::corrupt) << "a commit is no blob";
  EXPECT_TRUE(open().has(id));
  EXPECT_FALSE(open().has(std::string(40, '1')));
}

TEST_F(RepositoryTest, CountsTheFirstParentHistory) {
  const std::string first = origin_.commit("1");
  const std::string second = origin_.commit("2");
  origin_.git({"checkout", "-q", "-b", "side", first});
  const std::string side = origin_.commit("side");
  origin_.git({"checkout", "-q", "main"});
  origin_.git({"merge", "-q", "--no-ff", "-m", "merge", "side"});
  const std::string merge = origin_.head();
  const Repository repository = open();
  EXPECT_EQ(repository.position(first).value(), 1);
  EXPECT_EQ(repository.position(merge).value(), 3);
  EXPECT_EQ(repository.position(merge, {{second, 100}}).value(), 101);
  EXPECT_EQ(repository.position(merge, {{side, 100}}).value(), 3) << "not on the first-parent history";
  EXPECT_TRUE(repository.descends(merge, second).value());
  EXPECT_TRUE(repository.descends(merge, merge).value());
  EXPECT_FALSE(repository.descends(merge, side).value());
  EXPECT_EQ(repository.position(std::string(40, '1')).error().code, Code::not_found);
  EXPECT_EQ(repository.parent(merge).value(), second);
  EXPECT_EQ(repository.parent(first).value(), std::nullopt);
  EXPECT_EQ(repository.parent(std::string(40, '1')).error().code, Code::not_found);
}

TEST_F(RepositoryTest, TellsAboutACommit) {
  const std::string id = origin_.commit("Subject\n\nBody");
  const auto commit = open().commit(id);
  ASSERT_TRUE(commit);
  EXPECT_EQ(commit->id, id);
  EXPECT_EQ(commit->author, "Ann");
  EXPECT_EQ(commit->subject, "Subject");
  EXPECT_EQ(std::to_string(commit->time), origin_.git({"log", "-1", "--format=%ct"}));
}

TEST_F(RepositoryTest, PassesOverNamesThatNoWorkTreeHolds) {
  const std::string file = blob("x");
  const std::string inner = raw_tree({{"100644 x", file}});
  const std::string tree = raw_tree({{"40000 .", inner},
                                     {"40000 ..", inner},
                                     {"100644 a/b", file},
                                     {"100644 a\nb", file},
                                     {"40000 b\x01", inner},
                                     {"100644 c\xff", file},
                                     {"100644 good", file},
                                     {"100664 group-writable", file}});
  const std::string commit = commit_of(tree);
  EXPECT_THAT(paths(open().files(commit, any_path, 10).value()), ElementsAre("good"));
  const std::string empty = commit_of(raw_tree({}));
  EXPECT_THAT(paths(open().changes(empty, commit).value()), ElementsAre("good"));
  EXPECT_FALSE(open().find(commit, "../x").value());
}

TEST_F(RepositoryTest, OrdersAndMergesHostileTrees) {
  const std::string one = blob("1");
  const std::string two = blob("2");
  const std::string from =
      commit_of(raw_tree({{"100644 z", one}, {"100644 a", one}, {"100644 m", one}, {"100644 a", one}}));
  const std::string to = commit_of(raw_tree({{"100644 m", two}, {"100644 a", one}, {"100644 z", one}}));
  EXPECT_THAT(paths(open().files(from, any_path, 10).value()), ElementsAre("a", "m", "z"));
  EXPECT_THAT(paths(open().changes(from, to).value()), ElementsAre("m"));
}

TEST_F(RepositoryTest, LimitsDepthAndEntries) {
  std::string tree = raw_tree({{"100644 x", blob("x")}});
  for (int depth = 0; depth < 70; ++depth) tree = raw_tree({{"40000 d", tree}});
  const std::string deep = commit_of(tree);
  EXPECT_EQ(open().files(deep, any_path, 10).error().code, Code::too_large);

  std::string bomb = raw_tree({});
  for (int level = 0; level < 4; ++level) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (int i = 10'000; i < 14'000; ++i) entries.emplace_back("40000 " + std::to_string(i), bomb);
    bomb = raw_tree(entries);
  }
  const auto files = open().files(commit_of(bomb), any_path, 10);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Code::too_large);
  EXPECT_THAT(files.error().message, HasSubstr("folders"));
}

TEST_F(RepositoryTest, SaysWhatIsCorrupt) {
  const std::string commit = origin_.commit_file("folder/a", "a");
  const std::string tree = origin_.git({"rev-parse", "HEAD:folder"});
  const auto object = origin_.path() / ".git" / "objects" / tree.substr(0, 2) / tree.substr(2);
  std::filesystem::permissions(object, std::filesystem::perms::owner_all);
  write_text(object, "garbage");
  const auto files = open().files(commit, any_path, 10);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Code::corrupt);
  EXPECT_THAT(files.error().message, HasSubstr("folder"));
  const std::string unnamed = commit_of(raw_tree({{"100644 ", blob("x")}}));
  EXPECT_EQ(open().files(unnamed, any_path, 10).error().code, Code::corrupt);
  std::filesystem::remove(object);
  EXPECT_EQ(open().files(commit, any_path, 10).error().code, Code::corrupt);
}

TEST_F(RepositoryTest, VerifiesHashes) {
  const std::string honest = blob("honest");
  const std::string forged = blob("forged");
  const auto objects = origin_.path() / ".git" / "objects";
  const auto object = objects / honest.substr(0, 2) / honest.substr(2);
  std::filesystem::remove(object);
  std::filesystem::copy(objects / forged.substr(0, 2) / forged.substr(2), object);
  EXPECT_EQ(open().read(honest, 100).error().code, Code::corrupt);
}

TEST(RepositoryOpenTest, SaysWhatCanNotBeOpened) {
  const TemporaryFolder folder;
  EXPECT_EQ(Repository::open(folder.path() / "nowhere").error().code, Code::not_found);
  EXPECT_EQ(Repository::open(folder.path()).error().code, Code::not_found);
}

}  // namespace
}  // namespace aureacore::git
