// Consistency levels: what is answered at once, what waits for a check of the remotes, and what becomes of those who wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "api/preference.h"
#include "api/routes.h"
#include "api/testing.h"
#include "api/worker.h"
#include "entity/push_token.h"

namespace aureacore::api {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::Answer;
using ::testing::HasSubstr;
using testing::Instance;

using testing::web;

class LevelsTest : public ::testing::Test {
 protected:
  LevelsTest() {
    instance_.publish();
    pass(10s);
  }

  void pass(base::Duration time) { instance_.pass(time); }
  // A check that begins now and succeeds at once.
  void check() {
    instance_.freshness->checked(instance_.clock.steady());
    instance_.barrier->notify();
  }
  void check_when_asked() {
    const std::scoped_lock lock(instance_.sync.mutex);
    instance_.sync.on_refresh = [this] { instance_.freshness->checked(instance_.clock.steady()); };
  }
  Answer ask(const std::string& level, testing::Headers headers = {}) {
    headers.emplace_back("AureaCore-Consistency", level);
    return instance_.get(web, headers);
  }
  std::future<Answer> ask_later(const std::string& level, const testing::Headers& headers = {}) {
    auto answer = std::async(std::launch::async, [=, this] { return ask(level, headers); });
    while (instance_.barrier->waiting() == 0) std::this_thread::yield();
    return answer;
  }
  // Still waiting, after whatever was under way has been looked at.
  [[nodiscard]] bool waits() const {
    for (int i = 0; i < 3; ++i) {
      instance_.barrier->notify();
      std::this_thread::sleep_for(2ms);
    }
    return instance_.barrier->waiting() == 1;
  }

  Instance instance_;
};

std::string session_of(const entity::PushToken& push) { return fmt::format("session; version=\"{}\"", push.text()); }

TEST_F(LevelsTest, SessionTakesAPushThatIsServed) {
  const std::string commit = instance_.slot.latest()->source("main")->commit;
  EXPECT_EQ(ask(session_of(entity::PushToken(1, {{"main", commit}}))).status, 200);
  EXPECT_EQ(ask(session_of(entity::PushToken(1, {{"another", commit}}))).status, 200);
  EXPECT_TRUE(instance_.sync.refreshed.empty());
}

TEST_F(LevelsTest, SessionWaitsForAPushAndRemembersIt) {
  const std::string level = session_of(entity::PushToken(1, {{"main", std::string(40, 'b')}}));
  auto answer = ask_later(level);
  EXPECT_TRUE(waits());
  check();
  EXPECT_EQ(answer.get().status, 200);
  pass(10s);
  EXPECT_EQ(ask(level).status, 200);
  EXPECT_EQ(instance_.sync.refreshed.size(), 1);
}

TEST_F(LevelsTest, SessionWaitsForAPushOfNoKnownCommit) {
  auto answer = ask_later(session_of(entity::PushToken(2, {})));
  EXPECT_TRUE(waits());
  check();
  EXPECT_EQ(answer.get().status, 200);
}

TEST_F(LevelsTest, APushIsNoSnapshot) {
  const entity::PushToken push(1, {});
  EXPECT_EQ(ask(fmt::format("snapshot; version=\"{}\"", push.text())).status, 400);
}

TEST_F(LevelsTest, StrongWaitsForACheckThatBeginsAfterIt) {
  auto answer = ask_later("strong");
  EXPECT_TRUE(waits());
  // One that began before proves nothing, whenever it ends.
  instance_.freshness->checked(instance_.clock.steady() - 1ms);
  EXPECT_TRUE(waits());
  check();
  const Answer strong = answer.get();
  EXPECT_EQ(strong.status, 200);
  EXPECT_EQ(strong.header("aureacore-consistency"), "strong");
  EXPECT_EQ(strong.header("age"), "1");
  EXPECT_EQ(strong.header("preference-applied"), "");
  EXPECT_EQ(instance_.sync.refreshed, std::vector<std::string>{"main"});
  EXPECT_EQ(instance_.barrier->waiting(), 0U);
}

TEST_F(LevelsTest, StrongIsAnsweredFromWhatTheCheckFound) {
  auto answer = ask_later("strong");
  instance_.publish({{"Component", "web", "", R"("type":"other")", {}}}, 2);
  instance_.barrier->notify();
  EXPECT_EQ(answer.get().header("aureacore-version"), instance_.slot.latest()->token());
}

TEST_F(LevelsTest, AFailedCheckEndsTheWait) {
  auto answer = ask_later("strong");
  instance_.freshness->failed(instance_.clock.steady() - 1ms);
  EXPECT_TRUE(waits()) << "that one began before the request came";
  instance_.freshness->failed(instance_.clock.steady());
  instance_.barrier->notify();
  const Answer refused = answer.get();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "2");
  EXPECT_EQ(refused.header("aureacore-version"), instance_.slot.latest()->token());
  EXPECT_THAT(refused.body, HasSubstr("consistency-level-unavailable"));
  EXPECT_THAT(refused.body, HasSubstr("found main, last checked 10 s ago"));
}

