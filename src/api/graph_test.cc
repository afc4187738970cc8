// The graph's endpoints, asked through the handler.
#include <gmock/gmock.h>

#include "api/graph_question.h"
#include "api/testing.h"

namespace aureacore::api {
namespace {

using entity::RelationType;
using ::testing::HasSubstr;

// shop → orders (an API of order-service) and billing; order-service and billing → db; all parts of the system store.
std::vector<query::testing::Document> store() {
  using enum RelationType;
  const auto owned = [](const std::string& team) { return entity::Relation{owned_by, "group:default/" + team}; };
  const entity::Relation part{part_of, "system:default/store"};
  return {{"Component",
           "shop",
           "",
           "",
           {{consumes_api, "api:default/orders"}, {depends_on, "component:default/billing"}, owned("web")}},
          {"Component",
           "order-service",
           "",
           "",
           {{depends_on, "resource:default/db"}, owned("core"), part, {provides_api, "api:default/orders"}}},
          {"Component",
           "billing",
           "",
           "",
           {{depends_on, "resource:default/db"}, owned("core"), part, {depends_on, "component:default/ghost"}}},
          {"API", "orders", "", "", {owned("core")}},
          {"Resource", "db", "", "", {}},
          {"System", "store", "", "", {owned("core")}}};
}

struct GraphApi : ::testing::Test {
  GraphApi() { instance.publish(store()); }

  // The value at a JSON pointer, minified.
  std::string at(const std::string& target, const std::string& pointer, int status = 200) const {
    const testing::Answer answer = instance.get(target);
    EXPECT_EQ(answer.status, status) << answer.body;
    return testing::json_at(answer, pointer);
  }

