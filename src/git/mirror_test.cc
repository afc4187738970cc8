#include "git/mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/remote.h"
#include "git/repository.h"
#include "git/test_repository.h"

namespace aureacore::git {
namespace {

namespace fs = std::filesystem;
using base::Code;

class MirrorTest : public testing::Test {
 protected:
  MirrorTest() { commit_ = origin_.commit_file("a/b", "1"); }

  [[nodiscard]] fs::path directory() const { return folder_.path() / "mirror"; }
  [[nodiscard]] GitRemote remote() const {
    return {directory(),
            {.url = parse_url(origin_.url(), {.local = true}).value(), .branch = "main", .credentials = {}}};
  }
  void fetch() const { expect_fetch(commit_); }
  void expect_fetch(const std::string& commit) const {
    GitRemote remote = this->remote();
    const auto status = remote.fetch({.branch = "main", .commit = commit}, {});
    EXPECT_TRUE(status) << status.error().message;
    const auto repository = Repository::open(directory());
    ASSERT_TRUE(repository);
    EXPECT_TRUE(repository->files(commit, [](std::string_view) { return true; }, 10));
  }
  void damage_packs() const {
    for (const Pack& pack : Mirror(directory()).packs()) {
      const fs::path path = pack.stem.string() + ".pack";
      fs::permissions(path, fs::perms::owner_all);
      write_text(path, std::string(static_cast<std::size_t>(fs::file_size(path)), 'x'));
    }
  }

  TestRepository origin_;
  TemporaryFolder folder_;
  std::string commit_;
};

TEST_F(MirrorTest, RemovesWhatAKilledFetchLeaves) {
  fetch();
  const std::vector<std::string> leftovers = {"objects/pack/tmp_pack_x",
                                              "objects/pack/.tmp-1-pack-x.pack",
                                              "objects/pack/tmp_idx_y",
                                              "objects/pack/pack-12.pack",
                                              "objects/pack/pack-34.idx",
                                              "objects/pack/pack-56.keep",
                                              "objects/ab/tmp_obj_z",
                                              "HEAD.lock",
                                              "config.lock",
                                              "refs/aureacore/tip.lock",
                                              "packed-refs.lock",
                                              "shallow.lock"};
  for (const auto& name : leftovers) write_text(directory() / name, "x");
  const GitRemote remote = this->remote();
  for (const auto& name : leftovers) EXPECT_FALSE(fs::exists(directory() / name)) << name;
  EXPECT_EQ(remote.mirrored()->commit, commit_);
  expect_fetch(origin_.commit_file("a/b", "2"));
}

TEST_F(MirrorTest, IsMadeAnewWhereItCanNotBeOpened) {
  write_text(directory(), "a file");
  fetch();
  fs::remove_all(directory());
  fs::create_directories(directory());
  write_text(directory() / "objects", "a file");
  fetch();
  EXPECT_FALSE(fs::exists(folder_.path() / "mirror.set-aside")) << "gone once there is a new one";
}

TEST_F(MirrorTest, IsMadeAnewWhereObjectsAreLost) {
  fetch();
  for (const Pack& pack : Mirror(directory()).packs()) Mirror::remove_pack(pack);
  EXPECT_FALSE(remote().mirrored());
  fetch();
}

TEST_F(MirrorTest, IsMadeAnewWhereObjectsAreDamaged) {
  fetch();
  damage_packs();
  EXPECT_FALSE(remote().mirrored());
  fetch();
}

TEST_F(MirrorTest, IsMadeAnewWhereDamageShowsDuringAFetch) {
  fetch();
  GitRemote remote = this->remote();
  ASSERT_TRUE(remote.advertised({}));  // opened and found sound
  damage_packs();
  const std::string next = origin_.commit_file("a/b", "2");
  const auto status = remote.fetch({.branch = "main", .commit = next}, {});
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_TRUE(Mirror(directory()).sound(true));
}

TEST_F(MirrorTest, IsMadeAnewAfterDiscard) {
  fetch();
  GitRemote remote = this->remote();
  ASSERT_TRUE(remote.discard());
  EXPECT_FALSE(remote.mirrored());
  EXPECT_TRUE(fs::exists(folder_.path() / "mirror.set-aside"));
  EXPECT_TRUE(remote.discard()) << "nothing there to set aside";
  fetch();
}

TEST_F(MirrorTest, SurvivesTornFiles) {
  fetch();
  for (const auto* name : {"record", "HEAD", "config", "refs/aureacore/tip"}) {
    write_text(directory() / name, "");
    fetch();
    write_text(directory() / name, std::string(100'000, '\xff'));
    fetch();
  }
}

TEST_F(MirrorTest, SaysWhatCanNotBeWritten) {
  write_text(folder_.path() / "file", "x");
  const auto status = Mirror(folder_.path() / "file" / "mirror").prepare();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::unavailable);
}

TEST_F(MirrorTest, MeasuresItself) {
  EXPECT_EQ(Mirror(directory()).bytes(), 0);
  fetch();
  EXPECT_GT(Mirror(directory()).bytes(), 500);
  EXPECT_EQ(remote().disk_bytes(), Mirror(directory()).bytes());
}

TEST(WriteFile, KnowsAFullDisk) {
  const TemporaryFolder folder;
  fs::create_symlink("/dev/full", folder.path() / "file.lock");
  const auto written = write_file(folder.path() / "file", "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, base::Code::no_space) << written.error().message;
}

}  // namespace
}  // namespace aureacore::git
