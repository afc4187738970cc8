#include "sync/leases.h"

#include <gtest/gtest.h>

#include "cache/embedded_store.h"
#include "cache/testing.h"

namespace aureacore::sync {
namespace {

using namespace std::chrono_literals;

class LeasesTest : public testing::Test {
 protected:
  void SetUp() override {
    first_.use(store_);
    second_.use(store_);
  }
  static entity::Version version(const std::string& commit) {
    entity::Version version;
    version.set({"main", 1, commit});
    return version;
  }

  cache::testing::Folder folder_;
  cache::testing::ShiftedClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  const std::shared_ptr<cache::Store> store_ = cache::EmbeddedStore::open(folder_.path(), clock_, log_).value();
  Leases first_{{.owner = "first", .time = 6s, .longest = 30s}, clock_, log_};
  Leases second_{{.owner = "second", .time = 6s, .longest = 30s}, clock_, log_};
};

TEST_F(LeasesTest, OneHasItUntilItIsReleased) {
  EXPECT_TRUE(first_.acquire("main", "a"));
  EXPECT_FALSE(second_.acquire("main", "a"));
  EXPECT_TRUE(second_.acquire("other", "a"));
  second_.release("main");
  EXPECT_FALSE(second_.acquire("main", "a")) << "nobody releases another's";
  first_.release("main");
  EXPECT_TRUE(second_.acquire("main", "a"));
}

TEST_F(LeasesTest, WithoutAStoreEverybodyHasIt) {
  first_.use(nullptr);
  second_.use(nullptr);
  EXPECT_TRUE(first_.acquire("main", "a"));
  EXPECT_TRUE(second_.acquire("main", "a"));
  EXPECT_EQ(first_.next(), base::SteadyTime::max());
}

TEST_F(LeasesTest, IsRenewedUpToItsLimit) {
  ASSERT_TRUE(first_.acquire("main", "a"));
  EXPECT_LE(first_.next(), clock_.steady() + 2s);
  for (int i = 0; i < 7; ++i) {
    clock_.advance(4s);
    EXPECT_LE(first_.next(), clock_.steady());
    first_.look_after();
    EXPECT_FALSE(second_.acquire("main", "a")) << i;
  }
  clock_.advance(4s);
  first_.look_after();
  EXPECT_EQ(first_.next(), base::SteadyTime::max());
  clock_.advance(4s);
  EXPECT_TRUE(second_.acquire("main", "a"));
}

TEST_F(LeasesTest, ALaterOneIsRenewedForAsLong) {
  ASSERT_TRUE(first_.acquire("main", "a"));
  clock_.advance(29s);
  ASSERT_TRUE(first_.acquire("main", "b"));
  for (int i = 0; i < 7; ++i) {
    clock_.advance(4s);
    first_.look_after();
    EXPECT_FALSE(second_.acquire("main", "a")) << i;
  }
}

TEST_F(LeasesTest, IsLetGoOfOnceAnotherCommitThanThatBeforeIsShared) {
  ASSERT_TRUE(first_.acquire("main", "a"));
  first_.release_fetched(version("a"));
  EXPECT_FALSE(second_.acquire("main", "a")) << "what it was taken for is still to come";
  first_.release_fetched(version("b"));
  EXPECT_TRUE(second_.acquire("main", "b"));
}

TEST_F(LeasesTest, IsLetGoOfWhenItsFetchHasEnded) {
  ASSERT_TRUE(first_.acquire("main", "a"));
  first_.end("main");
  first_.end("other");
  EXPECT_LE(first_.next(), clock_.steady());
  first_.look_after();
  EXPECT_TRUE(second_.acquire("main", "a"));
}

}  // namespace
}  // namespace aureacore::sync
