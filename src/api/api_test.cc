#include <gtest/gtest.h>
#include <simdjson.h>

#include "api/openapi.h"
#include "api/routes.h"
#include "api/testing.h"
#include "definition/yaml.h"
#include "catalog/testing.h"

namespace aureacore::api {
namespace {

using testing::Answer;
using testing::Instance;
using namespace std::chrono_literals;

constexpr auto web = "/api/catalog/entities/by-name/component/default/web";

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { instance_.publish(); }

  std::string text(const Answer& answer, std::string_view pointer) {
    simdjson::dom::element root;
    if (parser_.parse(answer.body).get(root) != simdjson::SUCCESS) return "not JSON: " + answer.body;
    simdjson::dom::element found;
    if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "";
    std::string_view text;
    return found.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(found);
  }
  // The names of a page's items.
  std::string names(const Answer& answer, std::string_view items = "/items") {
    std::string all;
    simdjson::dom::element root;
    simdjson::dom::array list;
    if (parser_.parse(answer.body).get(root) != simdjson::SUCCESS ||
        root.at_pointer(items).get(list) != simdjson::SUCCESS) {
      return "no items: " + answer.body;
    }
    for (const simdjson::dom::element item : list) {
      std::string_view name = "null";
      if (item["metadata"]["name"].get(name) != simdjson::SUCCESS) name = "null";
      all += fmt::format("{}{}", all.empty() ? "" : " ", name);
    }
    return all;
  }