  testing::Instance instance;
};

TEST_F(GraphApi, ImpactNamesWhatBreaksByDistanceWithPathsAndOwners) {
  const std::string target = "/api/v1/impact/resource/default/db";
  EXPECT_EQ(
      at(target, "/items"),
      R"([{"entityRef":"component:default/billing","distance":1,"relation":"dependsOn",)"
      R"("path":["resource:default/db","component:default/billing"],"owners":["group:default/core"],"criticality":"normal"},)"
      R"({"entityRef":"component:default/order-service","distance":1,"relation":"dependsOn",)"
      R"("path":["resource:default/db","component:default/order-service"],"owners":["group:default/core"],"criticality":"normal"},)"
      R"({"entityRef":"api:default/orders","distance":2,"relation":"apiProvidedBy",)"
      R"("path":["resource:default/db","component:default/order-service","api:default/orders"],"owners":["group:default/core"],"criticality":"normal"},)"
      R"({"entityRef":"component:default/shop","distance":2,"relation":"dependsOn",)"
      R"("path":["resource:default/db","component:default/billing","component:default/shop"],"owners":["group:default/web"],"criticality":"normal"},)"
      R"({"entityRef":"system:default/store","distance":2,"relation":"hasPart",)"
      R"("path":["resource:default/db","component:default/billing","system:default/store"],"owners":["group:default/core"],"criticality":"normal"}])");
  EXPECT_EQ(
      at(target, "/owners"),
      R"([{"ownerRef":"group:default/core","distance":1,"entities":4},{"ownerRef":"group:default/web","distance":2,"entities":1}])");
  EXPECT_EQ(at(target, "/truncated"), "false");
  EXPECT_EQ(at(target + "?depth=1", "/deeper"), "true");
  EXPECT_EQ(at(target + "?limit=1", "/truncated"), "true");
}

TEST_F(GraphApi, BeginsAtDanglingReferencesAndListsThem) {
  EXPECT_EQ(at("/api/v1/impact/component/default/ghost", "/dangling"), "true");
  EXPECT_EQ(at("/api/v1/impact/component/default/ghost", "/items/0/entityRef"), R"("component:default/billing")");
  EXPECT_EQ(at("/api/v1/graph/Component/default/billing?direction=dependencies", "/nodes/1"),
            R"({"entityRef":"component:default/ghost","dangling":true,"distance":1})");
  EXPECT_THAT(at("/api/v1/impact/component/default/nobody", "/detail", 404),
              HasSubstr("found neither for component:default/nobody"));
}

TEST_F(GraphApi, NeighbourhoodFollowsItsDirectionDepthAndTypes) {
  const std::string target = "/api/v1/graph/component/default/order-service";
  EXPECT_EQ(at(target, "/edges"),
            R"([{"source":"api:default/orders","type":"apiProvidedBy","target":"component:default/order-service"},)"
            R"({"source":"component:default/order-service","type":"dependsOn","target":"resource:default/db"},)"
            R"({"source":"system:default/store","type":"hasPart","target":"component:default/order-service"}])");
  EXPECT_EQ(
      at(target + "?direction=dependencies&types=ownedBy", "/nodes"),
      R"([{"entityRef":"component:default/order-service","distance":0},{"entityRef":"group:default/core","dangling":true,"distance":1}])");
  EXPECT_EQ(at(target + "?depth=0", "/edges"), "[]");
  EXPECT_EQ(at(target + "?types=all&types=partOf", "/types"),
            R"(["apiProvidedBy","childOf","consumesApi","dependsOn","hasPart","memberOf","ownedBy","partOf"])");
}

TEST_F(GraphApi, DrawsByParameterOrAccept) {
  const std::string target = "/api/v1/graph/api/default/orders?direction=dependencies";
  const auto dot = instance.get(target + "&format=dot");
  EXPECT_EQ(dot.header("content-type"), "text/vnd.graphviz; charset=utf-8");
  EXPECT_THAT(dot.body,
              HasSubstr("\"api:default/orders\" -> \"component:default/order-service\" [label=\"apiProvidedBy\"];"));
  const auto mermaid = instance.get(target, {{"Accept", "text/html, Text/vnd.mermaid;q=0.9"}});
  EXPECT_THAT(mermaid.body, HasSubstr("n0 -->|apiProvidedBy| n1"));
  EXPECT_THAT(mermaid.header("vary"), HasSubstr("Accept,"));
  EXPECT_NE(dot.header("etag"), mermaid.header("etag"));
  EXPECT_EQ(instance.get(target + "&format=dot", {{"If-None-Match", dot.header("etag")}}).status, 304);
}

TEST_F(GraphApi, FindsAShortestPathOrSaysThatThereIsNone) {
  const std::string target = "/api/v1/path?from=component:shop&to=resource:db";
  EXPECT_EQ(
      at(target, "/path"),
      R"([{"entityRef":"component:default/shop"},{"entityRef":"component:default/billing","relation":"dependsOn"},)"
      R"({"entityRef":"resource:default/db","relation":"dependsOn"}])");
  EXPECT_EQ(at(target + "&types=consumesApi", "/found"), "false");
  EXPECT_EQ(at(target + "&depth=1", "/deeper"), "true");
  EXPECT_EQ(at("/api/v1/path?from=component:shop&to=component:shop", "/path"),
            R"([{"entityRef":"component:default/shop"}])");
  EXPECT_EQ(at("/api/v1/path?to=component:shop&from=resource:db&direction=dependents", "/found"), "true");
  EXPECT_THAT(at("/api/v1/path?from=component:shop", "/detail", 400), HasSubstr("expected a reference as to"));
  EXPECT_THAT(at("/api/v1/path?from=shop&to=component:shop", "/detail", 400), HasSubstr("from: "));
  EXPECT_THAT(at("/api/v1/path?from=component:shop&to=component:x", "/detail", 404), HasSubstr("component:default/x"));
}

TEST_F(GraphApi, OrdersAndNamesTheCyclesWhereThereIsNone) {
  EXPECT_EQ(at("/api/v1/order", "/ordered"), "true");
  EXPECT_EQ(
      at("/api/v1/order?limit=2", "/items"),
      R"([{"entityRef":"component:default/ghost","dangling":true,"level":0},{"entityRef":"resource:default/db","level":0}])");
  EXPECT_EQ(at("/api/v1/order?limit=1&offset=6", "/items"), R"([{"entityRef":"component:default/shop","level":3}])");
  EXPECT_EQ(at("/api/v1/order?offset=1000", "/items"), "[]");
  EXPECT_EQ(at("/api/v1/cycles", "/totalItems"), "0");

  auto documents = store();
  documents[4].relations.push_back({RelationType::depends_on, "component:default/billing"});
  documents[5].relations.push_back({RelationType::depends_on, "system:default/store"});
  instance.publish(documents, 2);
  instance.pass(std::chrono::seconds(1));
  EXPECT_EQ(at("/api/v1/order", "/ordered"), "false");
  const std::string both =
      R"([{"size":2,"entityRefs":["component:default/billing","resource:default/db"],)"
      R"("path":["component:default/billing","resource:default/db","component:default/billing"]},)"
      R"({"size":1,"entityRefs":["system:default/store"],"path":["system:default/store","system:default/store"]}])";
  EXPECT_EQ(at("/api/v1/order", "/cycles"), both);
  EXPECT_EQ(at("/api/v1/cycles", "/items"), both);
  EXPECT_EQ(at("/api/v1/cycles?limit=8", "/truncated"), "false");
  EXPECT_EQ(at("/api/v1/cycles?limit=5", "/items"),
            R"([{"size":2,"entityRefs":["component:default/billing","resource:default/db"],)"
            R"("path":["component:default/billing","resource:default/db","component:default/billing"]}])");
  EXPECT_EQ(at("/api/v1/cycles?limit=5", "/truncated"), "true");
}

TEST_F(GraphApi, NamesTheParameterThatIsWrong) {
  const std::string target = "/api/v1/graph/component/default/shop";
  EXPECT_THAT(at(target + "?direction=up", "/detail", 400), HasSubstr("as direction, found \\\"up"));
  EXPECT_THAT(at(target + "?depth=101", "/detail", 400), HasSubstr("a depth of at most 100, found 101"));
  EXPECT_THAT(at(target + "?limit=10001", "/detail", 400), HasSubstr("a limit of at most 10000"));
  EXPECT_THAT(at(target + "?types=uses", "/detail", 400), HasSubstr("found \\\"uses"));
  EXPECT_THAT(at(target + "?format=png", "/detail", 400), HasSubstr("json, dot or mermaid"));
  EXPECT_THAT(at(target + "?dept=1", "/detail", 400), HasSubstr("found \\\"dept"));
  EXPECT_THAT(at("/api/v1/cycles?depth=1", "/detail", 400), HasSubstr("found \\\"depth"));
}

// More relations than are looked at on a worker's thread: the same answer, made elsewhere.
TEST_F(GraphApi, MovesLargeQuestionsToTheBackground) {
  std::vector<query::testing::Document> documents;
  const int count = static_cast<int>(quick_steps) / 2;
  for (int i = 0; i < count; ++i) {
    documents.push_back({"Component",
                         fmt::format("c{}", i),
                         "",
                         "",
                         {{RelationType::depends_on, "resource:default/hub"},
                          {RelationType::depends_on, fmt::format("component:default/c{}", i / 2)}}});
  }
  documents.push_back({"Resource", "hub", "", "", {}});
  instance.publish(documents, 2);
  instance.pass(std::chrono::seconds(1));
  const std::string target = "/api/v1/impact/resource/default/hub?limit=10000";
  EXPECT_EQ(at(target, "/items/0/entityRef"), R"("component:default/c0")");
  EXPECT_EQ(at(target, "/owners"), "[]");
  const auto answer = instance.get(target);
  EXPECT_EQ(instance.get(target, {{"If-None-Match", answer.header("etag")}}).status, 304);
  EXPECT_EQ(std::ranges::count(answer.body, '\n'), 0);
  EXPECT_GT(answer.body.size(), static_cast<std::size_t>(count) * 50);
}

}  // namespace
}  // namespace aureacore::api
