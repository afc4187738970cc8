// What is refused, and how; and that every route is described.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/fixture.h"
#include "api/openapi.h"
#include "api/routes.h"
#include "definition/yaml.h"

namespace aureacore::api {
namespace {

using testing::Answer;

using testing::web;

class ErrorsTest : public testing::ApiTest {};

TEST_F(ErrorsTest, RefreshAsksTheEntitysSource) {
  const auto refresh = [&](std::string_view body) {
    return instance_.ask("POST", "/api/catalog/refresh", {}, body).status;
  };
  EXPECT_EQ(refresh(R"({"entityRef":"component:default/web"})"), 200);
  EXPECT_EQ(instance_.sync.refreshed, std::vector<std::string>{"main"});
  EXPECT_EQ(refresh(R"({"entityRef":"component:default/none"})"), 404);
  EXPECT_EQ(refresh(R"({"entityRef":"web"})"), 400);
  EXPECT_EQ(refresh(""), 400);
}

TEST_F(ErrorsTest, ConflictsAreListedOpenAndSettled) {
  EXPECT_EQ(instance_.get("/api/v1/conflicts").body, R"({"items":[],"open":0,"total":0})");
  instance_.conflicts.open({.kind = sync::Conflict::Kind::rewritten_history,
                            .source = "main",
                            .ours = sync::side(sync::this_instance, {"main", 3, "aa"}),
                            .theirs = sync::side(sync::the_remote, {"main", 2, "bb"})});
  instance_.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(instance_.get("/api/v1/conflicts").body,
            R"({"items":[{"kind":"rewritten-history","source":"main",)"
            R"("ours":{"who":"this instance","position":3,"commit":"aa"},)"
            R"("theirs":{"who":"remote","position":2,"commit":"bb"},"sinceSeconds":2,"outcome":"open"}],)"
            R"("open":1,"total":1})");
  EXPECT_EQ(testing::json_at(instance_.get("/api/v1/status"), "/conflicts"), R"({"open":1,"total":1})");
  instance_.conflicts.settle(sync::Conflict::Kind::rewritten_history, {"main", 2, "bb"});
  const Answer answer = instance_.get("/api/v1/conflicts");
  EXPECT_EQ(testing::json_at(answer, "/items/0/outcome"), R"("theirs")");
  EXPECT_EQ(testing::json_at(answer, "/items/0/settledSeconds"), "0");
  EXPECT_EQ(testing::json_at(answer, "/open"), "0");
}

TEST_F(ErrorsTest, MethodsAreTold) {
  const Answer wrong = instance_.ask("PATCH", web);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "GET, HEAD, OPTIONS");
  const Answer options = instance_.ask("OPTIONS", "/api/catalog/entities/by-query");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(instance_.ask("OPTIONS", "/nowhere").status, 404);
  EXPECT_EQ(instance_.ask("OPTIONS", "*").status, 404);
  EXPECT_EQ(instance_.ask("BREW", "/livez").header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ErrorsTest, RefusalsAreProblems) {
  http::Request request;
  http::Output out;
  http::Response response(request, out);
  instance_.handler->refuse(431, "expected at most 16384 bytes of headers", response);
  const Answer answer = testing::take_apart(out.view());
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  EXPECT_EQ(text(answer, "/detail"), "expected at most 16384 bytes of headers");
}

TEST_F(ErrorsTest, EveryRouteIsDescribedAndNothingElse) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(openapi_json().data(), openapi_json().size()).get(root), simdjson::SUCCESS);
  std::vector<std::string> described;
  for (const auto& [path, methods] : simdjson::dom::object(root["paths"])) {
    for (const auto& [method, operation] : simdjson::dom::object(methods)) {
      std::string name(method);
      for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      described.push_back(name + " " + std::string(path));
    }
  }
  std::vector<std::string> routes;
  for (std::size_t i = 0; i + 1 < route_count(); ++i) routes.emplace_back(route_label(i));
  std::ranges::sort(described);
  std::ranges::sort(routes);
  EXPECT_EQ(described, routes);
}

TEST_F(ErrorsTest, ADeepEntityIsRefusedNotFollowed) {
  std::string deep = R"({"entity":{"spec":)";
  for (int i = 0; i < 500; ++i) deep += R"({"a":)";
  deep += "1";
  deep.append(502, '}');
  deep.insert(deep.size() - 1, R"(,"location":"url:x")");
  const Answer answer = instance_.ask("POST", "/api/catalog/validate-entity", {}, deep);
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(text(answer, "/errors/0/message"), "");
}