TEST_F(LevelsTest, StaleIfErrorTakesWhatIsThere) {
  auto answer = ask_later("strong", {{"Cache-Control", "stale-if-error=60"}});
  instance_.freshness->failed(instance_.clock.steady());
  instance_.barrier->notify();
  const Answer stale = answer.get();
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.header("aureacore-consistency"), "eventual");
}

TEST_F(LevelsTest, NobodyWaitsForARemoteThatIsGivenUp) {
  for (const auto degraded : {catalog::Degraded::git_open, catalog::Degraded::held}) {
    instance_.freshness->set_degraded(degraded);
    const Answer refused = ask("strong");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr(name(degraded)));
  }
}

TEST_F(LevelsTest, PreferSaysHowLong) {
  auto answer = ask_later("strong", {{"Prefer", "respond-async, wait=3"}});
  instance_.clock.advance(2s);
  EXPECT_TRUE(waits());
  instance_.clock.advance(1s);
  EXPECT_EQ(answer.get().status, 503);
  check_when_asked();
  EXPECT_EQ(ask("strong", {{"Prefer", "wait=3"}}).header("preference-applied"), "wait=3");
  EXPECT_EQ(ask("strong", {{"Prefer", "wait=9999999"}}).header("preference-applied"), "wait=60");
}

TEST(Preference, NobodyWaitsLongerThanTheBarrierHolds) {
  const auto wait = [](std::string_view value) {
    const std::vector<http::Header> headers{{"Prefer", value}};
    http::Request request;
    request.headers = headers;
    return preferred_wait(request);
  };
  EXPECT_EQ(wait("wait=3"), 3s);
  EXPECT_EQ(wait("wait=9223372036854775808"), Barrier::longest_wait);
  EXPECT_EQ(wait("wait=18446744073709551615"), Barrier::longest_wait);
  EXPECT_EQ(wait("wait=x"), std::nullopt);
}

TEST_F(LevelsTest, BoundedWaitsOnlyWhereItMust) {
  EXPECT_EQ(ask("bounded; max-age=10").header("aureacore-consistency"), "bounded; max-age=10");
  EXPECT_EQ(ask("bounded; max-age=18446744073709551615").status, 200);
  EXPECT_TRUE(instance_.sync.refreshed.empty());
  auto answer = ask_later("bounded; max-age=9");
  // A check that failed before the request came says nothing of what the next one will find.
  instance_.freshness->failed(instance_.clock.steady() - 5s);
  EXPECT_TRUE(waits());
  instance_.freshness->checked(instance_.clock.steady() - 8s);
  instance_.barrier->notify();
  EXPECT_EQ(answer.get().header("aureacore-consistency"), "bounded; max-age=9");
}

