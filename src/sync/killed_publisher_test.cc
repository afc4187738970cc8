// An instance that publishes is killed between any two of its steps: the others read on, nobody goes back, and all end with
// what Git has.
#include <gtest/gtest.h>

#include "sync/test_fleet.h"

namespace aureacore::sync {
namespace {

using State = SharedStatus::State;

class KilledPublisherTest : public SharedCopyTest {
 protected:
  // The next version: one component, named after its position.
  void commit() { repository_.commit_file("catalog-info.yaml", component("c" + std::to_string(++commits_))); }
  // What the instance serves is whole, and not before what it served.
  void look(const Instance& instance) {
    const auto snapshot = instance.served();
    const auto position = snapshot->version().find("main")->position;
    ASSERT_GE(position, last_);
    ASSERT_EQ(snapshot->size(), 1);
    ASSERT_NE(snapshot->find("component:default/c" + std::to_string(position)), nullptr);
    last_ = position;
  }
  // A publisher that makes so many calls of the store for the next version. Whether it was killed.
  bool publish(int calls) {
    Instance publisher("publisher-" + std::to_string(calls), shared_);
    publisher.copy_options().interval = 1h;  // it makes no call of its own accord
    publisher.start(main());
    EXPECT_TRUE(in_step(publisher));
    publisher.life.end_after(calls);
    commit();
    publisher.refresh();
    EXPECT_TRUE(eventually([&] {
      look(first_);
      return publisher.life.ended() ||
             (publisher.commit() == repository_.head() && publisher.shared().state == State::in_step);
    }));
    return publisher.life.ended();
  }
  // Starts from what the store has, without Git.
  void start_another(int number) {
    Instance another("another-" + std::to_string(number), shared_);
    another.git.set(repository_.url(), Fault::hang);
    another.start(main());
    ASSERT_TRUE(eventually([&] { return another.served() != nullptr; }));
    ASSERT_EQ(another.served()->size(), 1);
    const auto position = another.served()->version().find("main")->position;
    ASSERT_GE(position + 1, commits_);
  }

  std::uint64_t commits_ = 0;
  std::uint64_t last_ = 0;
};

TEST_F(KilledPublisherTest, BetweenAnyTwoSteps) {
  commit();
  first_.options().patience = 10ms;  // the killed one's lease is still there
  start_first();
  constexpr int most_calls = 40;
  int calls = 0;
  for (bool killed = true; killed && calls < most_calls; ++calls) {
    killed = publish(calls);
    start_another(calls);
    first_.refresh();
    ASSERT_TRUE(in_step(first_)) << calls;
    look(first_);
    ASSERT_FALSE(HasFatalFailure()) << calls;
  }
  // Lease, parts, manifest, head, announcement, lease: each was the last one that was done.
  EXPECT_GE(calls, 6);
  EXPECT_LT(calls, most_calls);
}

}  // namespace
}  // namespace aureacore::sync
