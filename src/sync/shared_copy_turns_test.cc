// A shared copy whose turns the test takes, one after the other.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/embedded_store.h"
#include "cache/testing.h"
#include "catalog/testing.h"
#include "sync/shared_copy.h"

namespace aureacore::sync {
namespace {

using namespace std::chrono_literals;

class SharedCopyTurns : public testing::Test {
 protected:
  void SetUp() override {
    copy_.start("catalog", {{"main", {}}}, {[](const Offer&) {}, [] {}, [](const std::vector<std::string>&) {}});
  }
  void TearDown() override { copy_.stop(); }

  // Each catalog's own.
  std::shared_ptr<cache::Store> store(const std::string& catalog) {
    auto& [folder, store] = stores_[catalog];
    if (!store) store = cache::EmbeddedStore::open(folder.path(), clock_, log_).value();
    return store;
  }
  std::optional<cache::Head> head(const std::string& catalog = "catalog") {
    return store(catalog)->head(base::SteadyTime::max()).value();
  }
  static entity::SourceVersion version(char commit, std::uint64_t position) {
    return {"main", position, std::string(40, commit)};
  }
  void serve(char commit, std::uint64_t position) {
    catalog::Editor editor(nullptr);
    editor.put(catalog::testing::define({.name = std::string(1, commit)}));
    auto state = catalog::testing::source_state("main", position);
    state.commit = version(commit, position).commit;
    editor.set_source(state);
    copy_.served(editor.finish(), nullptr);
  }
  void turn() { copy_.turn({}); }
  // Another instance shares a catalog of this version, which can't be read.
  void share_another(const entity::SourceVersion& version) {
    const auto before = head().value();
    auto next = before;
    next.manifest = cache::Digest::of("another catalog");
    next.version.set(version);
    const auto moved = store("catalog")->move_head({before.manifest, {}, 1h}, next, base::SteadyTime::max());
    ASSERT_EQ(moved->outcome, cache::HeadMove::Outcome::moved);
  }
  // Whether another instance may fetch the source.
  bool is_free() { return store("catalog")->acquire("fetch:main", "other", 1ms, base::SteadyTime::max()).value(); }

  cache::testing::ShiftedClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  std::map<std::string, std::pair<cache::testing::Folder, std::shared_ptr<cache::Store>>> stores_;
  const SharedCopyOptions options_{.instance = "one"};
  SharedCopy copy_{options_,
                   {.clock = clock_,
                    .log = log_,
                    .open = [this](const std::string& catalog, const std::stop_token&) { return store(catalog); },
                    .random = [] { return 0.5; },
                    .driven = true}};
};

TEST_F(SharedCopyTurns, ACheckThatFoundAnotherCommitThanOursDoesNotMoveTheHeadBack) {
  serve('a', 1);
  turn();
  const auto ours = head().value();
  share_another(version('b', 2));
  const auto later = head();
  clock_.advance(2 * options_.interval);
  turn();
  clock_.advance(1s);
  // It is about to be served.
  copy_.confirmed("main", version('b', 2).commit, clock_.steady());
  turn();
  EXPECT_EQ(head(), later);
  copy_.confirmed("main", version('a', 1).commit, clock_.steady());
  turn();
  EXPECT_EQ(head(), ours);
}

TEST_F(SharedCopyTurns, AnAnnouncementNamesWhatIsNew) {
  serve('a', 1);
  turn();
  const auto before = head().value();
  std::vector<cache::Announcement> heard;
  const auto subscription = store("catalog")->subscribe([&](const auto& announcement) {
    if (announcement) heard.push_back(*announcement);
  });
  serve('b', 2);
  turn();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].previous, before.manifest);
  EXPECT_EQ(heard[0].next, head()->manifest);
  ASSERT_EQ(heard[0].parts.size(), 2U) << "a shard and the source";
  for (const auto& bytes : store("catalog")->get(heard[0].parts, base::SteadyTime::max()).value()) EXPECT_TRUE(bytes);
}

TEST_F(SharedCopyTurns, NobodyWaitsForWhatCantBeShared) {
  serve('a', 1);
  turn();
  share_another(version('b', 2));
  ASSERT_TRUE(copy_.acquire("main", version('a', 1).commit));
  serve('c', 2);
  turn();
  EXPECT_EQ(*head()->version.find("main"), version('b', 2));
  EXPECT_TRUE(is_free());
}

TEST_F(SharedCopyTurns, WakesForALeaseAndRenewsItUntilWhatItWasTakenForIsShared) {
  serve('a', 1);
  turn();
  turn();  // it has heard what it announced itself
  ASSERT_GT(copy_.next(), clock_.steady());
  ASSERT_TRUE(copy_.acquire("main", version('a', 1).commit));
  EXPECT_EQ(copy_.next(), base::SteadyTime::min());
  for (int i = 0; i < 8; ++i) {
    turn();
    clock_.advance(options_.lease / 2);
    ASSERT_LE(copy_.next(), clock_.steady());
    turn();
    ASSERT_FALSE(is_free()) << i;
  }
  EXPECT_GT(8 * (options_.lease / 2), options_.interval) << "the head was looked at meanwhile, and is ours";
  serve('b', 2);
  turn();
  EXPECT_TRUE(is_free());
}

TEST_F(SharedCopyTurns, WhatWasServedUnderAnotherConfigurationIsNotSharedUnderTheNewOne) {
  serve('a', 1);
  turn();
  ASSERT_TRUE(head());
  serve('b', 2);
  copy_.configure("another", {{"main", {}}});
  EXPECT_EQ(copy_.store(), nullptr) << "nor is anything recalled";
  turn();
  turn();
  EXPECT_FALSE(head("another"));
  serve('c', 3);
  turn();
  ASSERT_TRUE(head("another"));
  EXPECT_EQ(*head("another")->version.find("main"), version('c', 3));
}

}  // namespace
}  // namespace aureacore::sync
