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
  GitRemote remote(std::string branch = {}) const {
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

}  // namespace
}  // namespace aureacore::git
