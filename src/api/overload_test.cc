// What is refused where too much is asked at once: costly requests first, look-ups by name never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "api/routes.h"

namespace aureacore::api {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::HasSubstr;

using testing::web;
constexpr std::string_view list = "/api/catalog/entities";

class OverloadTest : public testing::ApiTest {
 protected:
  void pass(base::Duration time) { instance_.pass(time); }
  void ask_costly(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) EXPECT_EQ(instance_.get(list).status, 200);
  }
  [[nodiscard]] std::uint64_t shed(Shed reason) { return instance_.requests.worker(0).shed(reason); }
};

TEST_F(OverloadTest, AWorkerThatFallsBehindRefusesWhatIsCostly) {
  pass(100ms);
  ask_costly(instance_.context.load.worker_costly + 1);
  pass(300ms);
  const Answer refused = instance_.get(list);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "2");
  EXPECT_THAT(refused.body, HasSubstr("urn:aureacore:problem:busy"));
  for (const std::string_view target :
       {"/api/catalog/entity-facets?facet=kind", "/api/v1/search?q=web", "/api/v1/graph/component/default/web"}) {
    EXPECT_EQ(instance_.get(target).status, 503) << target;
  }
  EXPECT_EQ(shed(Shed::worker_behind), 4U);
  EXPECT_EQ(instance_.get(web).status, 200);
  EXPECT_EQ(instance_.get(std::string(web) + "?consistency=eventual").status, 200);
  EXPECT_EQ(instance_.get("/livez").status, 200);
  pass(100ms);
  EXPECT_EQ(instance_.get(list).status, 200) << "it has caught up";
}

TEST_F(OverloadTest, ALateWorkerWithFewCostlyRequestsIsNotTheirFault) {
  pass(100ms);
  ask_costly(instance_.context.load.worker_costly);
  pass(10s);
  EXPECT_EQ(instance_.get(list).status, 200);
  ask_costly(100);
  pass(100ms);
  EXPECT_EQ(instance_.get(list).status, 200) << "many in time are none either";
}

TEST_F(OverloadTest, AQueueWhoseTasksWaitForLongTakesNoMore) {
  instance_.background = std::make_unique<Background>(instance_.context, 0, 1);  // nobody begins anything
  instance_.context.background = instance_.background.get();
  http::Request request;
  request.method = http::Method::get;
  request.method_name = "GET";
  request.target = request.path = "/api/v1/cycles";
  http::Output out;
  http::Response response(request, out, &instance_.mailbox);
  instance_.handler->handle(request, response);
  const auto first = response.take_deferral();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(instance_.background->pressure(), std::nullopt);
  pass(instance_.context.load.task_wait + 1ms);
  EXPECT_EQ(instance_.background->load().tasks, 1U);
  EXPECT_EQ(instance_.background->pressure(), Shed::queue_slow);
  EXPECT_EQ(instance_.get("/api/v1/cycles").status, 503);
  EXPECT_EQ(shed(Shed::queue_slow), 1U);
  EXPECT_EQ(instance_.get(web).status, 200);
}

TEST(Routes, WhatIsCostlyIsWhatReadsMoreThanOneEntity) {
  const auto costly = [](http::Method method, std::string_view path) {
    return is_costly(match_route(method, path).route);
  };
  using enum http::Method;
  EXPECT_FALSE(costly(get, web));
  EXPECT_FALSE(costly(get, "/api/catalog/entities/by-uid/x"));
  EXPECT_FALSE(costly(get, "/readyz"));
  EXPECT_FALSE(costly(get, "/metrics"));
  EXPECT_FALSE(costly(get, "/api/v1/status"));
  EXPECT_FALSE(costly(post, "/api/v1/sources/x/release"));
  EXPECT_TRUE(costly(get, list));
  EXPECT_TRUE(costly(post, "/api/catalog/entities/by-refs"));
  EXPECT_TRUE(costly(post, "/api/v1/batch"));
  EXPECT_TRUE(costly(get, "/api/v1/impact/component/default/web"));
}

}  // namespace
}  // namespace aureacore::api
