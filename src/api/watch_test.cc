// The stream of changes as an endpoint: what it takes, what it begins with, and when it refuses.
#include <gmock/gmock.h>

#include "api/fixture.h"
#include "auth/testing.h"
#include "feed/feed.h"
#include "notify/notifier.h"

namespace aureacore::api {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WatchTest : public testing::ApiTest {
 protected:
  WatchTest() {
    instance_.context.feed = &feed_;
    feed_.start();
    feed_.published(instance_.slot.latest());
  }
  ~WatchTest() override { feed_.stop(); }

  // The head, and what the stream begins with.
  Answer watch(std::string_view target, const testing::Headers& headers = {}, std::string_view method = "GET") {
    std::vector<http::Header> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    http::Request request;
    request.method = http::method_of(method);
    request.method_name = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = views;
    http::Output out;
    http::Response response(request, out, &instance_.mailbox);
    instance_.handler->handle(request, response);
    if (const auto deferral = response.take_deferral()) {
      testing::Instance::wait_for(*deferral);
      out.append(deferral->answer->headers());
      http::append_head_end(out, deferral->answer->close, false);
      stream_ = std::move(deferral->answer->rest);
      if (stream_) stream_->produce(out, 1'000'000);
    }
    return testing::take_apart(out.view());
  }

  feed::Feed feed_{
      {}, {.clock = instance_.clock, .find = [](std::string_view) { return catalog::SnapshotPtr(); }, .wake = [] {}}};
  std::unique_ptr<http::Body> stream_;  // of the last answer
};

TEST_F(WatchTest, BeginsAtTheCurrentVersion) {
  const Answer answer = watch("/api/v1/watch?filter=kind=component", {{"Cache-Control", "no-cache"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.header("content-type"), StartsWith("text/event-stream"));
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(answer.header("aureacore-version"), instance_.slot.latest()->token());
  EXPECT_THAT(answer.body, HasSubstr("event: bookmark"));
  ASSERT_TRUE(stream_);
  EXPECT_TRUE(stream_->waits());
  EXPECT_FALSE(stream_->urgent());
}

TEST_F(WatchTest, TheHeaderWinsOverTheParameter) {
  const std::string current = instance_.slot.latest()->token();
  const std::string unknown = "v1-1-00000000000000000000000000000000";
  EXPECT_THAT(watch("/api/v1/watch?lastEventId=" + unknown).body, HasSubstr("event: reset"));
  const Answer answer = watch("/api/v1/watch?lastEventId=" + unknown, {{"Last-Event-ID", current}});
  EXPECT_EQ(answer.body.find("event: reset"), std::string::npos);
}

TEST_F(WatchTest, CriticalStreamsAreUrgent) {
  watch("/api/v1/watch?criticality=critical");
  EXPECT_TRUE(stream_->urgent());
}

TEST_F(WatchTest, SaysWhatItExpected) {
  for (const auto& [query, expected] :
       std::vector<std::pair<std::string, std::string>>{{"criticality=low", "expected critical"},
                                                        {"filter==x", "expected key=value"},
                                                        {"lastEventId=x", "expected an event's id"},
                                                        {"consistency=strong", "consistency"}}) {
    const Answer answer = watch("/api/v1/watch?" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr(expected));
  }
}

TEST_F(WatchTest, AHeadHasNoStream) {
  const Answer answer = watch("/api/v1/watch", {}, "HEAD");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(feed_.totals().subscribed.load(), 0U);
}

class GuardedWatch : public WatchTest {
 protected:
  GuardedWatch() {
    set(policy());
    instance_.set_up([this](Context& around) { around.auth = &slot_; });
  }
  ~GuardedWatch() override {
    // Their threads look at the slot, which goes before they do.
    instance_.barrier->stop();
    instance_.background->stop();
  }

  [[nodiscard]] auth::Policy policy() const {
    const auth::testing::Signer& signer = signer_;
    auto keys = auth::KeySet::parse("{\"keys\":[" + signer.jwk() + "]}");
    return {.tokens = {{.principal = {.name = "reader", .role = auth::Role::read}, .digest = auth::digest_of("read")}},
            .issuers = {{.issuer = "us",
                         .audience = "it",
                         .skew = {},
                         .role = auth::Role::read,
                         .keys = std::make_shared<const auth::KeySet>(*std::move(keys))}}};
  }
  void set(auth::Policy policy) { slot_.set(std::make_shared<const auth::Policy>(std::move(policy))); }
  // What the stream says at its end, if that has come; a heartbeat may be due.
  std::string ends() {
    http::Output out;
    if (stream_->waits()) return "goes on";
    return stream_->produce(out, 1'000) ? "goes on" : std::string(out.view());
  }

  const auth::testing::Signer signer_{auth::testing::Signer::Type::ed25519};
  auth::PolicySlot slot_{42};
};

TEST_F(GuardedWatch, EndsWithItsToken) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(instance_.clock.wall().time_since_epoch()).count();
  const std::string claims = fmt::format(R"({{"iss":"us","aud":"it","sub":"ada","exp":{}}})", now + 60);
  const testing::Headers headers{{"Authorization", "Bearer " + signer_.sign(claims)}};
  ASSERT_EQ(watch("/api/v1/watch", headers).status, 200);
  instance_.pass(std::chrono::seconds(59));
  EXPECT_EQ(ends(), "goes on");
  instance_.pass(std::chrono::seconds(1));
  EXPECT_THAT(ends(), HasSubstr("retry: "));
  EXPECT_EQ(watch("/api/v1/watch", headers).status, 401);
}

TEST_F(GuardedWatch, EndsWithTheRulesThatAdmittedIt) {
  const testing::Headers headers{{"Authorization", "Bearer read"}};
  ASSERT_EQ(watch("/api/v1/watch", headers).status, 200);
  set(policy());
  instance_.pass(std::chrono::hours(1));
  EXPECT_EQ(ends(), "goes on") << "the same rules, other keys";
  auth::Policy without = policy();
  without.tokens.clear();
  set(without);
  EXPECT_THAT(ends(), HasSubstr("retry: "));
}

TEST_F(WatchTest, AtTheEndThereIsNoMore) {
  watch("/api/v1/watch");
  feed_.stop();
  http::Output out;
  EXPECT_FALSE(stream_->waits());
  EXPECT_FALSE(stream_->produce(out, 1'000));
  EXPECT_THAT(std::string(out.view()), HasSubstr("retry: "));
  const Answer refused = watch("/api/v1/watch");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "2");
}

TEST(Watch, IsNothingBeforeTheFirstVersion) {
  const testing::Instance instance;
  const Answer answer = instance.get("/api/v1/watch");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.header("retry-after"), "");
}

TEST_F(WatchTest, NotificationsAreListedPerTarget) {
  EXPECT_EQ(instance_.get("/api/v1/notifications").body, R"({"items":[]})");
  const notify::Notifier notifier({{.name = "oncall",
                                    .url = "https://hooks.example.com/secret",
                                    .key = "key",
                                    .filter = {},
                                    .filters = {"kind=api"}}},
                                  {}, {.clock = instance_.clock, .log = instance_.log, .random = [] { return 0.5; }});
  instance_.context.notifier = &notifier;
  const Answer answer = instance_.get("/api/v1/notifications");
  EXPECT_EQ(text(answer, "/items/0/origin"), "https://hooks.example.com");
  EXPECT_EQ(text(answer, "/items/0/filter"), R"(["kind=api"])");
  EXPECT_EQ(text(answer, "/items/0/criticality"), "all");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace aureacore::api
