#include "git/remote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/repository.h"
#include "git/test_repository.h"

namespace aureacore::git {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr SchemePolicy local{.insecure = true, .local = true};

bool everything(std::string_view /*path*/) { return true; }

RemoteOptions options_for(const std::string& url, std::string branch = {}) {
  return {.url = parse_url(url, local).value(), .branch = std::move(branch), .credentials = {}};
}

class RemoteTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "mirror"; }
  [[nodiscard]] GitRemote remote(std::string branch = {}) const {
    return {directory(), options_for(origin_.url(), std::move(branch))};
  }

  // Lists and fetches; the commit.
  static std::string refresh(GitRemote& remote) {
    const auto tip = remote.advertised({});
    if (!tip) {
      ADD_FAILURE() << tip.error().message;
      return {};
    }
    const auto status = remote.fetch(*tip, {});
    if (!status) ADD_FAILURE() << status.error().message;
    return tip->commit;
  }
  [[nodiscard]] Repository open() const { return std::move(Repository::open(directory()).value()); }

  TestRepository origin_;
  TemporaryFolder folder_;
};

TEST_F(RemoteTest, FindsDefaultBranchFetchesAndReads) {
  origin_.git({"checkout", "-q", "-b", "trunk"});
  const std::string commit = origin_.commit_file("a/catalog-info.yaml", "kind: Component\n");
  GitRemote remote = this->remote();
  const auto tip = remote.advertised({});
  ASSERT_TRUE(tip) << tip.error().message;
  EXPECT_EQ(tip->branch, "trunk");
  EXPECT_EQ(tip->commit, commit);
  ASSERT_TRUE(remote.fetch(*tip, {}));
  const auto files = open().files(commit, everything, 10);
  ASSERT_TRUE(files);
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().path, "a/catalog-info.yaml");
  EXPECT_EQ(open().read(files->front().blob, 100).value(), "kind: Component\n");
  EXPECT_FALSE(remote.partial());
}

TEST_F(RemoteTest, FollowsOneFileChange) {
  origin_.write("b.yaml", "b");
  const std::string first = origin_.commit_file("a.yaml", "1");
  GitRemote remote = this->remote("main");
  ASSERT_EQ(refresh(remote), first);
  const std::string second = origin_.commit_file("a.yaml", "2");
  ASSERT_EQ(refresh(remote), second);
  const auto changes = open().changes(first, second);
  ASSERT_TRUE(changes);
  ASSERT_THAT(*changes, SizeIs(1));
  EXPECT_EQ(changes->front().path, "a.yaml");
  EXPECT_EQ(open().read(changes->front().now->blob, 100).value(), "2");
}

TEST_F(RemoteTest, FollowsAForcedPush) {
  const std::string base = origin_.commit_file("a", "1");
  origin_.commit_file("a", "2");
  GitRemote remote = this->remote("main");
  refresh(remote);
  origin_.git({"reset", "-q", "--hard", base});
  const std::string rewritten = origin_.commit_file("a", "3");
  EXPECT_EQ(refresh(remote), rewritten);
  EXPECT_EQ(open().position(rewritten).value(), 2);
  origin_.git({"reset", "-q", "--hard", base});
  EXPECT_EQ(refresh(remote), base) << "back to what the mirror has already";
  EXPECT_EQ(remote.mirrored()->commit, base);
}

TEST_F(RemoteTest, SaysThatABranchIsGone) {
  origin_.commit();
  origin_.git({"branch", "feature"});
  GitRemote remote = this->remote("feature");
  refresh(remote);
  origin_.git({"branch", "-D", "feature"});
  const auto tip = remote.advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::not_found);
  EXPECT_THAT(tip.error().message, HasSubstr("feature"));
  EXPECT_TRUE(remote.mirrored()) << "what was fetched stays readable";
}

TEST_F(RemoteTest, TakesABranchThatReplacesAFolderOfBranches) {
  origin_.commit();
  origin_.git({"checkout", "-q", "-b", "a"});
  GitRemote first = remote();
  refresh(first);
  origin_.git({"branch", "-m", "a", "a/b"});
  GitRemote second = remote();
  refresh(second);
  EXPECT_EQ(second.mirrored()->branch, "a/b");
}