TEST_F(LevelsTest, CacheControlAsksToo) {
  check_when_asked();
  const auto cache = [&](const std::string& directives) { return instance_.get(web, {{"Cache-Control", directives}}); };
  EXPECT_EQ(cache("no-cache").header("aureacore-consistency"), "strong");
  pass(10s);
  EXPECT_EQ(cache("max-age=0").header("aureacore-consistency"), "bounded; max-age=0");
  EXPECT_EQ(instance_.sync.refreshed.size(), 2U);
  EXPECT_EQ(cache("no-store").header("aureacore-consistency"), "eventual");
  EXPECT_EQ(cache("only-if-cached").header("aureacore-consistency"), "eventual");
  EXPECT_EQ(cache("max-age=x").status, 400);
  pass(10s);
  EXPECT_EQ(cache("only-if-cached, max-age=10").header("aureacore-consistency"), "bounded; max-age=10");
  const Answer absent = cache("only-if-cached, max-age=9");
  EXPECT_EQ(absent.status, 504);
  EXPECT_THAT(absent.body, HasSubstr("not-cached"));
  EXPECT_EQ(instance_.get(std::string(web) + "?consistency=strong", {{"AureaCore-Consistency", "eventual"}}).status,
            400);
}

TEST_F(LevelsTest, SessionsNeverGoBack) {
  const std::string first = instance_.slot.latest()->token();
  EXPECT_EQ(ask("session; version=\"" + first + "\"").status, 200);
  instance_.publish(query::testing::documents(), 2);
  pass(10s);
  // An earlier version that is still held.
  const Answer answer = ask("session; version=\"" + first + "\"");
  EXPECT_EQ(answer.header("aureacore-consistency"), "session; version=\"" + first + "\"");
  EXPECT_EQ(answer.header("aureacore-version"), instance_.slot.latest()->token());
  EXPECT_TRUE(instance_.sync.refreshed.empty());
  // One that nobody here knows: from another instance, or from long ago.
  check_when_asked();
  EXPECT_EQ(ask("session; version=\"v1-7-00000000000000000000000000000000\"").status, 200);
  EXPECT_EQ(instance_.sync.refreshed.size(), 1U);
}

TEST_F(LevelsTest, ASessionIsMetOnceItsVersionIsServed) {
  // Another instance is ahead: here its version comes by the shared copy, and no check has ended.
  const auto ahead = query::testing::build(query::testing::documents(), 2);
  auto answer = ask_later("session; version=\"" + ahead->token() + "\"");
  EXPECT_TRUE(waits());
  instance_.slot.publish(ahead);
  instance_.barrier->notify();
  EXPECT_EQ(answer.get().header("aureacore-version"), ahead->token());
}

// Each time somebody asks for the time, the next version is published.
class PublishingClock final : public base::Clock {
 public:
  PublishingClock(const base::Clock& clock, catalog::SnapshotSlot& slot, std::vector<catalog::SnapshotPtr> versions)
      : clock_(clock), slot_(slot), versions_(std::move(versions)) {}

  [[nodiscard]] base::SteadyTime steady() const override {
    if (armed && next_ < versions_.size()) slot_.publish(versions_[next_++]);
    return clock_.steady();
  }
  [[nodiscard]] base::WallTime wall() const override { return clock_.wall(); }

  bool armed = false;

 private:
  const base::Clock& clock_;
  catalog::SnapshotSlot& slot_;
  const std::vector<catalog::SnapshotPtr> versions_;
  mutable std::size_t next_ = 0;
};

