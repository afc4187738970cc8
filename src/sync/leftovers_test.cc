// Mirrors of sources that are no longer configured.
#include "sync/leftovers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/test_repository.h"
#include "sync/test_syncer.h"

namespace aureacore::sync {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

void make(const fs::path& path) {
  fs::create_directories(path);
  std::ofstream(path / "file") << "x";
}

const base::WallTime later =
    std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::system_clock::now()) + std::chrono::hours(1);

TEST(Leftovers, AreWhatNoSourceUses) {
  const git::TemporaryFolder folder;
  for (const auto* name : {"a-0123456789ab.git", "b-0123456789ab.git", "c-0123456789ab.git.set-aside"}) {
    make(folder.path() / name);
  }
  std::ofstream(folder.path() / "b-0123456789ab.checked") << "main";
  const auto aside = set_leftovers_aside(folder.path(), {"a-0123456789ab"}, later);
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a-0123456789ab.git", "b-0123456789ab.checked.gone",
                                                   "b-0123456789ab.git.gone", "c-0123456789ab.git.set-aside.gone"));
  delete_leftovers(aside, {});
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a-0123456789ab.git"));
}

TEST(Leftovers, StayForAWhile) {
  const git::TemporaryFolder folder;
  make(folder.path() / "a-0123456789ab.git");
  EXPECT_THAT(set_leftovers_aside(folder.path(), {}, later - std::chrono::hours(2)), IsEmpty());
  std::ofstream(folder.path() / "a-0123456789ab.checked") << "main";
  fs::last_write_time(folder.path() / "a-0123456789ab.git", fs::file_time_type::min());
  EXPECT_THAT(set_leftovers_aside(folder.path(), {}, later - std::chrono::hours(2)), IsEmpty());
}

TEST(Leftovers, AreNotWhatSomebodyElsePutThere) {
  const git::TemporaryFolder folder;
  for (const auto* name :
       {"notes", "a.git", "a-0123456789xy.git", "-0123456789ab.git", "a-0123456789ab.git.old", "x.gone"}) {
    make(folder.path() / name);
  }
  EXPECT_THAT(set_leftovers_aside(folder.path(), {}, later), IsEmpty());
  EXPECT_EQ(names_in(folder.path()).size(), 6);
}

TEST(Leftovers, OfAProcessThatDidNotComeToItAreDeletedByTheNext) {
  const git::TemporaryFolder folder;
  make(folder.path() / "a-0123456789ab.git.gone");
  const auto aside = set_leftovers_aside(folder.path(), {}, base::WallTime::min());
  EXPECT_THAT(aside, ElementsAre(folder.path() / "a-0123456789ab.git.gone"));
  std::stop_source stop;
  stop.request_stop();
  delete_leftovers(aside, stop.get_token());
  EXPECT_TRUE(fs::exists(aside[0]));
}

TEST(Leftovers, LeadNowhereElse) {
  const git::TemporaryFolder folder;
  const git::TemporaryFolder elsewhere;
  make(elsewhere.path() / "kept");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "a-0123456789ab.git");
  delete_leftovers(set_leftovers_aside(folder.path(), {}, later), {});
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
  EXPECT_TRUE(fs::exists(elsewhere.path() / "kept" / "file"));
}

TEST(Leftovers, OfAFolderThatIsNotThereAreNone) {
  EXPECT_THAT(set_leftovers_aside("/nonexistent/mirrors", {}, later), IsEmpty());
}

class LeftoverMirrors : public SyncerTest {};

TEST_F(LeftoverMirrors, AreRemovedAtTheNextStart) {
  repository_.commit_file("catalog-info.yaml", component("a"));
  options_.leftover_grace = std::chrono::hours(-1);
  start({source_options("first", repository_)});
  ASSERT_TRUE(eventually([this] { return has("component:default/a"); }));
  restart({source_options("second", repository_)});
  ASSERT_TRUE(eventually([this] { return has("component:default/a"); }));
  ASSERT_TRUE(eventually([this] {
    return std::ranges::none_of(names_in(options_.mirrors), [](const auto& name) { return name.starts_with("first"); });
  }));
  EXPECT_NE(log_text().find("leftover mirror removed"), std::string::npos);
}

}  // namespace
}  // namespace aureacore::sync
