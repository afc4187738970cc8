#include "catalog/slot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "catalog/testing.h"

namespace aureacore::catalog {
namespace {

SnapshotPtr version(const SnapshotPtr& base, std::uint64_t position) {
  Editor editor(base, 1);
  editor.put(testing::define({.name = "a", .tag = "t" + std::to_string(position)}));
  editor.set_source(testing::source_state("main", position));
  return editor.finish();
}

TEST(SnapshotSlot, FindsRetainedVersionsByToken) {
  SnapshotSlot slot(2);
  EXPECT_EQ(slot.latest(), nullptr);
  const auto one = version(nullptr, 1);
  const auto two = version(one, 2);
  const auto three = version(two, 3);
  for (const auto& snapshot : {one, two, three}) slot.publish(snapshot);
  EXPECT_EQ(slot.find(one->token()).snapshot, nullptr);
  EXPECT_EQ(slot.find(two->token()).snapshot, two);
  EXPECT_EQ(slot.latest(), three);
  EXPECT_EQ(slot.generation(), 3U);
}

TEST(SnapshotSlot, FindsTheNewestOfOneToken) {
  SnapshotSlot slot(4);
  const auto before = version(nullptr, 1);
  Editor editor(before);
  editor.put(testing::define({.name = "b"}));
  const auto after = editor.finish();
  ASSERT_EQ(before->token(), after->token());
  slot.publish(before);
  slot.publish(after);
  EXPECT_EQ(slot.find(after->token()).snapshot, after);
  slot.publish(version(after, 2));
  EXPECT_EQ(slot.find(after->token()).snapshot, after);
}

// What comes to light about the sources later is no merit of a version that was replaced before.
TEST(SnapshotSlot, RemembersWhenAVersionWasLastKnownToBeCurrent) {
  SnapshotSlot slot(2);
  const auto one = version(nullptr, 1);
  const auto freshness = std::const_pointer_cast<Freshness>(one->source("main")->freshness);
  const base::SteadyTime begin{std::chrono::seconds(100)};
  freshness->checked(begin);
  slot.publish(one);
  freshness->checked(begin + std::chrono::seconds(10));
  EXPECT_EQ(slot.find(one->token()).checked, begin + std::chrono::seconds(10)) << "the newest is current still";
  Editor editor(one);
  auto state = *one->source("main");
  state.position = 2;
  editor.set_source(state);
  slot.publish(editor.finish());
  freshness->checked(begin + std::chrono::seconds(60));
  EXPECT_EQ(slot.find(one->token()).checked, begin + std::chrono::seconds(10));
}

// Readers see whole snapshots, and never an older one after a newer one.
TEST(SnapshotSlot, ReadersNeverGoBack) {
  SnapshotSlot slot(4);
  std::atomic<bool> done{false};
  std::vector<std::jthread> readers;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      Reader reader(slot);
      std::uint64_t last = 0;
      while (!done.load()) {
        const Snapshot* snapshot = reader.current();
        if (snapshot == nullptr) continue;
        const std::uint64_t position = snapshot->source("main")->position;
        const bool whole =
            testing::json(*snapshot->find("component:default/a")).find("\"t" + std::to_string(position) + "\"") !=
            std::string::npos;
        if (position < last || !whole) ++wrong;
        last = position;
      }
    });
  }
  SnapshotPtr snapshot;
  for (std::uint64_t position = 1; position <= 500; ++position) {
    snapshot = version(snapshot, position);
    slot.publish(snapshot);
  }
  done = true;
  readers.clear();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace aureacore::catalog