TEST_F(LevelsTest, ASessionIsNotAnsweredFromBeforeWhatCameMeanwhile) {
  constexpr std::size_t count = 6;
  std::size_t answered = 0;
  for (std::size_t wanted = 0; wanted < count; ++wanted) {
    std::vector<catalog::SnapshotPtr> versions;
    for (std::size_t i = 0; i < count; ++i) {
      versions.push_back(query::testing::build(query::testing::documents(), 2 + i));
    }
    catalog::SnapshotSlot slot(2 * count);
    slot.publish(query::testing::build());
    PublishingClock clock(instance_.clock, slot, versions);
    const Context context{.clock = clock,
                          .log = instance_.log,
                          .slot = slot,
                          .sync = instance_.sync,
                          .metrics = instance_.registry,
                          .requests = instance_.requests,
                          .release = "0.1.0"};
    instance_.handler = make_handler(context, 0);
    clock.armed = true;
    const Answer answer =
        ask(fmt::format("session; version=\"{}\"", versions[wanted]->token()), {{"Cache-Control", "only-if-cached"}});
    instance_.handler.reset();
    if (answer.status != 200) continue;
    ++answered;
    const auto at = std::ranges::find(versions, answer.header("aureacore-version"), &catalog::Snapshot::token);
    EXPECT_GE(at - versions.begin(), static_cast<std::ptrdiff_t>(wanted));
    EXPECT_NE(at, versions.end());
  }
  EXPECT_GT(answered, 0U);
}

TEST_F(LevelsTest, AskingIsTheSameEverywhere) {
  for (const std::string target :
       {"/api/catalog/entities/by-name/component/default/web", "/api/catalog/entities",
        "/api/catalog/entities/by-query", "/api/catalog/entity-facets?facet=kind", "/api/catalog/locations",
        "/api/v1/graph/component/default/web", "/api/v1/impact/component/default/web",
        "/api/v1/path?from=component:default/web&to=component:default/web", "/api/v1/cycles", "/api/v1/order",
        "/api/v1/search?q=web", "/api/v1/errors"}) {
    for (const std::string level :
         {"newest", "bounded", "bounded; max-age=x", "session", "session; version=\"x\"", "snapshot"}) {
      EXPECT_EQ(instance_.get(target, {{"AureaCore-Consistency", level}}).status, 400) << target << ' ' << level;
    }
    const std::string parameter = target + (target.find('?') == std::string::npos ? "?" : "&") + "consistency=strong";
    EXPECT_EQ(instance_.get(parameter, {{"AureaCore-Consistency", "eventual"}}).status, 400) << target;
    EXPECT_EQ(instance_.get(parameter, {{"Cache-Control", "max-age=1"}}).status, 400) << target;
    EXPECT_EQ(instance_.get(target, {{"Cache-Control", "no-cache, only-if-cached"}}).status, 400) << target;
  }
  for (const std::string_view target : {"/api/v1/batch", "/api/catalog/entities/by-refs",
                                        "/api/catalog/entities/by-query", "/api/catalog/locations/by-query"}) {
    EXPECT_EQ(instance_.ask("POST", target, {{"AureaCore-Consistency", "newest"}}, "{}").status, 400) << target;
  }
}

TEST_F(LevelsTest, WhatIsNotLoadedIsNeverEmpty) {
  const Instance empty;
  for (std::size_t i = 0; i + 1 < route_count(); ++i) {
    const Route& route = route_at(i);
    if (route.needs != Needs::snapshot) continue;
    const Answer answer = empty.ask(route.method == http::Method::post ? "POST" : "GET", route.path, {}, "{}");
    EXPECT_EQ(answer.status, 503) << route.path;
    EXPECT_EQ(answer.header("retry-after"), "2") << route.path;
    EXPECT_THAT(answer.body, HasSubstr("not-ready")) << route.path;
  }
}

TEST_F(LevelsTest, AnAbsenceNamesItsVersion) {
  for (const std::string_view target :
       {"/api/catalog/entities/by-name/component/default/none", "/api/catalog/entities/by-uid/none",
        "/api/catalog/entities/by-name/component/default/none/ancestry", "/api/catalog/locations/none",
        "/api/catalog/locations/by-entity/component/default/none", "/api/v1/graph/component/default/none",
        "/api/v1/impact/component/default/none", "/api/v1/errors?source=none",
        "/api/v1/path?from=component:default/none&to=component:default/web"}) {
    const Answer absent = instance_.get(target);
    EXPECT_EQ(absent.status, 404) << target;
    EXPECT_THAT(absent.body, HasSubstr("in version " + instance_.slot.latest()->token())) << target;
    EXPECT_EQ(absent.header("aureacore-version"), instance_.slot.latest()->token()) << target;
  }
}

