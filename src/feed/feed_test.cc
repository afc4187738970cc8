// The feed's thread and its watchers.
#include "feed/feed.h"

#include <gmock/gmock.h>

#include <future>

#include "feed/testing.h"

namespace aureacore::feed {
namespace {

using namespace std::chrono_literals;
using entity::Criticality;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A feed with whoever waits for its word.
class FeedTest : public ::testing::Test {
 protected:
  ~FeedTest() override {
    if (feed_) feed_->stop();
  }

  void start(FeedOptions options = quiet()) {
    feed_ = std::make_unique<Feed>(options,
                                   Feed::Dependencies{.clock = clock_,
                                                      .find = [this](std::string_view token) { return find(token); },
                                                      .wake = [this] { wake(); }});
    feed_->start();
  }

  static FeedOptions quiet() {
    FeedOptions options;
    options.heartbeat = 1h;
    return options;
  }

  void publish(const std::vector<testing::Service>& put, const std::vector<testing::Service>& drop = {},
               bool commit = true) {
    version_ = testing::next(version_, put, drop, commit);
    feed_->published(version_);
  }

  std::optional<Subscription> subscribe(const std::vector<std::string>& filters = {}, const std::string& after = {},
                                        bool critical = false) {
    return ask(filters, after, critical).get();
  }
  std::future<std::optional<Subscription>> ask(const std::vector<std::string>& filters = {},
                                               const std::string& after = {}, bool critical = false) {
    std::promise<std::optional<Subscription>> promise;
    auto future = promise.get_future();
    feed_->subscribe({Filter::parse(filters, critical).value(), after},
                     [promise = std::move(promise)](std::optional<Subscription> subscription) mutable {
                       promise.set_value(std::move(subscription));
                     });
    return future;
  }

  // What the watcher takes until it has this in it, or is ended.
  std::string take_until(Subscription& subscription, std::string_view wanted) {
    std::string taken;
    const auto append = [&](std::string_view bytes) { taken += bytes; };
    while (taken.find(wanted) == std::string::npos) {
      std::unique_lock lock(mutex_);
      if (!woken_.wait_for(lock, 20s, [&] { return subscription.ready(); })) return taken + "(nothing more)";
      lock.unlock();
      if (!subscription.take(1 << 20, append)) return taken + "(end)";
    }
    return taken;
  }

  catalog::SnapshotPtr find(std::string_view token) {
    const std::scoped_lock lock(mutex_);
    return held_ && held_->token() == token ? held_ : nullptr;
  }
  void wake() {
    const std::scoped_lock lock(mutex_);
    woken_.notify_all();
  }