  Instance instance_;
  simdjson::dom::parser parser_;
};

TEST_F(ApiTest, AnEntityByName) {
  const Answer answer = instance_.get(web);
  EXPECT_EQ(answer.status, 200);
  const auto* entity = instance_.slot.latest()->find("component:default/web");
  EXPECT_EQ(answer.body, catalog::testing::json(*entity));
  EXPECT_EQ(answer.header("etag"), fmt::format("\"{}\"", entity->etag_text()));
  EXPECT_EQ(answer.header("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(answer.header("aureacore-version"), instance_.slot.latest()->token());
  EXPECT_EQ(answer.header("aureacore-consistency"), "eventual");
  EXPECT_EQ(answer.header("age"), "1");
  EXPECT_EQ(answer.header("date"), "Fri, 15 Jan 2027 08:00:00 GMT");
  EXPECT_EQ(answer.header("cache-control"), "max-age=75, stale-while-revalidate=75, stale-if-error=86400");
  EXPECT_EQ(answer.header("cache-status"), "aureacore-local; hit; ttl=74");
  EXPECT_EQ(answer.header("content-length"), std::to_string(answer.body.size()));
  for (const auto* same :
       {"/api/catalog/entities/by-name/Component/DEFAULT/WEB", "/api/catalog/entities/by-name/component/default/w%65b",
        "/api/catalog/entities/by-name/component/default/web/",
        "/api/catalog/entities/by-name/component/default/web?x=1"}) {
    const Answer other = instance_.get(same);
    EXPECT_EQ(other.body, answer.body) << same;
    EXPECT_EQ(other.header("etag"), answer.header("etag")) << same;
  }
}

TEST_F(ApiTest, HeadHasTheHeadAlone) {
  for (const auto* target :
       {web, "/api/catalog/entities", "/api/catalog/entity-facets?facet=kind", "/readyz", "/api/v1/openapi.json"}) {
    const Answer full = instance_.get(target);
    const Answer head = instance_.ask("HEAD", target);
    EXPECT_EQ(head.status, 200) << target;
    EXPECT_EQ(head.body, "") << target;
    EXPECT_EQ(head.headers, full.headers) << target;
  }
}

TEST_F(ApiTest, UnchangedIsNotSentAgain) {
  for (const std::string target :
       {web, "/api/catalog/entities?filter=kind=component", "/api/catalog/entities/by-query?limit=2",
        "/api/catalog/entity-facets?facet=kind", "/api/v1/errors", "/api/catalog/locations",
        "/api/catalog/entities/by-name/component/default/web/ancestry", "/api/v1/openapi.json"}) {
    const std::string etag = instance_.get(target).header("etag");
    for (const std::string& value :
         {etag, "W/" + etag, std::string("*"), "\"a,b\", " + etag + " , \"c\"", "W/\"x\"," + etag}) {
      const Answer answer = instance_.get(target, {{"if-none-match", value}});
      EXPECT_EQ(answer.status, 304) << target << " " << value;
      EXPECT_EQ(answer.body, "");
      EXPECT_EQ(answer.header("etag"), etag);
      EXPECT_NE(answer.header("date"), "");
    }
    for (const std::string& value :
         {std::string("\"x\""), etag.substr(1), std::string("\""), "\"" + etag, std::string()}) {
      EXPECT_EQ(instance_.get(target, {{"If-None-Match", value}}).status, 200) << target << " " << value;
    }
    EXPECT_EQ(instance_.get(target, {{"If-None-Match", "\"x\""}, {"IF-NONE-MATCH", etag}}).status, 304)
        << "two lines are one list";
  }
}

TEST_F(ApiTest, ValidatorsTellEveryDifference) {
  const auto etag = [&](std::string_view target) { return instance_.get(target).header("etag"); };
  const std::string all = etag("/api/catalog/entities");
  EXPECT_NE(all, etag("/api/catalog/entities?fields=kind"));
  EXPECT_NE(etag("/api/catalog/entities?fields=kind"), etag("/api/catalog/entities?fields=metadata.name"));
  EXPECT_NE(all, etag("/api/catalog/entities?order=desc:metadata.name"));
  EXPECT_EQ(all, etag("/api/catalog/entities?unknown=1"));
  auto documents = query::testing::documents();
  instance_.publish(documents, 2);
  EXPECT_EQ(all, etag("/api/catalog/entities")) << "another version of the same entities";
  documents[0].spec += R"(,"more":1)";
  instance_.publish(documents, 3);
  EXPECT_NE(all, etag("/api/catalog/entities"));
}

TEST_F(ApiTest, WhatIsNotThereNamesTheVersion) {
  const std::string token = instance_.slot.latest()->token();
  for (const auto* target :
       {"/api/catalog/entities/by-name/component/default/none", "/api/catalog/entities/by-uid/none",
        "/api/catalog/locations/none", "/api/catalog/locations/by-entity/component/default/none",
        "/api/catalog/entities/by-name/x/y/z/ancestry", "/api/v1/errors?source=none"}) {
    const Answer answer = instance_.get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(text(answer, "/version"), token) << target;
    EXPECT_EQ(answer.header("aureacore-version"), token) << target;
    EXPECT_EQ(answer.header("age"), "1") << target;
    EXPECT_NE(text(answer, "/detail").find(token), std::string::npos) << target;
  }
}

TEST_F(ApiTest, BeforeTheFirstSnapshotNothingIsKnown) {
  Instance fresh;
  for (std::size_t i = 0; i + 1 < route_count(); ++i) {
    if (route_at(i).needs != Needs::snapshot) continue;
    const std::string label(route_label(i));
    const Answer answer = fresh.ask(label.substr(0, label.find(' ')), label.substr(label.find(' ') + 1), {}, "{}");
    EXPECT_EQ(answer.status, 503) << label;
    EXPECT_EQ(answer.header("retry-after"), "2") << label;
    EXPECT_EQ(text(answer, "/type"), "urn:aureacore:problem:not-ready") << label;
  }
  EXPECT_EQ(fresh.get("/readyz").status, 503);
  EXPECT_EQ(fresh.get("/livez").status, 200);
  EXPECT_EQ(text(fresh.get("/api/v1/status"), "/ready"), "false");
}

TEST_F(ApiTest, AgeGrowsAndNeverUnderstates) {
  for (int i = 0; i < 200; ++i) {
    instance_.pass(490ms);
    const double truth = 0.49 * (i + 1);
    for (const auto* target : {web, "/api/catalog/entities?limit=1"}) {
      const double age = std::stod(instance_.get(target).header("age"));
      EXPECT_GE(age, truth) << i;
      EXPECT_LE(age, truth + 2) << i;
    }
  }
  EXPECT_EQ(instance_.get(web).header("cache-status"), "aureacore-local; hit; ttl=-24") << "stale";
  EXPECT_EQ(instance_.requests.worker(0).cache(CacheResult::stale) > 0, true);
}

TEST_F(ApiTest, TheLabelIsNotOlderThanATick) {
  EXPECT_EQ(instance_.get(web).header("age"), "1");
  instance_.clock.advance(100ms);
  instance_.handler->tick();
  instance_.freshness->set_degraded(catalog::Degraded::git_unreachable);
  EXPECT_EQ(instance_.get(web).header("aureacore-consistency"), "eventual") << "still the one rendered";
  instance_.pass(250ms);
  EXPECT_EQ(instance_.get(web).header("aureacore-consistency"), "eventual; degraded=\"git-unreachable\"");
  EXPECT_EQ(instance_.get("/api/catalog/entities").header("aureacore-consistency"),
            "eventual; degraded=\"git-unreachable\"");
  instance_.freshness->set_degraded(catalog::Degraded::no);
  instance_.pass(250ms);
  EXPECT_EQ(instance_.get(web).header("aureacore-consistency"), "eventual");
}

TEST_F(ApiTest, ListsAreLabelledByTheStalestSource) {
  catalog::Editor editor(nullptr);
  for (const auto& document : query::testing::documents()) editor.put(query::testing::define(document));
  editor.put(query::testing::define(
      {.kind = "API", .name = "late", .metadata = {}, .spec = {}, .relations = {}, .source = "other"}));
  auto main = query::testing::source_state("main", 1);
  auto other = query::testing::source_state("other", 1);
  const auto stale = std::make_shared<catalog::Freshness>();
  stale->checked(instance_.clock.steady() - 90s);
  stale->set_degraded(catalog::Degraded::git_open);
  main.freshness = instance_.freshness;
  other.freshness = stale;
  editor.set_source(main);
  editor.set_source(other);
  instance_.slot.publish(editor.finish());
  EXPECT_EQ(instance_.get(web).header("age"), "1");
  EXPECT_EQ(instance_.get("/api/catalog/entities/by-name/api/default/late").header("age"), "91");
  EXPECT_EQ(instance_.get("/api/catalog/entities?filter=kind=component").header("age"), "91");
  EXPECT_EQ(instance_.get("/api/catalog/entities").header("aureacore-consistency"), "eventual; degraded=\"git-open\"");
  EXPECT_EQ(instance_.get(web).header("aureacore-consistency"), "eventual");
}

TEST_F(ApiTest, OtherLevelsAreNotThereYet) {
  const std::string token = instance_.slot.latest()->token();
  for (const std::string& level : {std::string("strong"), std::string("bounded; max-age=60"),
                                   "session; version=\"" + token + "\"", "snapshot; version=\"" + token + "\""}) {
    const Answer answer = instance_.get(web, {{"AureaCore-Consistency", level}});
    EXPECT_EQ(answer.status, 501) << level;
    EXPECT_EQ(text(answer, "/type"), "urn:aureacore:problem:consistency-level-not-implemented");
    EXPECT_EQ(instance_.get(std::string(web) + "?consistency=" + base::percent_encode(level)).status, 501) << level;
    EXPECT_EQ(instance_.get("/api/v1/errors?consistency=" + base::percent_encode(level)).status, 501) << level;
  }
  EXPECT_EQ(instance_.get(web, {{"AureaCore-Consistency", "eventual"}}).status, 200);
  EXPECT_EQ(instance_.get(web, {{"AureaCore-Consistency", "sometimes"}}).status, 400);
  EXPECT_EQ(instance_.get(std::string(web) + "?consistency=strong", {{"AureaCore-Consistency", "eventual"}}).status,
            400);
}

TEST_F(ApiTest, CacheControlIsAnsweredWhereItCanBeMet) {
  const auto ask = [&](const std::string& directives) { return instance_.get(web, {{"Cache-Control", directives}}); };
  EXPECT_EQ(ask("max-age=1").header("aureacore-consistency"), "bounded; max-age=1");
  EXPECT_EQ(ask("max-age=0").status, 501) << "nothing is as fresh as that without asking Git";
  EXPECT_EQ(ask("no-cache").status, 501);
  EXPECT_EQ(ask("no-cache, stale-if-error=60").status, 200);
  EXPECT_EQ(ask("no-cache, stale-if-error=60").header("aureacore-consistency"), "eventual");
  EXPECT_EQ(ask("only-if-cached").status, 200);
  EXPECT_EQ(ask("no-store").status, 200);
  EXPECT_EQ(ask("max-age=x").status, 400);
  instance_.freshness->set_degraded(catalog::Degraded::held);
  instance_.pass(10s);
  EXPECT_EQ(ask("max-age=5").status, 501);
  EXPECT_NE(text(ask("max-age=5"), "/detail").find("max-age=11"), std::string::npos);
  EXPECT_EQ(ask("max-age=20").header("aureacore-consistency"), "bounded; max-age=20; degraded=\"held\"");
}

TEST_F(ApiTest, PagesFollowEachOther) {
  std::string target = "/api/catalog/entities/by-query?filter=kind=component&filter=kind=group&limit=2";
  Answer page = instance_.get(target);
  EXPECT_EQ(names(page), "Mail pay");
  EXPECT_EQ(text(page, "/totalItems"), "5");
  EXPECT_EQ(text(page, "/pageInfo/prevCursor"), "");
  page = instance_.get("/api/catalog/entities/by-query?limit=2&cursor=" + text(page, "/pageInfo/nextCursor"));
  EXPECT_EQ(names(page), "web team-a");
  const std::string middle = text(page, "/pageInfo/prevCursor");
  page = instance_.get("/api/catalog/entities/by-query?limit=2&cursor=" + text(page, "/pageInfo/nextCursor"));
  EXPECT_EQ(names(page), "team-b");
  EXPECT_EQ(text(page, "/pageInfo/nextCursor"), "");
  page = instance_.get("/api/catalog/entities/by-query?limit=2&cursor=" + text(page, "/pageInfo/prevCursor"));
  EXPECT_EQ(names(page), "web team-a");
  page = instance_.ask("POST", "/api/catalog/entities/by-query", {},
                       fmt::format(R"({{"cursor":"{}","limit":9,"fields":["metadata.name"]}})", middle));
  EXPECT_EQ(names(page), "Mail pay") << "backwards never beyond where it began";
  EXPECT_EQ(text(page, "/items/0"), R"({"metadata":{"name":"Mail"}})");
}

TEST_F(ApiTest, OrderedPagesFollowEachOther) {
  std::string cursor;
  std::string seen;
  Answer page =
      instance_.get("/api/catalog/entities/by-query?orderField=spec.type,desc&orderField=metadata.name&limit=4");
  while (page.status == 200) {
    seen += names(page) + " | ";
    cursor = text(page, "/pageInfo/nextCursor");
    if (cursor.empty()) break;
    page = instance_.get("/api/catalog/entities/by-query?limit=1&cursor=" + cursor);
  }
  EXPECT_EQ(seen, "web team-a team-b Mail | pay | orders | ");
}

TEST_F(ApiTest, AListingStaysWithItsVersion) {
  const std::string first_token = instance_.slot.latest()->token();
  const std::string next = text(instance_.get("/api/catalog/entities/by-query?limit=5"), "/pageInfo/nextCursor");
  instance_.pass(10s);
  auto documents = query::testing::documents();
  documents.erase(documents.begin() + 4, documents.end());
  instance_.publish(documents, 2);
  const Answer page = instance_.get("/api/catalog/entities/by-query?limit=5&cursor=" + next);
  EXPECT_EQ(names(page), "team-b") << "gone by now, but there in the version that the listing began with";
  EXPECT_EQ(page.header("aureacore-version"), first_token);
  EXPECT_EQ(page.header("aureacore-consistency"), fmt::format("snapshot; version=\"{}\"", first_token));
  EXPECT_GE(std::stoi(page.header("age")), 10) << "it was current ten seconds ago";
  EXPECT_LE(std::stoi(page.header("age")), 13);

  instance_.publish(documents, 3);
  const Answer gone = instance_.get("/api/catalog/entities/by-query?limit=5&cursor=" + next);
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(text(gone, "/type"), "urn:aureacore:problem:version-gone");
}

TEST_F(ApiTest, EntitiesArePagedByLink) {
  const Answer first = instance_.get("/api/catalog/entities?limit=4&offset=1&fields=metadata.name");
  EXPECT_EQ(names(first, ""), "Mail pay web team-a");
  const std::string link = first.header("link");
  ASSERT_TRUE(link.starts_with("</api/catalog/entities?limit=4&fields=metadata.name&after=")) << link;
  ASSERT_TRUE(link.ends_with(">; rel=\"next\"")) << link;
  const Answer second = instance_.get(link.substr(1, link.find('>') - 1));
  EXPECT_EQ(names(second, ""), "team-b");
  EXPECT_EQ(second.header("link"), "");
}

TEST_F(ApiTest, LargeListsAreStreamedAndCompressed) {
  std::vector<query::testing::Document> documents;
  for (int i = 0; i < 1'000; ++i) {
    documents.push_back({.kind = "Component",
                         .name = fmt::format("c{:04}", i),
                         .metadata = fmt::format(R"(,"description":"{}")", std::string(700, 'x')),
                         .spec = R"("type":"service")",
                         .relations = {}});
  }
  instance_.publish(documents, 2);
  const Answer all = instance_.get("/api/catalog/entities");
  EXPECT_EQ(all.header("content-length"), std::to_string(all.body.size()));
  EXPECT_TRUE(names(all, "").ends_with(" c0998 c0999"));
  EXPECT_EQ(all.header("vary"), "Accept-Encoding, AureaCore-Consistency");

  for (const auto* target : {"/api/catalog/entities", "/api/catalog/entities?limit=100",
                             "/api/catalog/entities?limit=100&fields=metadata"}) {
    const Answer plain = instance_.get(target);
    const Answer compressed = instance_.get(target, {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(compressed.header("content-encoding"), "gzip") << target;
    EXPECT_LT(compressed.body.size(), plain.body.size() / 5) << target;
    EXPECT_EQ(compressed.header("etag"), plain.header("etag").substr(0, 33) + "-gzip\"") << target;
    EXPECT_EQ(instance_.get(target, {{"Accept-Encoding", "gzip"}, {"If-None-Match", compressed.header("etag")}}).status,
              304);
    EXPECT_EQ(instance_.get(target, {{"Accept-Encoding", "gzip;q=0"}}).header("content-encoding"), "") << target;
  }
  EXPECT_EQ(instance_.get("/api/catalog/entities?limit=2", {{"Accept-Encoding", "gzip"}}).header("content-encoding"),
            "")
      << "too small";
  EXPECT_EQ(instance_.get("/api/catalog/entities?fields=kind").header("transfer-encoding"), "chunked")
      << "its size is not known ahead";
}

TEST_F(ApiTest, ALargeEntityIsCompressedToo) {
  auto documents = query::testing::documents();
  documents[0].metadata = fmt::format(R"(,"description":"{}")", std::string(100'000, 'x'));
  instance_.publish(documents, 2);
  const Answer plain = instance_.get(web);
  EXPECT_GT(plain.body.size(), 100'000U);
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding, AureaCore-Consistency");
  EXPECT_EQ(instance_.get(web, {{"Accept-Encoding", "gzip"}}).header("content-encoding"), "gzip");
}

TEST_F(ApiTest, ReferencesInAnyForm) {
  const auto by_refs = [&](std::string_view body, std::string_view query = "") {
    return instance_.ask("POST", fmt::format("/api/catalog/entities/by-refs{}", query), {}, body);
  };
  EXPECT_EQ(
      names(by_refs(
          R"({"entityRefs":["component:default/web","API:orders","none","component:default/none","Component:Default/WEB"]})")),
      "web orders null null web");
  EXPECT_EQ(names(by_refs(R"({"entityRefs":["component:web","component:pay"],"query":{"spec.type":"service"}})")),
            "null pay");
  EXPECT_EQ(names(by_refs(R"({"entityRefs":["component:web","component:pay"]})", "?filter=metadata.tags.java")),
            "web null");
  EXPECT_EQ(by_refs(R"({"entityRefs":["component:web"],"fields":["kind"]})").body,
            R"({"items":[{"kind":"Component"}]})");
  EXPECT_EQ(by_refs(R"({"entityRefs":[]})").body, R"({"items":[]})");
  std::string many = R"({"entityRefs":["a")";
  for (int i = 0; i < 10'000; ++i) many += R"(,"a")";
  EXPECT_EQ(by_refs(many + "]}").status, 400);
}

TEST_F(ApiTest, RefreshAsksTheEntitysSource) {
  const auto refresh = [&](std::string_view body) {
    return instance_.ask("POST", "/api/catalog/refresh", {}, body).status;
  };
  EXPECT_EQ(refresh(R"({"entityRef":"component:default/web"})"), 200);
  EXPECT_EQ(instance_.sync.refreshed, std::vector<std::string>{"main"});
  EXPECT_EQ(refresh(R"({"entityRef":"component:default/none"})"), 404);
  EXPECT_EQ(refresh(R"({"entityRef":"web"})"), 400);
  EXPECT_EQ(refresh(""), 400);
}

TEST_F(ApiTest, MethodsAreTold) {
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

TEST_F(ApiTest, ReadinessTellsWhy) {
  instance_.sync.statuses.resize(2);
  instance_.sync.statuses[0] = {.id = "main", .url = {}, .branch = {}, .loaded = true};
  instance_.sync.statuses[1] = {.id = "late", .url = {}, .branch = {}, .loaded = false, .last_error = "no\nroute"};
  EXPECT_EQ(instance_.get("/readyz").body, "ok\n");
  EXPECT_EQ(instance_.get("/readyz?verbose").body,
            "[+]snapshot ok\n[+]accepting ok\n[+]source/main ok\n[+]source/late ok (not loaded: no\\x0aroute)\nreadyz "
            "check passed\n");
  instance_.draining = true;
  const Answer draining = instance_.get("/readyz");
  EXPECT_EQ(draining.status, 503);
  EXPECT_TRUE(draining.body.find("[-]accepting failed: shutting down\n") != std::string::npos) << draining.body;
  EXPECT_EQ(instance_.get(web).status, 200) << "what comes is answered";
  Instance fresh;
  fresh.sync.statuses = instance_.sync.statuses;
  EXPECT_EQ(fresh.get("/readyz").body,
            "[-]snapshot failed: no version is loaded yet\n[+]accepting ok\n[+]source/main ok\n[-]source/late failed: "
            "not loaded: "
            "no\\x0aroute\nreadyz check failed\n");
}

TEST_F(ApiTest, RequestsAreCounted) {
  instance_.requests.register_with(instance_.registry);
  for (int i = 0; i < 70; ++i) instance_.get(web);
  instance_.get("/nowhere");
  const Answer answer = instance_.get("/metrics");
  EXPECT_EQ(answer.status, 200);
  for (const auto* line : {"aureacore_http_requests_total{code=\"200\",route=\"GET "
                           "/api/catalog/entities/by-name/{kind}/{namespace}/{name}\"} 70",
                           "aureacore_http_requests_total{code=\"404\",route=\"none\"} 1",
                           "aureacore_cache_requests_total{result=\"hit\",tier=\"local\"} 70",
                           "aureacore_http_request_duration_seconds_count 1"}) {
    EXPECT_NE(answer.body.find(line), std::string::npos) << line << "\n" << answer.body;
  }
}

TEST_F(ApiTest, RefusalsAreProblems) {
  http::Request request;
  http::Output out;
  http::Response response(request, out);
  instance_.handler->refuse(431, "expected at most 16384 bytes of headers", response);
  const Answer answer = testing::take_apart(out.view());
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  EXPECT_EQ(text(answer, "/detail"), "expected at most 16384 bytes of headers");
}

TEST_F(ApiTest, EveryRouteIsDescribedAndNothingElse) {
  simdjson::dom::element root;
  ASSERT_EQ(parser_.parse(openapi_json().data(), openapi_json().size()).get(root), simdjson::SUCCESS);
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

TEST_F(ApiTest, ADeepEntityIsRefusedNotFollowed) {
  std::string deep = R"({"entity":{"spec":)";
  for (int i = 0; i < 500; ++i) deep += R"({"a":)";
  deep += "1";
  deep.append(502, '}');
  deep.insert(deep.size() - 1, R"(,"location":"url:x")");
  const Answer answer = instance_.ask("POST", "/api/catalog/validate-entity", {}, deep);
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(text(answer, "/errors/0/message"), "");
}

TEST_F(ApiTest, ValidatesEntitiesOfDeclaredKinds) {
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

TEST_F(ApiTest, HostileRequestsAreRefused) {
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
