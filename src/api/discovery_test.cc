#include "api/fixture.h"

namespace aureacore::api {
namespace {

using testing::Answer;

constexpr std::string_view targets = "/api/v1/discovery/prometheus";
constexpr std::string_view inputs = "/api/v1/discovery/flux";
constexpr std::string_view parameters = "/api/v1/getparams.execute";

class DiscoveryApi : public testing::ApiTest {
 protected:
  DiscoveryApi() {
    auto documents = query::testing::documents();
    documents.front().metadata = R"(,"annotations":{"aureacore.io/scrape-targets":"web:9100"})";
    instance_.publish(documents, 2);
  }

  Answer argo(std::string_view input) {
    return instance_.ask("POST", parameters, {}, fmt::format(R"({{"applicationSetName":"a","input":{}}})", input));
  }
};

TEST_F(DiscoveryApi, PrometheusGetsTargetsAsItsContractWantsThem) {
  const Answer answer = instance_.get(targets);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(testing::json_at(answer, "/0/targets"), R"(["web:9100"])");
  EXPECT_EQ(text(answer, "/0/labels/owner"), "group:default/team-a");
  EXPECT_NE(answer.header("etag"), "");
  EXPECT_EQ(answer.header("aureacore-consistency"), "eventual");
}

TEST_F(DiscoveryApi, FluxGetsInputsWithTheFieldsAskedFor) {
  const Answer answer = instance_.get(fmt::format("{}?filter=spec.type=website&fields=spec.port", inputs));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text(answer, "/inputs/0/id"), entity::uid("component:default/web"));
  EXPECT_EQ(testing::json_at(answer, "/inputs/0/entity"), R"({"spec":{"port":8080}})");
}

TEST_F(DiscoveryApi, ArgoGetsParametersForOneFilterOrSeveral) {
  const Answer one = argo(R"({"parameters":{"filter":"kind=component,spec.type=website","fields":["spec.port"]}})");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(text(one, "/output/parameters/0/ownerName"), "team-a");
  EXPECT_EQ(testing::json_at(one, "/output/parameters/0/entity"), R"({"spec":{"port":8080}})");
  const Answer two = argo(R"({"parameters":{"filter":["kind=api","spec.type=website"]}})");
  EXPECT_EQ(text(two, "/output/parameters/0/name"), "orders");
  EXPECT_EQ(text(two, "/output/parameters/1/name"), "web");
  EXPECT_EQ(argo(R"({"parameters":{}})").status, 200) << "no filter: all";
}

TEST_F(DiscoveryApi, BeforeTheFirstSnapshotEveryOneAnswers503) {
  testing::Instance empty;
  EXPECT_EQ(empty.get(targets).status, 503);
  EXPECT_EQ(empty.get(inputs).status, 503);
  const Answer answer = empty.ask("POST", parameters, {}, R"({"input":{"parameters":{}}})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(text(answer, "/message").find("expected a catalog"), std::string::npos) << answer.body;
  EXPECT_NE(answer.header("retry-after"), "");
}

TEST_F(DiscoveryApi, AMistypedFilterIsAnErrorNeverAnEmptyAnswer) {
  for (const std::string_view path : {targets, inputs}) {
    for (const std::string_view query : {"filter=knd=component", "filters=kind=component", "filter==x", "limit=1"}) {
      EXPECT_EQ(instance_.get(fmt::format("{}?{}", path, query)).status, 400) << path << query;
    }
  }
  EXPECT_EQ(instance_.get(fmt::format("{}?fields=a[0]", inputs)).status, 400);
  EXPECT_EQ(instance_.get(fmt::format("{}?fields=kind", targets)).status, 400) << "targets have no fields";
}

TEST_F(DiscoveryApi, WhatArgoSendsWronglyIsToldInItsMember) {
  for (const std::string_view body :
       {"", "[]", "{", "{}", R"({"input":{}})", R"({"input":{"parameters":[]}})",
        R"({"input":{"parameters":{"filters":"kind=api"}}})", R"({"input":{"parameters":{"filter":1}}})",
        R"({"input":{"parameters":{"filter":["kind=api",1]}}})", R"({"input":{"parameters":{"filter":"knd=api"}}})",
        R"({"input":{"parameters":{"fields":"a[0]"}}})"}) {
    const Answer answer = instance_.ask("POST", parameters, {}, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(text(answer, "/message"), text(answer, "/detail")) << body;
    EXPECT_NE(text(answer, "/message"), "") << body;
  }
  EXPECT_EQ(
      instance_.ask("POST", fmt::format("{}?filter=kind=api", parameters), {}, R"({"input":{"parameters":{}}})").status,
      400);
}

TEST_F(DiscoveryApi, AnswersAreLabelledAsEverywhere) {
  instance_.freshness->set_degraded(catalog::Degraded::git_unreachable);
  instance_.pass(std::chrono::minutes(10));
  for (const std::string_view path : {targets, inputs}) {
    const Answer answer = instance_.get(path);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("aureacore-consistency"), R"(eventual; degraded="git-unreachable")");
    EXPECT_NE(answer.header("cache-status").find("ttl=-"), std::string::npos);
  }
}

TEST_F(DiscoveryApi, AnUnchangedDocumentIs304) {
  const std::string etag = instance_.get(inputs).header("etag");
  EXPECT_EQ(instance_.get(inputs, {{"If-None-Match", etag}}).status, 304);
}

TEST_F(DiscoveryApi, ManyEntitiesAreReadOnABackgroundThread) {
  std::vector<query::testing::Document> many;
  many.reserve(300);
  for (int i = 0; i < 300; ++i) {
    many.push_back(
        {"Component", fmt::format("c{:03}", i), R"(,"annotations":{"aureacore.io/scrape-targets":"c:1"})", "", {}});
  }
  instance_.publish(many, 3);
  const Answer answer = instance_.get(targets);
  EXPECT_TRUE(answer.deferred);
  EXPECT_EQ(text(answer, "/299/labels/entity"), "component:default/c299");
}

}  // namespace
}  // namespace aureacore::api
