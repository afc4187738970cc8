// Who may have what, by the role of a static token.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing.h"
#include "auth/policy.h"

namespace aureacore::api {
namespace {

using auth::Role;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::Not;

using testing::web;
constexpr std::string_view refresh_body = R"({"entityRef":"component:default/web"})";

struct Guarded : Instance {
  explicit Guarded(auth::Policy policy = {}, const auth::RateLimit& limit = {}) {
    limiter.set(limit);
    for (const Role role : {Role::read, Role::refresh, Role::admin}) {
      const std::string text(name(role));
      policy.tokens.push_back({.principal = {.name = text + "er", .role = role}, .digest = auth::digest_of(text)});
    }
    slot_of_policy.set(std::make_shared<const auth::Policy>(std::move(policy)));
    set_up([this](Context& around) {
      around.auth = &slot_of_policy;
      around.limiter = &limiter;
    });
    publish();
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() {
    // Their threads look at the slot, which goes before they do.
    barrier->stop();
    background->stop();
  }
  // By the caller with this token; empty: without one.
  testing::Answer as(const std::string& token, std::string_view method, std::string_view target,
                     std::string_view body = {}) const {
    return ask(method, target,
               token.empty() ? testing::Headers() : testing::Headers{{"authorization", "Bearer " + token}}, body);
  }

  auth::PolicySlot slot_of_policy{42};
  auth::Limiter limiter{42};
};

TEST(Admission, TakesARoleForEachRoute) {
  const Guarded server;
  struct Case {
    std::string_view method;
    std::string_view target;
    std::string_view body;
    Role needed;
  };
  const std::vector<Case> cases{
      {"GET", web, "", Role::read},
      {"HEAD", web, "", Role::read},
      {"GET", "/api/catalog/entities?limit=1", "", Role::read},
      {"GET", "/api/v1/status", "", Role::read},
      {"GET", "/metrics", "", Role::read},
      {"POST", "/api/v1/batch", R"({"requests":[]})", Role::read},
      {"POST", "/api/catalog/refresh", refresh_body, Role::refresh},
      {"GET", "/livez", "", Role::none},
      {"GET", "/readyz", "", Role::none},
      {"GET", "/api/v1/openapi.json", "", Role::none},
  };
  for (const Case& route : cases) {
    for (const Role role : {Role::none, Role::read, Role::refresh, Role::admin}) {
      const std::string token(role == Role::none ? "" : name(role));
      const auto answer = server.as(token, route.method, route.target, route.body);
      const int refused = role == Role::none ? 401 : 403;
      EXPECT_EQ(answer.status, role >= route.needed ? 200 : refused) << route.target << " as " << name(role);
    }
  }
}

TEST(Admission, WhereNobodyIsAskedRequestsNameThisMachine) {
  const Guarded server({.anonymous = Role::admin, .only_here = true});
  const auto get = [&](const std::string& host) { return server.get(web, {{"Host", host}}).status; };
  for (const char* host :
       {"localhost", "LOCALHOST:7077", "127.0.0.1", "127.0.0.1:7077", "127.8.0.1", "[::1]", "[::1]:80"}) {
    EXPECT_EQ(get(host), 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:7077", "127.0.0.1.evil.example", "127.evil.example:7077",
                           "localhost.evil.example", "[::1].evil.example", "[::2]", "10.0.0.1"}) {
    EXPECT_EQ(get(host), 421) << host;
  }
  EXPECT_EQ(server.get(web).status, 200) << "what isn't a browser may leave it out";
  const auto post = [&](const std::string& origin) {
    return server.ask("POST", "/api/catalog/refresh", {{"Host", "127.0.0.1"}, {"Origin", origin}}, refresh_body);
  };
  EXPECT_EQ(post("http://localhost:3000").status, 200);
  EXPECT_EQ(post("https://[::1]").status, 200);
  for (const char* origin : {"https://evil.example", "http://127.0.0.1.evil.example", "null", ""}) {
    EXPECT_EQ(post(origin).status, 403) << origin;
  }
  EXPECT_EQ(json_at(post("null"), "/error/name"), "\"NotAllowedError\"");
  EXPECT_EQ(server.get(web, {{"Host", "127.0.0.1"}, {"Origin", "https://evil.example"}}).status, 200);
}

TEST(Admission, SaysWhatItTakes) {
  const Guarded server;
  const auto nobody = server.get("/api/v1/status");
  EXPECT_EQ(nobody.header("www-authenticate"), "Bearer realm=\"aureacore\"");
  EXPECT_EQ(nobody.header("cache-control"), "no-store");
  EXPECT_EQ(nobody.header("content-type"), "application/problem+json");
  const auto wrong = server.as("guess", "GET", "/api/v1/status");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.header("www-authenticate"), "Bearer realm=\"aureacore\", error=\"invalid_token\"");
  EXPECT_THAT(wrong.body, Not(HasSubstr("guess")));
  const auto reader = server.as("read", "POST", "/api/catalog/refresh", refresh_body);
  EXPECT_EQ(reader.header("www-authenticate"),
            "Bearer realm=\"aureacore\", error=\"insufficient_scope\", scope=\"refresh\"");
  EXPECT_EQ(json_at(reader, "/error/name"), "\"NotAllowedError\"");
  EXPECT_EQ(json_at(server.get(web), "/error/name"), "\"AuthenticationError\"");
  EXPECT_TRUE(server.sync.refreshed.empty());
}

TEST(Admission, TheBarrierFollowsAnotherPolicy) {
  Guarded server({.anonymous = Role::read});
  {
    const std::scoped_lock lock(server.sync.mutex);
    server.sync.on_refresh = [&] { server.freshness->checked(server.clock.steady()); };
  }
  const auto strong = [&] {
    server.pass(std::chrono::seconds(1));
    return server.ask("GET", web, {{"authorization", "Bearer read"}, {"aureacore-consistency", "strong"}});
  };
  EXPECT_THAT(strong().header("vary"), Not(HasSubstr("Authorization")));
  auth::Policy closed = *server.slot_of_policy.get();
  closed.anonymous = Role::none;
  server.slot_of_policy.set(std::make_shared<const auth::Policy>(std::move(closed)));
  EXPECT_THAT(strong().header("vary"), HasSubstr("Authorization"));
}

TEST(Admission, GivesSharedCachesNothingThatIsForSomeOnly) {
  const Guarded server;
  for (const std::string_view target : {web, std::string_view("/api/catalog/entities?limit=1")}) {
    const auto answer = server.as("read", "GET", target);
    EXPECT_THAT(answer.header("cache-control"), HasSubstr("private")) << target;
    EXPECT_THAT(answer.header("vary"), HasSubstr("Authorization")) << target;
  }
  const auto etag = server.as("read", "GET", web).header("etag");
  EXPECT_EQ(server.ask("GET", web, {{"if-none-match", etag}}).status, 401);
  const auto deferred =
      server.as("read", "GET", "/api/catalog/entities/by-name/component/default/web?consistency=strong");
  EXPECT_NE(deferred.status, 401);
  const Guarded open({.anonymous = Role::read});
  EXPECT_THAT(open.get(web).header("cache-control"), Not(HasSubstr("private")));
  EXPECT_THAT(open.get(web).header("vary"), Not(HasSubstr("Authorization")));
}

TEST(Admission, LetsNobodyByWithABadTokenEvenWhereNoneIsNeeded) {
  const Guarded server({.anonymous = Role::read, .open_metrics = true});
  EXPECT_EQ(server.get(web).status, 200);
  EXPECT_EQ(server.as("guess", "GET", web).status, 401);
  EXPECT_EQ(server.ask("GET", web, {{"Authorization", "Bearer read"}, {"authorization", "Bearer admin"}}).status, 401);
  EXPECT_EQ(server.ask("POST", "/api/catalog/refresh", {}, refresh_body).status, 401);
  EXPECT_EQ(server.get("/metrics").status, 200);
}

TEST(Admission, TellsNobodyOfSourcesWhoMayNotRead) {
  Guarded server;
  server.sync.statuses.push_back({.id = "secret-project"});
  EXPECT_THAT(server.get("/readyz?verbose").body, Not(HasSubstr("secret-project")));
  const Guarded open({.anonymous = Role::read});
  EXPECT_EQ(open.get("/readyz?verbose").status, 200);
}

TEST(Admission, AsksBatchesOnceForAllTheirOperations) {
  const Guarded server;
  const std::string body = fmt::format(
      R"({{"requests":[{{"path":"{}"}},{{"path":"/metrics"}},{{"method":"POST","path":"/api/catalog/refresh","body":{}}}]}})",
      web, refresh_body);
  const auto answer = server.as("read", "POST", "/api/v1/batch", body);
  EXPECT_EQ(json_at(answer, "/responses/0/status"), "200");
  EXPECT_EQ(json_at(answer, "/responses/1/status"), "400");
  EXPECT_EQ(json_at(answer, "/responses/2/status"), "400");
  EXPECT_THAT(answer.header("cache-control"), HasSubstr("private"));
  EXPECT_TRUE(server.sync.refreshed.empty());
}

TEST(Admission, FollowsThePolicyATickLater) {
  Guarded server;
  EXPECT_EQ(server.as("read", "GET", web).status, 200);
  server.slot_of_policy.set(std::make_shared<const auth::Policy>(auth::Policy{}));
  server.pass(std::chrono::milliseconds(100));
  EXPECT_EQ(server.as("read", "GET", web).status, 401);
}

struct Limited : Guarded {
  Limited() : Guarded({.anonymous = Role::read}, {.per_second = 1, .burst = 2}) {}
};

TEST(Admission, LimitsHowOftenAClientMayAsk) {
  Limited server;
  const auto first = server.as("read", "GET", web);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.header("ratelimit-policy"), "\"default\";q=2;w=2");
  EXPECT_EQ(first.header("ratelimit"), "\"default\";r=1;t=1");
  EXPECT_EQ(server.as("read", "GET", "/api/v1/order").header("ratelimit"), "\"default\";r=0;t=2");
  const auto refused = server.as("read", "GET", web);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.header("ratelimit"), "\"default\";r=0;t=2");
  EXPECT_EQ(server.as("admin", "GET", web).status, 200) << "another client";
  EXPECT_EQ(server.get(web).status, 200) << "nobody in particular";
  EXPECT_EQ(server.as("read", "GET", "/livez").status, 200);
  server.pass(std::chrono::seconds(1));
  EXPECT_EQ(server.as("read", "GET", web).status, 200);
}

TEST(Admission, CountsGuessesOfTokensForTheirAddress) {
  Limited server;
  EXPECT_EQ(server.as("guess1", "GET", web).status, 401);
  EXPECT_EQ(server.as("guess2", "GET", web).status, 401);
  EXPECT_EQ(server.as("guess3", "GET", web).status, 429);
  EXPECT_EQ(server.as("read", "GET", web).status, 200);
}

}  // namespace
}  // namespace aureacore::api