TEST_F(RemoteTest, SaysWhatIsMissing) {
  GitRemote empty = remote();
  EXPECT_EQ(empty.advertised({}).error().code, Code::not_found) << "no commit yet";
  EXPECT_EQ(empty.mirrored().error().code, Code::not_found);
  GitRemote nowhere(directory(), options_for((folder_.path() / "nowhere").string()));
  const auto tip = nowhere.advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::not_found) << tip.error().message;
  origin_.commit();
  GitRemote other = remote("other");
  EXPECT_EQ(other.advertised({}).error().code, Code::not_found);
  const auto vanished = other.fetch({.branch = "other", .commit = std::string(40, '1')}, {});
  ASSERT_FALSE(vanished);
  EXPECT_EQ(vanished.error().code, Code::unavailable) << vanished.error().message;
  EXPECT_EQ(other.fetch({.branch = "other", .commit = "--all"}, {}).error().code, Code::invalid);
}

TEST_F(RemoteTest, RefusesAnOddBranchNameOfTheRemote) {
  origin_.commit();
  write_text(origin_.path() / ".git" / "HEAD", "ref: refs/heads/-evil\n");
  std::filesystem::copy(origin_.path() / ".git" / "refs/heads/main", origin_.path() / ".git" / "refs/heads/-evil");
  EXPECT_FALSE(remote().advertised({}));
}

TEST_F(RemoteTest, StartsFromTheMirrorWithoutTheRemote) {
  const std::string commit = origin_.commit_file("a", "1");
  {
    GitRemote remote = this->remote();
    refresh(remote);
  }
  const GitRemote again = remote();
  const auto tip = again.mirrored();
  ASSERT_TRUE(tip) << tip.error().message;
  EXPECT_EQ(tip->commit, commit);
  EXPECT_EQ(tip->branch, "main");
  EXPECT_TRUE(remote("main").mirrored());
  EXPECT_EQ(remote("other").mirrored().error().code, Code::not_found);
  const TestRepository elsewhere;
  EXPECT_EQ(GitRemote(directory(), options_for(elsewhere.url())).mirrored().error().code, Code::not_found);
}

TEST_F(RemoteTest, TakesItsUrlFromNowhereElse) {
  const std::string commit = origin_.commit_file("a", "1");
  GitRemote remote = this->remote();
  refresh(remote);
  const TestRepository evil;
  write_text(directory() / "config", "[remote \"origin\"]\n\turl = " + evil.url() + "\n[core]\n\tbare = true\n");
  write_text(directory() / "packed-refs", "garbage\n");
  EXPECT_EQ(refresh(remote), commit);
  EXPECT_THAT(read_text(directory() / "config"), testing::Not(HasSubstr("url")));

  TestRepository moved;
  const std::string other = moved.commit_file("b", "2");
  GitRemote changed(directory(), options_for(moved.url()));
  EXPECT_EQ(refresh(changed), other);
  EXPECT_THAT(open().files(other, everything, 5).value(), SizeIs(1));
}

