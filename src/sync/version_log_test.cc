#include "sync/version_log.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>

#include "git/test_repository.h"

namespace aureacore::sync {
namespace {

class VersionLogTest : public testing::Test {
 protected:
  static entity::Version version(std::uint64_t position) {
    entity::Version version;
    version.set({"main", position, fmt::format("{:040x}", position)});
    version.set({"other", 7, std::string(40, 'f')});
    return version;
  }
  static void note(VersionLog& log, std::uint64_t position) { log.note(version(position), version(position).token()); }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "versions-catalog"; }

  git::TemporaryFolder folder_;
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
};

TEST_F(VersionLogTest, KnowsWhatTokensStandForAfterARestartToo) {
  {
    VersionLog log(folder_.path(), log_);
    log.open("catalog");
    note(log, 1);
    note(log, 2);
    note(log, 2);
    EXPECT_EQ(log.size(), 2U);
  }
  VersionLog log(folder_.path(), log_);
  log.open("catalog");
  EXPECT_EQ(log.find(version(1).token()), version(1));
  EXPECT_EQ(log.find(version(2).token()), version(2));
  EXPECT_EQ(log.find(version(3).token()), std::nullopt);
}

TEST_F(VersionLogTest, ForgetsWhatAnotherConfigurationServed) {
  VersionLog log(folder_.path(), log_);
  log.open("catalog");
  note(log, 1);
  log.open("another");
  EXPECT_EQ(log.find(version(1).token()), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(VersionLogTest, PassesOverWhatIsDamaged) {
  {
    VersionLog log(folder_.path(), log_);
    log.open("catalog");
    note(log, 1);
  }
  std::ofstream(file(), std::ios::app) << "v1-2-" << std::string(32, '0') << "\n2 aa main\n\nhalf a rec";
  VersionLog log(folder_.path(), log_);
  log.open("catalog");
  EXPECT_EQ(log.size(), 1U);
  note(log, 2);
  VersionLog next(folder_.path(), log_);
  next.open("catalog");
  EXPECT_EQ(next.size(), 2U);
}

TEST_F(VersionLogTest, WhatIsNotedTwiceCountsOnce) {
  entity::Version large;
  for (int i = 0; i < 9'000; ++i) large.set({fmt::format("{:060}", i), 1, std::string(40, 'a')});
  {
    VersionLog log(folder_.path(), log_);
    log.open("catalog");
    note(log, 1);
    log.note(large, large.token());
  }
  std::ifstream in(file(), std::ios::binary);
  const std::string once(std::istreambuf_iterator<char>(in), {});
  for (int i = 0; i < 6; ++i) std::ofstream(file(), std::ios::app | std::ios::binary) << once;
  ASSERT_GT(std::filesystem::file_size(file()), VersionLog::max_bytes);
  VersionLog log(folder_.path(), log_);
  log.open("catalog");
  note(log, 2);
  EXPECT_EQ(log.size(), 3U);
}

TEST_F(VersionLogTest, ForgetsTheOldestFirst) {
  VersionLog log(folder_.path(), log_);
  log.open("catalog");
  entity::Version large;
  for (int i = 0; i < 9'000; ++i) large.set({fmt::format("{:060}", i), 1, std::string(40, 'a')});
  note(log, 1);
  for (std::uint64_t i = 1; i <= 9; ++i) {
    large.set({"x", i, std::string(40, 'b')});
    log.note(large, large.token());
  }
  EXPECT_EQ(log.find(version(1).token()), std::nullopt);
  EXPECT_EQ(log.find(large.token()), large);
  EXPECT_LE(std::filesystem::file_size(file()), 2 * VersionLog::max_bytes);
}

}  // namespace
}  // namespace aureacore::sync