  base::SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable woken_;
  catalog::SnapshotPtr held_;  // can be found; guarded by mutex_
  catalog::SnapshotPtr version_;
  std::unique_ptr<Feed> feed_;
};

TEST_F(FeedTest, BeginsWithABookmarkAndTellsEachChange) {
  start();
  publish({{"a"}});
  auto watcher = subscribe();
  ASSERT_TRUE(watcher);
  EXPECT_EQ(watcher->version(), version_->token());
  const std::string first = take_until(*watcher, "bookmark");
  EXPECT_THAT(first, StartsWith("retry: "));
  EXPECT_THAT(first, HasSubstr(fmt::format("id: {}\nevent: bookmark\ndata: {{\"version\":\"{}\"}}\n\n",
                                           version_->token(), version_->token())));
  publish({{"pay", "x", Criticality::critical}});
  const std::string event = take_until(*watcher, "pay");
  EXPECT_THAT(event, StartsWith(fmt::format("id: {}\nevent: change\ndata: {{\"version\":", version_->token())));
  EXPECT_THAT(event, HasSubstr(R"("critical":true,"commits":[{"source":"main","previous":")"));
  EXPECT_THAT(event, HasSubstr(R"("author":"Ada","subject":"Change 2","time":"2023-11-14T22:13:20Z"}])"));
  EXPECT_THAT(
      event,
      HasSubstr(
          R"("changes":[{"entityRef":"component:default/pay","change":"added","criticality":"critical","etag":")"));
  EXPECT_EQ(feed_->totals().clients.load(), 1);
  watcher.reset();
  EXPECT_EQ(feed_->totals().clients.load(), 0);
}

TEST_F(FeedTest, RendersOncePerFilter) {
  start();
  publish({{"a"}});
  std::vector<Subscription> watchers;
  for (int i = 0; i < 50; ++i) watchers.push_back(*subscribe());
  auto other = *subscribe({"metadata.tags=x"});
  publish({{"b", "x"}});
  publish({{"c"}});
  for (auto& watcher : watchers) EXPECT_THAT(take_until(watcher, "default/c"), HasSubstr("default/b"));
  EXPECT_THAT(take_until(other, "default/b"), Not(HasSubstr("default/a")));
  EXPECT_FALSE(other.ready()) << "what doesn't fit is no event";
  EXPECT_EQ(feed_->totals().changes.load(), 3U);
  EXPECT_EQ(feed_->totals().sent.load(), 101U);
}

TEST_F(FeedTest, WatchersOfCriticalEntitiesHearOfThoseAlone) {
  start();
  publish({{"a"}});
  auto watcher = *subscribe({}, {}, true);
  EXPECT_TRUE(watcher.critical());
  publish({{"b"}, {"pay", "x", Criticality::critical}});
  publish({{"pay", "x"}});
  const std::string events = take_until(watcher, "removed");
  EXPECT_THAT(events, HasSubstr(R"("entityRef":"component:default/pay","change":"added")"));
  EXPECT_THAT(events, HasSubstr(R"("entityRef":"component:default/pay","change":"removed")"));
  EXPECT_THAT(events, Not(HasSubstr("default/b")));
}

TEST_F(FeedTest, GoesOnBehindAnyEvent) {
  start();
  publish({{"a"}});
  const std::string first = version_->token();
  publish({{"b"}});
  const std::string second = version_->token();
  publish({{"c"}});
  auto watcher = *subscribe({}, first);
  const std::string events = take_until(watcher, "bookmark");
  EXPECT_LT(events.find("default/b"), events.find("id: " + version_->token()));
  EXPECT_THAT(events, HasSubstr("default/c"));
  auto later = *subscribe({}, second);
  EXPECT_THAT(take_until(later, "bookmark"), Not(HasSubstr("default/b")));
}

TEST_F(FeedTest, FromAVersionThatIsFoundElsewhereItIsOneChange) {
  start();
  held_ = testing::next(nullptr, {{"a"}, {"gone"}});
  version_ = testing::next(held_, {{"b"}});
  publish({{"c"}}, {{"gone"}});
  auto watcher = *subscribe({}, held_->token());
  const std::string events = take_until(watcher, "bookmark");
  EXPECT_THAT(events, HasSubstr("default/b"));
  EXPECT_THAT(events, HasSubstr("default/c"));
  EXPECT_THAT(events, HasSubstr(R"("entityRef":"component:default/gone","change":"removed")"));
  EXPECT_EQ(events.find("event: change"), events.rfind("event: change"));
}

TEST_F(FeedTest, WhatIsNoLongerHeldIsAReset) {
  start();
  publish({{"a"}});
  publish({{"b"}});
  auto watcher = *subscribe({}, "v1-1-00000000000000000000000000000000");
  EXPECT_THAT(
      take_until(watcher, "bookmark"),
      HasSubstr(fmt::format("id: {}\nevent: reset\ndata: {{\"version\":\"{}\",\"reason\":\"history no longer held\"}}",
                            version_->token(), version_->token())));
  publish({{"c"}});
  EXPECT_THAT(take_until(watcher, "default/c"), HasSubstr("event: change")) << "and then it goes on";
  EXPECT_EQ(feed_->totals().resets.load(), 1U);
}

// Another instance was quicker: its client must not be taken back.
TEST_F(FeedTest, WhoIsAheadWaitsForUsToFollow) {
  start();
  publish({{"a"}});
  const auto next = testing::next(version_, {{"b"}});
  auto asked = ask({}, next->token());
  publish({{"b"}});
  ASSERT_EQ(version_->token(), next->token());
  auto watcher = *asked.get();
  EXPECT_THAT(take_until(watcher, "bookmark"), Not(HasSubstr("reset")));
}

TEST_F(FeedTest, ButNotForEver) {
  FeedOptions options = quiet();
  options.patience = 10ms;
  start(options);
  publish({{"a"}});
  auto watcher = *subscribe({}, "v1-99-00000000000000000000000000000000");
  EXPECT_THAT(take_until(watcher, "bookmark"), HasSubstr("event: reset"));
}

TEST_F(FeedTest, TellsItsHeartbeat) {
  FeedOptions options = quiet();
  options.heartbeat = 5ms;
  start(options);
  publish({{"a"}});
  auto watcher = *subscribe({"kind=nothing"});
  take_until(watcher, "bookmark");
  publish({{"b"}});
  // It hears of no change, and yet of the version that it may go on behind.
  EXPECT_THAT(take_until(watcher, version_->token()), HasSubstr("event: bookmark"));
}

TEST_F(FeedTest, WhoIsTooSlowIsEndedAndCostsNoMemory) {
  FeedOptions options = quiet();
  options.stream_bytes = 3'000;
  start(options);
  publish({{"a"}});
  auto slow = *subscribe();
  auto quick = *subscribe();
  for (int i = 0; i < 20; ++i) {
    publish({{"a", fmt::format("t{}", i)}});
    take_until(quick, version_->token());
  }
  const std::string end = take_until(slow, "(nothing)");
  EXPECT_THAT(end, HasSubstr(fmt::format("id: {}\nevent: reset", version_->token())));
  EXPECT_THAT(end, ::testing::EndsWith("\"reason\":\"too slow\"}\n\n(end)"));
  EXPECT_EQ(feed_->totals().dropped.load(), 1U);
}

TEST_F(FeedTest, WhatCantBeToldIsAReset) {
  FeedOptions options = quiet();
  options.journal.event_changes = 1;
  start(options);
  publish({{"a"}});
  auto watcher = *subscribe();
  publish({{"b"}, {"c"}});
  EXPECT_THAT(take_until(watcher, "reset"), HasSubstr("too many changes"));
  publish({{"d"}}, {}, false);
  EXPECT_THAT(take_until(watcher, "reset"), HasSubstr("configuration changed"));
}

TEST_F(FeedTest, HasALimitOfWatchers) {
  FeedOptions options = quiet();
  options.watchers = 2;
  start(options);
  publish({{"a"}});
  auto first = subscribe();
  auto second = subscribe();
  EXPECT_TRUE(second);
  EXPECT_FALSE(subscribe());
  first.reset();
  EXPECT_TRUE(subscribe());
  EXPECT_EQ(feed_->totals().refused.load(), 1U);
}

TEST_F(FeedTest, HasALimitOfFilters) {
  FeedOptions options = quiet();
  options.filters = 2;
  start(options);
  publish({{"a"}});
  auto first = subscribe({"kind=a"});
  auto second = subscribe({"kind=b"});
  EXPECT_TRUE(second);
  EXPECT_FALSE(subscribe({"kind=c"}));
  EXPECT_EQ(feed_->totals().refused.load(), 1U);
  EXPECT_TRUE(subscribe({"kind=a"})) << "by one that is watched by there is room";
  first.reset();
  EXPECT_TRUE(subscribe({"kind=c"})) << "nobody watches by the first any more";
}

TEST_F(FeedTest, WhoBeginsAlikeSharesTheBytes) {
  start();
  publish({{"a"}});
  const std::string first = version_->token();
  std::vector<testing::Service> many;
  for (int i = 0; i < 100; ++i) many.push_back({fmt::format("s{}", i)});
  publish(many);
  std::vector<const char*> begins;
  std::vector<Subscription> watchers;
  for (int i = 0; i < 3; ++i) watchers.push_back(*subscribe({}, first));
  watchers.push_back(*subscribe({"kind=component"}, first));
  for (auto& watcher : watchers) {
    watcher.take(1'000, [&](std::string_view bytes) {
      if (bytes.size() == 1'000) begins.push_back(bytes.data());
    });
  }
  ASSERT_EQ(begins.size(), 4U) << "no more than asked for at a time";
  EXPECT_EQ(begins[0], begins[1]);
  EXPECT_EQ(begins[0], begins[2]);
  EXPECT_NE(begins[0], begins[3]);
  EXPECT_TRUE(watchers[0].ready());
  // In the midst of an event there is no place for a hint.
  std::string end;
  watchers[1].end([&](std::string_view bytes) { end += bytes; });
  EXPECT_EQ(end, "");
  const std::string rest = take_until(watchers[0], "event: bookmark");
  EXPECT_THAT(rest, HasSubstr("default/s99"));
  publish({{"b"}});
  auto later = *subscribe({}, first);
  EXPECT_THAT(take_until(later, "event: bookmark"), HasSubstr("default/b"));
}

TEST_F(FeedTest, EndsWithAHintWhenToComeBack) {
  start();
  publish({{"a"}});
  auto watcher = *subscribe();
  take_until(watcher, "bookmark");
  auto ahead = ask({}, "v1-99-00000000000000000000000000000000");
  feed_->stop();
  EXPECT_THAT(take_until(watcher, "(nothing)"), ::testing::MatchesRegex("retry: [0-9]+\n\n\\(end\\)"));
  EXPECT_FALSE(ahead.get());
  EXPECT_FALSE(subscribe());
}

}  // namespace
}  // namespace aureacore::feed