TEST_F(LevelsTest, AnAbsenceSaysWhatLevelItMeets) {
  check_when_asked();
  constexpr std::string_view none = "/api/catalog/entities/by-name/component/default/none";
  const Answer strong = instance_.get(none, {{"AureaCore-Consistency", "strong"}, {"Prefer", "wait=3"}});
  EXPECT_EQ(strong.status, 404);
  EXPECT_EQ(strong.header("aureacore-consistency"), "strong");
  EXPECT_EQ(strong.header("preference-applied"), "wait=3");
  EXPECT_EQ(strong.header("cache-control"), "no-cache");
  instance_.freshness->set_degraded(catalog::Degraded::git_unreachable);
  const std::string session = "session; version=\"" + instance_.slot.latest()->token() + "\"";
  pass(1s);
  EXPECT_EQ(instance_.get(none, {{"AureaCore-Consistency", session}}).header("aureacore-consistency"),
            session + "; degraded=\"git-unreachable\"");
}

// A cache may give an answer to whoever asks the same way: then a strong one would be as old as the cache likes.
TEST_F(LevelsTest, NoCacheKeepsWhatTheRemotesHaveNow) {
  check_when_asked();
  const auto caching = [](const Answer& answer) { return answer.header("cache-control"); };
  const Answer strong = ask("strong");
  EXPECT_EQ(caching(strong), "no-cache");
  EXPECT_EQ(caching(ask("strong", {{"If-None-Match", strong.header("etag")}})), "no-cache");
  EXPECT_EQ(caching(ask("bounded; max-age=3600")), "no-cache");
  EXPECT_EQ(caching(instance_.get(web, {{"Cache-Control", "max-age=3600"}})), "no-cache");
  const std::string version = "; version=\"" + instance_.slot.latest()->token() + "\"";
  for (const std::string& level : {"eventual"s, "session" + version, "snapshot" + version}) {
    EXPECT_THAT(caching(ask(level)), ::testing::StartsWith("max-age=")) << level;
  }
  // Nor what is there in place of it, by either way.
  {
    const std::scoped_lock lock(instance_.sync.mutex);
    instance_.sync.on_refresh = [this] { instance_.freshness->failed(instance_.clock.steady()); };
  }
  pass(10s);
  EXPECT_EQ(caching(ask("strong", {{"Cache-Control", "stale-if-error=60"}})), "no-cache");
  instance_.barrier->stop();
  const Answer stale = ask("bounded; max-age=0", {{"Cache-Control", "stale-if-error=60"}});
  EXPECT_EQ(caching(stale), "no-cache");
  EXPECT_EQ(stale.header("aureacore-consistency"), "eventual");
}

TEST_F(LevelsTest, SnapshotAnswersFromThatVersion) {
  const std::string first = instance_.slot.latest()->token();
  const std::string before = instance_.get(web).body;
  instance_.publish({{"Component", "api", "", R"("type":"other")", {}}}, 2);
  pass(30s);
  EXPECT_EQ(instance_.get(web).status, 404);
  const std::string level = "snapshot; version=\"" + first + "\"";
  for (const std::string& target : {std::string(web), std::string(web) + "/ancestry", "/api/catalog/entities"s}) {
    const Answer old = instance_.get(target, {{"AureaCore-Consistency", level}});
    EXPECT_EQ(old.status, 200);
    EXPECT_EQ(old.header("aureacore-version"), first);
    EXPECT_EQ(old.header("aureacore-consistency"), level);
    // It was last known to be current 40 s ago, whatever was checked since.
    EXPECT_GE(std::stoi(old.header("age")), 40);
    EXPECT_EQ(instance_.get("/api/catalog/entities/by-name/component/default/api/ancestry").header("aureacore-version"),
              instance_.slot.latest()->token());
  }
  EXPECT_EQ(ask(level).body, before);
  EXPECT_EQ(instance_.get(web).status, 404) << "the next request is at the newest version again";
  const Answer current = ask("snapshot; version=\"" + instance_.slot.latest()->token() + "\"");
  EXPECT_EQ(current.status, 404);
  const Answer gone = ask("snapshot; version=\"v1-7-00000000000000000000000000000000\"");
  EXPECT_EQ(gone.status, 410);
  EXPECT_THAT(gone.body, HasSubstr("version-gone"));
}

