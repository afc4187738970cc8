#include "git/tidying.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/remote.h"
#include "git/repository.h"
#include "git/test_repository.h"

namespace aureacore::git {
namespace {

using testing::Le;
using testing::SizeIs;

class TidyingTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "mirror"; }
  [[nodiscard]] GitRemote remote() const {
    return {directory(),
            {.url = parse_url("file://" + origin_.url(), {.local = true}).value(), .branch = {}, .credentials = {}}};
  }
  [[nodiscard]] Mirror mirror() const { return Mirror(directory()); }
  // Each commit is a fetch of its own, with its blob, and so two packs where the server filters.
  std::string fetch_commits(GitRemote& remote, int count) {
    std::string commit;
    for (int i = 0; i < count; ++i) {
      commit = origin_.commit_file("a/file.yaml", std::to_string(++written_));
      EXPECT_TRUE(remote.fetch({.branch = "main", .commit = commit}, {}));
      const auto file = Repository::open(directory())->find(commit, "a/file.yaml").value();
      EXPECT_TRUE(remote.fetch_blobs({file->blob}, {}));
    }
    return commit;
  }
  [[nodiscard]] std::string content(const std::string& commit) const {
    const auto repository = Repository::open(directory());
    const auto file = repository->find(commit, "a/file.yaml");
    return file && *file ? repository->read((*file)->blob, 100).value_or("unreadable") : "missing";
  }
  // Random text, so that it doesn't compress.
  [[nodiscard]] static std::string noise(std::size_t bytes) {
    std::string text;
    std::uint64_t state = 1;
    while (text.size() < bytes) text += std::to_string(state = state * 6364136223846793005ULL + 1442695040888963407ULL);
    return text;
  }

  TestRepository origin_;
  TemporaryFolder folder_;
  int written_ = 0;
};

TEST_F(TidyingTest, MergesSmallPacksAndLeavesTheLargeOne) {
  origin_.commit_file("large", noise(200'000));
  GitRemote remote = this->remote();
  const std::string first = fetch_commits(remote, 1);
  const Pack large = mirror().packs().front();
  const std::string last = fetch_commits(remote, static_cast<int>(max_packs));
  ASSERT_THAT(mirror().packs(), SizeIs(max_packs + 1));
  const auto status = remote.tidy({});
  ASSERT_TRUE(status) << status.error().message;
  const auto packs = mirror().packs();
  EXPECT_THAT(packs, SizeIs(Le(max_packs / 2)));
  EXPECT_EQ(packs.front().stem, large.stem);
  EXPECT_EQ(content(first), "1");
  EXPECT_EQ(content(last), std::to_string(written_));
  EXPECT_EQ(content(fetch_commits(remote, 1)), std::to_string(written_)) << "and fetching goes on";
}

TEST_F(TidyingTest, RepacksPartialMirrorsAndDropsWhatARewrittenBranchLeft) {
  origin_.allow_filter();
  const std::string base = origin_.commit_file("never-read", "x");
  GitRemote remote = this->remote();
  const std::string dropped = fetch_commits(remote, static_cast<int>(max_packs) / 2);
  origin_.git({"reset", "-q", "--hard", base});
  const std::string kept = fetch_commits(remote, 2);
  ASSERT_TRUE(remote.partial());
  EXPECT_NE(content(dropped), "missing");
  const auto status = remote.tidy({});
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(mirror().packs(), SizeIs(1));
  EXPECT_EQ(content(kept), std::to_string(written_));
  EXPECT_FALSE(Repository::open(directory())->commit(dropped));
  EXPECT_EQ(content(fetch_commits(remote, 1)), std::to_string(written_));
  EXPECT_TRUE(remote.partial());
}

TEST_F(TidyingTest, DoesNothingWhereThereIsNothingToDo) {
  GitRemote remote = this->remote();
  ASSERT_TRUE(remote.tidy({})) << "an empty mirror";
  fetch_commits(remote, 2);
  const auto before = mirror().packs();
  ASSERT_TRUE(remote.tidy({}));
  EXPECT_THAT(mirror().packs(), SizeIs(before.size()));
}

TEST_F(TidyingTest, MakesRoomBeforeGivingUp) {
  const std::string base = origin_.commit_file("a/file.yaml", "0");
  origin_.write("large", noise(300'000));
  GitRemote remote = this->remote();
  fetch_commits(remote, 1);
  origin_.git({"reset", "-q", "--hard", base});
  fetch_commits(remote, 1);
  RemoteOptions options{.url = parse_url(origin_.url(), {.local = true}).value(), .branch = {}, .credentials = {}};
  options.mirror_bytes = 100'000;
  ASSERT_GT(mirror().bytes(), options.mirror_bytes);
  GitRemote narrow(directory(), options);
  EXPECT_EQ(content(fetch_commits(narrow, 1)), std::to_string(written_));
  EXPECT_LT(mirror().bytes(), options.mirror_bytes);
}

TEST_F(TidyingTest, LeavesTheMirrorAsItWasWhenItFails) {
  GitRemote remote = this->remote();
  const std::string commit = fetch_commits(remote, 2);
  EXPECT_EQ(repack_mirror(mirror(), base::Duration(0), {}).error().code, base::Code::timeout);
  EXPECT_EQ(content(commit), std::to_string(written_));
  EXPECT_THAT(mirror().packs(), SizeIs(2));
}

}  // namespace
}  // namespace aureacore::git
