#include "server/file_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

#include "base/clock.h"

namespace aureacore::server {
namespace {

class FileLimit : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit low{.rlim_cur = 64, .rlim_max = before_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  }
  void TearDown() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

  static rlim_t soft() {
    rlimit now{};
    ::getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
  }

  rlimit before_{};
  base::SystemClock clock_;
  std::string lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) { lines_ += line; }};
};

TEST_F(FileLimit, IsRaisedQuietly) {
  raise_file_limit(128, log_);
  EXPECT_EQ(soft(), 128U);
  EXPECT_EQ(lines_, "");
}

TEST_F(FileLimit, IsNeverLowered) {
  raise_file_limit(16, log_);
  EXPECT_EQ(soft(), 64U);
}

TEST_F(FileLimit, GoesAsFarAsItMayAndSaysSo) {
  const auto beyond = static_cast<std::size_t>(before_.rlim_max) + 1;
  if (before_.rlim_max == RLIM_INFINITY) GTEST_SKIP() << "no hard limit here";
  raise_file_limit(beyond, log_);
  EXPECT_EQ(soft(), before_.rlim_max);
  EXPECT_NE(lines_.find("limits.connections"), std::string::npos) << lines_;
}

}  // namespace
}  // namespace aureacore::server