TEST_F(LevelsTest, LabelsOfAPinnedVersionStayWithIt) {
  const auto first = instance_.slot.latest();
  instance_.publish(query::testing::documents(), 2);
  Worker worker(instance_.context, 1, Worker::Place::background);
  const auto version = [&] {
    http::Request request{.method = http::Method::get, .target = "/api/v1/errors", .path = "/api/v1/errors"};
    http::Answer answer;
    http::Response response(request, answer);
    worker.handle(request, response);
    return testing::take_apart(std::string(answer.headers()) + "\r\n").header("aureacore-version");
  };
  // As often as something was published, so that counting pins alike would mistake one version for the other.
  for (int i = 0; i < 2; ++i) {
    worker.pin(first);
    EXPECT_EQ(version(), first->token());
    worker.unpin();
  }
  EXPECT_EQ(version(), instance_.slot.latest()->token());
}

TEST_F(LevelsTest, HoldsOnEveryReadEndpoint) {
  check_when_asked();
  for (const std::string_view target :
       {"/api/catalog/entities", "/api/catalog/entities/by-query", "/api/catalog/entity-facets?facet=kind",
        "/api/v1/graph/component/default/web", "/api/v1/impact/component/default/web", "/api/v1/cycles",
        "/api/v1/order", "/api/v1/search?q=web", "/api/v1/errors", "/api/catalog/locations"}) {
    pass(1s);
    const Answer answer = instance_.get(target, {{"Cache-Control", "no-cache"}});
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.header("aureacore-consistency"), "strong") << target;
    EXPECT_EQ(instance_.get(target, {{"Cache-Control", "no-cache"}, {"If-None-Match", answer.header("etag")}}).status,
              304)
        << target;
  }
  pass(1s);
  const Answer batch = instance_.ask(
      "POST", "/api/v1/batch", {{"AureaCore-Consistency", "strong"}},
      R"({"requests":[{"path":"/api/v1/search?q=web"},{"path":"/api/v1/search?q=web&consistency=strong"}]})");
  EXPECT_EQ(batch.header("aureacore-consistency"), "strong");
  EXPECT_THAT(batch.body, HasSubstr(R"({"id":0,"status":200)"));
  EXPECT_THAT(batch.body, HasSubstr(R"({"id":1,"status":400)"));
}

TEST_F(LevelsTest, ACursorStaysWithItsVersion) {
  const Answer page = instance_.get("/api/catalog/entities/by-query?limit=1");
  const auto at = page.body.find("\"nextCursor\":\"") + 14;
  const std::string next =
      "/api/catalog/entities/by-query?cursor=" + page.body.substr(at, page.body.find('"', at) - at);
  instance_.publish(query::testing::documents(), 2);
  check_when_asked();
  EXPECT_EQ(instance_.get(next).status, 200);
  const std::string session = "session; version=\"" + page.header("aureacore-version") + "\"";
  EXPECT_EQ(instance_.get(next, {{"AureaCore-Consistency", session}}).status, 200);
  EXPECT_EQ(instance_.get(next, {{"AureaCore-Consistency", "strong"}}).status, 400);
}

TEST_F(LevelsTest, NobodyIsLeftWaitingAtTheEnd) {
  auto answer = ask_later("strong");
  instance_.barrier->stop();
  EXPECT_EQ(answer.get().status, 503);
  EXPECT_EQ(ask("strong").status, 503);
  EXPECT_EQ(ask("strong", {{"Cache-Control", "stale-if-error=1"}}).status, 200);
}

