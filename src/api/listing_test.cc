// Lists of entities: pages, versions, size.
#include <gtest/gtest.h>

#include "api/fixture.h"
#include "http/limits.h"

namespace aureacore::api {
namespace {

using testing::Answer;
using namespace std::chrono_literals;

using testing::web;

class ListingTest : public testing::ApiTest {};

TEST_F(ListingTest, PagesFollowEachOther) {
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

TEST_F(ListingTest, OrderedPagesFollowEachOther) {
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

TEST_F(ListingTest, AListingStaysWithItsVersion) {
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

TEST_F(ListingTest, APageStaysTheSameWhileOnlyChecksGoOn) {
  constexpr auto target = "/api/catalog/entities/by-query?limit=2&offset=1";
  const std::string etag = instance_.get(target).header("etag");
  instance_.pass(60s);
  const auto& freshness = instance_.slot.latest()->sources().front().freshness;
  std::const_pointer_cast<catalog::Freshness>(freshness)->checked(instance_.clock.steady());
  instance_.pass(1s);
  EXPECT_EQ(instance_.get(target, {{"If-None-Match", etag}}).status, 304);
}

TEST_F(ListingTest, EntitiesArePagedByLink) {
  const Answer first = instance_.get("/api/catalog/entities?limit=4&offset=1&fields=metadata.name");
  EXPECT_EQ(names(first, ""), "Mail pay web team-a");
  const std::string link = first.header("link");
  ASSERT_TRUE(link.starts_with("</api/catalog/entities?limit=4&fields=metadata.name&after=")) << link;
  ASSERT_TRUE(link.ends_with(">; rel=\"next\"")) << link;
  const Answer second = instance_.get(link.substr(1, link.find('>') - 1));
  EXPECT_EQ(names(second, ""), "team-b");
  EXPECT_EQ(second.header("link"), "");
}

TEST_F(ListingTest, ALinkHoldsItsFiltersOnce) {
  std::string filter = "filter=kind=component,kind=group";
  for (int i = 0; i < 330; ++i) filter += fmt::format(",kind=other{:03}", i);
  const Answer first = instance_.get("/api/catalog/entities?limit=4&order=desc:metadata.name&" + filter);
  EXPECT_EQ(names(first, ""), "web team-b team-a pay");
  const std::string link = first.header("link");
  const Answer second = instance_.get(link.substr(1, link.find('>') - 1));
  EXPECT_LT(link.size(), http::Limits().target_bytes) << "a longer one is answered 414";
  EXPECT_EQ(names(second, ""), "Mail");
}

TEST_F(ListingTest, LargeListsAreStreamedAndCompressed) {
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

TEST_F(ListingTest, ALargeEntityIsCompressedToo) {
  auto documents = query::testing::documents();
  documents[0].metadata = fmt::format(R"(,"description":"{}")", std::string(100'000, 'x'));
  instance_.publish(documents, 2);
  const Answer plain = instance_.get(web);
  EXPECT_GT(plain.body.size(), 100'000U);
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding, AureaCore-Consistency");
  EXPECT_EQ(instance_.get(web, {{"Accept-Encoding", "gzip"}}).header("content-encoding"), "gzip");
}

TEST_F(ListingTest, ReferencesInAnyForm) {
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

TEST_F(ListingTest, ALetterAmongManyEntitiesIsSearchedInTheBackground) {
  std::vector<query::testing::Document> documents;
  for (int i = 0; i <= 10'000; ++i) documents.push_back({"Component", fmt::format("s{}", i), "", "", {}});
  instance_.publish(documents);
  const Answer letter = instance_.get("/api/v1/search?q=s&limit=1");
  EXPECT_TRUE(letter.deferred);
  EXPECT_EQ(text(letter, "/totalItems"), "10001");
  EXPECT_FALSE(instance_.get("/api/v1/search?q=s77").deferred);
  documents.pop_back();
  instance_.publish(documents, 2);
  EXPECT_FALSE(instance_.get("/api/v1/search?q=s&limit=1").deferred);
}

TEST_F(ListingTest, WhatReadsManyEntitiesIsAnsweredInTheBackground) {
  std::vector<query::testing::Document> documents;
  for (int i = 0; i < 600; ++i) {
    documents.push_back(
        {"Component", fmt::format("s{:03}", i), "", i < 9 ? R"("type":"few")" : R"("type":"many")", {}});
  }
  instance_.publish(documents);
  const auto deferred = [&](const std::string& target) {
    const Answer answer = instance_.get("/api/catalog" + target);
    EXPECT_EQ(answer.status, 200) << target;
    return answer.deferred;
  };
  EXPECT_TRUE(deferred("/entities?order=asc:metadata.title&limit=1"));
  EXPECT_TRUE(deferred("/entities/by-query?orderField=metadata.name&limit=1"));
  EXPECT_FALSE(deferred("/entities/by-query?filter=spec.type=few&orderField=metadata.name&limit=1"));
  EXPECT_FALSE(deferred("/entities/by-query?filter=spec.type=many&limit=20"));
  EXPECT_FALSE(deferred("/entities?limit=20"));
  EXPECT_TRUE(deferred("/entity-facets?facet=metadata.name"));
  EXPECT_FALSE(deferred("/entity-facets?facet=kind&facet=spec.type"));
  EXPECT_FALSE(deferred("/entity-facets?facet=kind&filter=spec.type=many"));
  std::string many = "/entity-facets?facet=kind";
  for (int i = 0; i < 10; ++i) many += fmt::format("&facet=spec.x{}", i);
  EXPECT_TRUE(deferred(many));
  const auto asks = [&](const std::string& target, const std::string& body) {
    const Answer answer = instance_.ask("POST", "/api/catalog" + target, {}, body);
    EXPECT_EQ(answer.status, 200) << target;
    return answer;
  };
  const Answer prefixed = asks("/entities/by-refs", R"({"entityRefs":["component:s007","component:s100"],)"
                                                    R"("query":{"metadata.name":{"$hasPrefix":"s0"}}})");
  EXPECT_TRUE(prefixed.deferred);
  EXPECT_EQ(names(prefixed), "s007 null");
  EXPECT_FALSE(asks("/entities/by-refs", R"({"entityRefs":["component:s007"],"query":{"spec.type":"few"}})").deferred);
  EXPECT_TRUE(
      asks("/analyze-location", R"({"location":{"type":"url","target":"https://git.example.com/main"}})").deferred);
}

TEST_F(ListingTest, FacetsAreTheSameRegardlessOfCase) {
  const Answer answer = instance_.get("/api/catalog/entity-facets?facet=Spec.Type&facet=spec.type&facet=KIND");
  EXPECT_EQ(text(answer, "/facets/Spec.Type/0/count"), "1");
  EXPECT_EQ(text(answer, "/facets/spec.type"), "");
  EXPECT_NE(text(answer, "/facets/KIND"), "");
}

}  // namespace
}  // namespace aureacore::api