TEST_F(ErrorsTest, ValidatesEntitiesOfDeclaredKinds) {
  const std::string body = R"({"location":"url:https://x/y","entity":{"apiVersion":"v1","kind":"Topic",)"
                           R"("metadata":{"name":"x"},"spec":{"size":{"$text":"./size"},"partitions":"many"}}})";
  const auto ask = [&] { return instance_.ask("POST", "/api/catalog/validate-entity", {}, body); };
  EXPECT_EQ(ask().status, 400) << "no such kind yet";
  DeclaredKindsSlot slot;
  instance_.context.kinds = &slot;
  EXPECT_EQ(ask().status, 400) << "nor now";
  const auto declare = [&](std::string_view schema) {
    definition::Report report;
    std::vector<definition::KindDeclaration> kinds;
    auto compiled = definition::Schema::compile(definition::parse_yaml(schema).documents.at(0).root, report);
    kinds.push_back({.name = "Topic", .api_versions = {"v1"}, .schema = std::move(compiled), .schema_digest = {}});
    slot.set(std::make_shared<definition::DeclaredKinds>(std::move(kinds)));
  };
  declare("{}");
  EXPECT_EQ(ask().status, 200) << "from the next request on";
  declare("properties: {spec: {properties: {partitions: {type: integer}, size: {type: integer}}}}");
  EXPECT_EQ(ask().status, 400);
  EXPECT_EQ(text(ask(), "/errors/0/message"), "expected a whole number for spec.partitions, found a string");
}

TEST_F(ErrorsTest, APostOfWhatTheClientHasIsRefusedAndAGetIsNot) {
  const std::string body = R"({"entityRefs":["component:default/web"]})";
  const auto by_refs = [&](const testing::Headers& headers) {
    return instance_.ask("POST", "/api/catalog/entities/by-refs", headers, body);
  };
  const std::string etag = by_refs({}).header("etag");
  const Answer refused = by_refs({{"If-None-Match", etag}});
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(text(refused, "/type"), "urn:aureacore:problem:precondition-failed");
  EXPECT_EQ(by_refs({{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(by_refs({{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(instance_.get("/api/catalog/entities", {{"If-None-Match", "*"}}).status, 304);
}

TEST_F(ErrorsTest, HostileRequestsAreRefused) {
  for (const auto* target : {"/api/catalog/entities?filter=%zz",
                             "/api/catalog/entities?filter=%ff",
                             "/api/catalog/entities?limit=-1",
                             "/api/catalog/entities?limit=0",
                             "/api/catalog/entities?offset=99999999999999999999",
                             "/api/catalog/entities?order=metadata.name",
                             "/api/catalog/entities?after=x",
                             "/api/catalog/entities?filter==x",
                             "/api/catalog/entities?fields=a[0]",
                             "/api/catalog/entities/by-query?limit=10001",
                             "/api/catalog/entities/by-query?cursor=",
                             "/api/catalog/entities/by-query?cursor=AAAA",
                             "/api/catalog/entities/by-query?orderField=a,b",
                             "/api/catalog/entities/by-query?totalItems=maybe",
                             "/api/catalog/entity-facets",
                             "/api/catalog/entity-facets?facet=",
                             "/api/catalog/entities/by-name/%zz/default/x",
                             "/api/v1/errors?filtr=x",
                             "/api/v1/status?verbose",
                             "/api/v1/sources?x"}) {
    const Answer answer = instance_.get(target);
    EXPECT_EQ(answer.status, 400) << target << answer.body;
    EXPECT_TRUE(text(answer, "/detail").starts_with("expected ")) << target << answer.body;
  }
  for (const auto& [path, body] :
       std::vector<std::pair<std::string, std::string>>{{"entities/by-query", "{"},
                                                        {"entities/by-query", "[]"},
                                                        {"entities/by-query", R"({"limit":"x"})"},
                                                        {"entities/by-query", R"({"query":null})"},
                                                        {"entities/by-query", R"({"query":{"a":{}}})"},
                                                        {"entities/by-query", R"({"orderBy":[{"field":"a"}]})"},
                                                        {"entities/by-query", R"({"fullTextFilter":"a"})"},
                                                        {"entities/by-query", R"({"cursor":""})"},
                                                        {"entities/by-query", R"({"fields":[1]})"},
                                                        {"entities/by-refs", "{}"},
                                                        {"entities/by-refs", R"({"entityRefs":"a"})"},
                                                        {"entities/by-refs", R"({"entityRefs":[1]})"},
                                                        {"entity-facets", "{}"},
                                                        {"entity-facets", R"({"facets":{}})"},
                                                        {"locations/by-query", R"({"limit":0})"},
                                                        {"locations/by-query", R"({"query":"git"})"},
                                                        {"locations/by-query", R"({"query":{"$all":{}}})"},
                                                        {"locations/by-query", R"({"query":{"spec.type":"git"}})"},
                                                        {"locations/by-query", R"({"cursor":"!"})"},
                                                        {"validate-entity", "[]"},
                                                        {"validate-entity", R"({"entity":1,"location":"url:x"})"},
                                                        {"validate-entity", R"({"entity":{}})"},
                                                        {"validate-entity", R"({"entity":{},"location":"file:x"})"},
                                                        {"analyze-location", R"({"location":"x"})"},
                                                        {"analyze-location", R"({"location":{"type":"url"}})"},
                                                        {"locations/by-query", R"({"cursor":""})"},
                                                        {"locations/by-query", R"({"cursor":"e30"})"},
                                                        {"refresh", R"({"entityRef":1})"}}) {
    EXPECT_EQ(instance_.ask("POST", "/api/catalog/" + path, {}, body).status, 400) << path << " " << body;
  }
}

}  // namespace
}  // namespace aureacore::api