// Strong reads whose answers nobody has taken yet.
class CrowdTest : public LevelsTest {
 protected:
  std::shared_ptr<http::Deferral> ask_deferred(std::string_view target = web) {
    http::Output out;
    http::Request request;
    request.method = http::Method::get;
    request.method_name = "GET";
    request.target = request.path = target;
    request.headers = headers_;
    http::Response response(request, out, &instance_.mailbox);
    instance_.handler->handle(request, response);
    return response.take_deferral();
  }
  std::vector<std::shared_ptr<http::Deferral>> ask_many(std::size_t clients) {
    std::vector<std::shared_ptr<http::Deferral>> deferrals;
    for (std::size_t i = 0; i < clients; ++i) deferrals.push_back(ask_deferred());
    return deferrals;
  }
  // The barrier lets go of requests a moment after it has answered them.
  void until_nobody_waits() const {
    while (instance_.barrier->waiting() != 0) std::this_thread::yield();
  }

  const std::vector<http::Header> headers_{{"AureaCore-Consistency", "strong"}};
};

TEST_F(CrowdTest, TenThousandStrongReadsShareOneCheckAndHoldUpNobody) {
  constexpr std::size_t clients = 10'000;
  const auto deferrals = ask_many(clients);
  EXPECT_EQ(instance_.get(web).status, 200) << "eventual reads go on";
  EXPECT_EQ(instance_.barrier->waiting(), clients);
  check();
  for (const auto& deferral : deferrals) {
    Instance::wait_for(*deferral);
    ASSERT_EQ(deferral->answer->status, 200);
  }
  EXPECT_EQ(instance_.barrier->totals().met.load(), clients);
  until_nobody_waits();
}

TEST_F(CrowdTest, NobodyWaitsForWhoHasGone) {
  const auto deferrals = ask_many(100);
  for (const auto& deferral : deferrals) deferral->cancelled.store(true);
  instance_.barrier->notify();
  until_nobody_waits();
  check();
  EXPECT_EQ(instance_.barrier->totals().met.load(), 0U) << "nothing is made for them";
}

TEST_F(CrowdTest, WhatTakesLongIsAnsweredBesideTheBarrier) {
  instance_.context.background = nullptr;
  instance_.background = std::make_unique<Background>(instance_.context, 0, 1);  // nobody begins anything
  instance_.context.background = instance_.background.get();
  instance_.context.load.tasks = 2;
  std::vector<std::shared_ptr<http::Deferral>> lists;
  for (int i = 0; i < 3; ++i) lists.push_back(ask_deferred("/api/catalog/entities"));
  const auto look_up = ask_deferred();
  check();
  Instance::wait_for(*look_up);
  EXPECT_EQ(look_up->answer->status, 200);
  Instance::wait_for(*lists[2]);
  EXPECT_EQ(lists[2]->answer->status, 503);
  EXPECT_EQ(instance_.background->load().tasks, 2U);
  EXPECT_FALSE(lists[0]->done.load());
  instance_.background->stop();
}

TEST_F(CrowdTest, NoMoreWaitThanTheLimitsAllow) {
  instance_.context.load.waiting = 2;
  const auto first = ask_many(2);
  const Answer refused = ask("strong");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "2");
  EXPECT_EQ(instance_.requests.worker(0).shed(Shed::barrier_full), 1U);
  EXPECT_EQ(ask("strong", {{"Cache-Control", "stale-if-error=1"}}).status, 200);
  instance_.context.load = {.waiting_bytes = 1};
  EXPECT_EQ(ask("strong").status, 503) << "what waits is counted in bytes, too";
  check();
  for (const auto& deferral : first) Instance::wait_for(*deferral);
  until_nobody_waits();
  check_when_asked();
  pass(1s);
  EXPECT_EQ(ask("strong").status, 200) << "and given back";
}

}  // namespace
}  // namespace aureacore::api
