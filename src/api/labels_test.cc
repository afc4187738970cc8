// What an answer says of itself: validators, age, freshness, levels; and what an instance says of its own state.
#include "api/labels.h"

#include <gtest/gtest.h>

#include "api/fixture.h"
#include "api/routes.h"
#include "catalog/testing.h"

namespace aureacore::api {
namespace {

using testing::Answer;
using testing::Instance;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

using testing::web;

class LabelsTest : public testing::ApiTest {};

TEST_F(LabelsTest, AnEntityByName) {
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

TEST_F(LabelsTest, HeadHasTheHeadAlone) {
  for (const std::string_view target : {web, "/api/catalog/entities"sv, "/api/catalog/entity-facets?facet=kind"sv,
                                        "/readyz"sv, "/api/v1/openapi.json"sv}) {
    const Answer full = instance_.get(target);
    const Answer head = instance_.ask("HEAD", target);
    EXPECT_EQ(head.status, 200) << target;
    EXPECT_EQ(head.body, "") << target;
    EXPECT_EQ(head.headers, full.headers) << target;
  }
}

TEST_F(LabelsTest, UnchangedIsNotSentAgain) {
  for (const std::string_view target :
       {web, "/api/catalog/entities?filter=kind=component"sv, "/api/catalog/entities/by-query?limit=2"sv,
        "/api/catalog/entity-facets?facet=kind"sv, "/api/v1/errors"sv, "/api/catalog/locations"sv,
        "/api/catalog/entities/by-name/component/default/web/ancestry"sv, "/api/v1/openapi.json"sv}) {
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

TEST_F(LabelsTest, ValidatorsTellEveryDifference) {
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

TEST_F(LabelsTest, WhatIsNotThereNamesTheVersion) {
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

TEST_F(LabelsTest, BeforeTheFirstSnapshotNothingIsKnown) {
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

TEST_F(LabelsTest, AgeGrowsAndNeverUnderstates) {
  for (int i = 0; i < 200; ++i) {
    instance_.pass(490ms);
    const double truth = 0.49 * (i + 1);
    for (const auto target : {web, "/api/catalog/entities?limit=1"sv}) {
      const double age = std::stod(instance_.get(target).header("age"));
      EXPECT_GE(age, truth) << i;
      EXPECT_LE(age, truth + 2) << i;
    }
  }
  EXPECT_EQ(instance_.get(web).header("cache-status"), "aureacore-local; hit; ttl=-24") << "stale";
  EXPECT_EQ(instance_.requests.worker(0).cache(CacheResult::stale) > 0, true);
}

TEST_F(LabelsTest, TheLabelIsNotOlderThanATick) {
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

TEST_F(LabelsTest, ListsAreLabelledByTheStalestSource) {
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

// A catalog whose source "shared" was taken from a store, and whose source "main" was not.
catalog::SnapshotPtr partly_taken(const std::shared_ptr<const catalog::Freshness>& freshness, catalog::Tier tier) {
  catalog::Editor editor(nullptr);
  for (const auto& document : query::testing::documents()) editor.put(query::testing::define(document));
  editor.put(query::testing::define(
      {.kind = "API", .name = "taken", .metadata = {}, .spec = {}, .relations = {}, .source = "shared"}));
  for (const auto* id : {"main", "shared"}) {
    auto state = query::testing::source_state(id, 1);
    state.freshness = freshness;
    if (id == std::string_view("shared")) state.taken_from = tier;
    editor.set_source(state);
  }
  return editor.finish();
}

TEST_F(LabelsTest, WhatWasTakenFromAStoreSaysSo) {
  constexpr auto taken = "/api/catalog/entities/by-name/api/default/taken";
  instance_.slot.publish(partly_taken(instance_.freshness, catalog::Tier::redis));
  EXPECT_EQ(instance_.get(taken).header("cache-status"), "aureacore-redis; hit, aureacore-local; hit; ttl=74");
  EXPECT_EQ(instance_.get(web).header("cache-status"), "aureacore-local; hit; ttl=74") << "another source's";
  EXPECT_EQ(instance_.get("/api/catalog/entities").header("cache-status"),
            "aureacore-redis; hit, aureacore-local; hit; ttl=74");
  instance_.slot.publish(partly_taken(instance_.freshness, catalog::Tier::embedded));
  EXPECT_EQ(instance_.get(taken).header("cache-status"), "aureacore-embedded; hit, aureacore-local; hit; ttl=74");
}

TEST_F(LabelsTest, WhatWasReadForTheAnswerSaysSo) {
  const Labels labels(instance_.clock);
  const auto snapshot = partly_taken(instance_.freshness, catalog::Tier::redis);
  const std::string lines = labels.of_pinned(*snapshot, instance_.clock.steady(), Labels::Found::in_store).lines;
  EXPECT_NE(lines.find("\r\nCache-Status: aureacore-redis; hit, aureacore-local; fwd=uri-miss; stored\r\n"),
            std::string::npos)
      << lines;
}

TEST_F(LabelsTest, ReadinessTellsWhy) {
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

TEST_F(LabelsTest, RequestsAreCounted) {
  instance_.requests.register_with(instance_.registry);
  for (int i = 0; i < 70; ++i) instance_.get(web);
  instance_.get("/nowhere");
  const Answer answer = instance_.get("/metrics");
  EXPECT_EQ(answer.status, 200);
  for (const auto* line : {"aureacore_http_requests_total{code=\"200\",route=\"GET "
                           "/api/catalog/entities/by-name/{kind}/{namespace}/{name}\"} 70",
                           "aureacore_http_requests_total{code=\"404\",route=\"none\"} 1",
                           "aureacore_cache_requests_total{result=\"hit\",tier=\"local\"} 70",
                           "aureacore_http_request_duration_seconds_count{route=\"none\"} 1"}) {
    EXPECT_NE(answer.body.find(line), std::string::npos) << line << "\n" << answer.body;
  }
}

TEST_F(LabelsTest, OnePlainLookUpInSixtyFourIsMeasuredAndStandsForAll) {
  instance_.requests.register_with(instance_.registry);
  const std::string count =
      R"(aureacore_http_request_duration_seconds_count{route="GET /api/catalog/entities/by-name/{kind}/{namespace}/{name}"} )";
  for (int i = 0; i < 128; ++i) instance_.get(web);
  EXPECT_NE(instance_.get("/metrics").body.find(count + "128\n"), std::string::npos);
  instance_.get("/api/catalog/entities/by-name/component/default/none");
  EXPECT_NE(instance_.get("/metrics").body.find(count + "129\n"), std::string::npos) << "others are measured each";
}

TEST_F(LabelsTest, AnInstanceHasStartedOnceItHasACatalogAlsoWhileItEnds) {
  EXPECT_EQ(Instance{}.get("/startupz").status, 503);
  EXPECT_EQ(instance_.get("/startupz").status, 200);
  instance_.draining = true;
  EXPECT_EQ(instance_.get("/startupz").status, 200);
}

}  // namespace
}  // namespace aureacore::api