TEST_F(RemoteTest, LeavesBlobsOutWhereTheServerCan) {
  origin_.allow_filter();
  origin_.write("large.bin", std::string(300'000, 'x'));
  const std::string first = origin_.commit_file("catalog-info.yaml", "1");
  GitRemote remote(directory(), options_for("file://" + origin_.url()));
  refresh(remote);
  EXPECT_TRUE(remote.partial());
  const auto files = open().files(first, everything, 5).value();
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_FALSE(open().has(files[0].blob));
  EXPECT_EQ(open().read(files[0].blob, 10).error().code, Code::not_found);
  ASSERT_TRUE(remote.fetch_blobs({files[0].blob, files[0].blob}, {}));
  EXPECT_EQ(open().read(files[0].blob, 10).value(), "1");
  EXPECT_FALSE(open().has(files[1].blob));

  const std::string second = origin_.commit_file("catalog-info.yaml", "2");
  EXPECT_EQ(refresh(remote), second);
  const auto changes = open().changes(first, second).value();
  ASSERT_THAT(changes, SizeIs(1));
  ASSERT_TRUE(remote.fetch_blobs({changes[0].now->blob}, {}));
  EXPECT_EQ(open().read(changes[0].now->blob, 10).value(), "2");
  EXPECT_TRUE(remote.fetch_blobs({changes[0].now->blob}, {})) << "nothing to do";
  EXPECT_FALSE(remote.fetch_blobs({std::string(40, '1')}, {}));
  EXPECT_EQ(remote.fetch_blobs({"-x"}, {}).error().code, Code::invalid);
}

TEST_F(RemoteTest, RefusesSha256Repositories) {
  const TestRepository other({"--object-format=sha256"});
  other.commit_file("a", "1");
  const auto tip = GitRemote(directory(), options_for(other.url())).advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::invalid) << tip.error().message;
  EXPECT_THAT(tip.error().message, HasSubstr("SHA-256"));
}

TEST_F(RemoteTest, RunsNoHookAndReadsNoForeignConfiguration) {
  const std::filesystem::path proof = folder_.path() / "proof";
  const std::string script = "#!/bin/sh\ntouch '" + proof.string() + "'\n";
  origin_.commit_file("a", "1");
  GitRemote remote = this->remote();
  refresh(remote);
  for (const auto* hook : {"reference-transaction", "post-fetch", "pre-auto-gc", "fsmonitor-watchman"}) {
    write_text(directory() / "hooks" / hook, script);
    std::filesystem::permissions(directory() / "hooks" / hook, std::filesystem::perms::owner_all);
  }
  const TemporaryFolder home;
  write_text(home.path() / ".gitconfig",
             "[url \"ext::touch " + proof.string() + "\"]\n\tinsteadOf = /\n[protocol]\n\tallow = always\n");
  ::setenv("HOME", home.path().c_str(), 1);
  ::setenv("GIT_CONFIG_COUNT", "1", 1);
  ::setenv("GIT_CONFIG_KEY_0", "core.fsmonitor", 1);
  ::setenv("GIT_CONFIG_VALUE_0", ("touch " + proof.string()).c_str(), 1);
  const std::string commit = origin_.commit_file("a", "2");
  EXPECT_EQ(refresh(remote), commit);
  for (const auto* name : {"HOME", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"}) ::unsetenv(name);
  EXPECT_FALSE(std::filesystem::exists(proof));
}

TEST_F(RemoteTest, KeepsTheMirrorWithinItsLimit) {
  origin_.git({"config", "core.compression", "0"});
  origin_.commit_file("large", std::string(2 << 20, 'x'));
  RemoteOptions options = options_for(origin_.url());
  options.mirror_bytes = 1 << 20;
  GitRemote remote(directory(), options);
  const auto tip = remote.advertised({});
  ASSERT_TRUE(tip);
  const auto status = remote.fetch(*tip, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::too_large);
  EXPECT_THAT(status.error().message, HasSubstr("mirror_bytes"));
  const auto again = remote.fetch(*tip, {});
  EXPECT_EQ(again.error().code, Code::too_large);
  options.mirror_bytes = 100 << 20;
  GitRemote larger(directory(), options);
  EXPECT_TRUE(larger.fetch(*tip, {}));
}

TEST_F(RemoteTest, ChecksObjectsUnlessTold) {
  const std::string tree = origin_.git(
      {"hash-object", "-t", "tree", "-w", "--stdin", "--literally"},
      std::string("100644 b\0", 9) + std::string(20, '\1') + std::string("100644 a\0", 9) + std::string(20, '\1'));
  const std::string commit = origin_.git({"commit-tree", "-m", "unsorted", tree});
  origin_.git({"update-ref", "refs/heads/main", commit});
  origin_.allow_filter();  // whose blobs then may be missing
  GitRemote strict(directory(), options_for(origin_.url()));
  const auto status = strict.fetch({.branch = "main", .commit = commit}, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::corrupt) << status.error().message;
  RemoteOptions options = options_for(origin_.url());
  options.fsck = false;
  GitRemote lax(directory(), options);
  EXPECT_TRUE(lax.fetch({.branch = "main", .commit = commit}, {}));
}

}  // namespace
}  // namespace aureacore::git
