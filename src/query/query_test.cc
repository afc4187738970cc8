#include "query/query.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "query/filter.h"
#include "query/predicate.h"
#include "query/testing.h"

namespace aureacore::query {
namespace {

using testing::build;
using testing::names;

class QueryTest : public ::testing::Test {
 protected:
  std::string run(const Query& query) {
    const auto selected = select(query, *snapshot_, parser_);
    return selected ? names(*snapshot_, *selected) : "error: " + selected.error().message;
  }
  std::string filter(std::vector<std::string> filters) { return run({.filters = std::move(filters)}); }
  std::string predicate(std::string json) { return run({.predicate = std::move(json)}); }
  std::string text(std::string term, std::vector<std::string> fields) {
    return run({.text = std::move(term), .text_fields = std::move(fields)});
  }

  catalog::SnapshotPtr snapshot_ = build();
  JsonParser parser_;
};

constexpr auto everything = "orders Mail pay web team-a team-b";

TEST_F(QueryTest, WithoutAFilterEverythingIsSelected) {
  EXPECT_EQ(filter({}), everything);
  EXPECT_EQ(filter({"", " , "}), everything);
}

TEST_F(QueryTest, DifferentKeysMustAllHold) {
  EXPECT_EQ(filter({"kind=component,spec.type=service"}), "Mail pay");
  EXPECT_EQ(filter({"kind=component,spec.type=service,spec.lifecycle=production"}), "pay");
}

TEST_F(QueryTest, ARepeatedKeyMeansEither) {
  EXPECT_EQ(filter({"spec.type=service,spec.type=website"}), "Mail pay web");
}

TEST_F(QueryTest, SeveralFiltersMeanEither) { EXPECT_EQ(filter({"kind=api", "kind=group"}), "orders team-a team-b"); }

TEST_F(QueryTest, AKeyAloneMustExist) {
  EXPECT_EQ(filter({"metadata.title"}), "Mail web");
  EXPECT_EQ(filter({"kind=component,metadata.tags.java"}), "web");
  EXPECT_EQ(filter({"spec.nothing"}), "web");
  EXPECT_EQ(filter({"spec.type,spec.type=team"}), "team-a team-b");
}

TEST_F(QueryTest, CaseIsNotAsciisAlone) {
  auto documents = testing::documents();
  documents.push_back({"Component",
                       "cafe",
                       R"(,"title":"CAFÉ Zürich","tags":["ÄPFEL"])",
                       R"("owner":"ÉQUIPE","GRÖẞE":{"Ländle":"Groß"})",
                       {{entity::RelationType::owned_by, "group:default/équipe"}}});
  documents.push_back({"Component", "cafe2", R"(,"title":"café genève")", R"("owner":"équipe")", {}});
  snapshot_ = build(documents);
  EXPECT_EQ(filter({"spec.owner=Équipe"}), "cafe cafe2");
  EXPECT_EQ(filter({"relations.ownedBy=group:default/ÉQUIPE"}), "cafe");
  EXPECT_EQ(filter({"SPEC.größe.LÄNDLE=GROß"}), "cafe");
  EXPECT_EQ(filter({"metadata.tags.äpfel"}), "cafe");
  EXPECT_EQ(filter({"metadata.tags=Äpfel"}), "cafe");
  EXPECT_EQ(filter({"spec.owner=equipe"}), "") << "an accent is no case";
  EXPECT_EQ(predicate(R"({"metadata.title":{"$hasPrefix":"Café"}})"), "cafe cafe2");
  EXPECT_EQ(predicate(R"({"spec.größe.ländle":{"$hasPrefix":"GROSS"}})"), "");
  EXPECT_EQ(predicate(R"({"spec.größe.ländle":{"$hasPrefix":"GRO"}})"), "cafe");
  EXPECT_EQ(text("ZÜR", {"metadata.title"}), "cafe");
  EXPECT_EQ(text("É G", {"metadata.title"}), "cafe2");
}

TEST_F(QueryTest, KeysAndValuesGoWithoutRegardToCase) {
  EXPECT_EQ(filter({"KIND=ComPonent,Spec.TYPE=WEBSITE"}), "web");
  EXPECT_EQ(filter({"metadata.name=mail"}), "Mail");
  EXPECT_EQ(filter({"relations.ownedby=group:default/TEAM-A"}), "web");
}

TEST_F(QueryTest, AValueMayHoldAnEqualsSign) {
  EXPECT_EQ(filter({"metadata.annotations.example.com/a.b=x=y"}), "web");
  EXPECT_EQ(filter({" kind = component , spec.port = 8080 "}), "web");
}

TEST_F(QueryTest, AFilterWithoutAKeyIsAnError) {
  EXPECT_EQ(filter({"kind=api,=x"}), "error: expected key=value, key= or key in the filter, found \"=x\"");
  EXPECT_EQ(filter({std::string(2 * max_filter_conditions, 'a')}), "");
  std::string many;
  for (std::size_t i = 0; i <= max_filter_conditions; ++i) many += fmt::format("k{}=v,", i);
  EXPECT_EQ(filter({many}), "error: expected at most 500 conditions in the filters");
}

TEST_F(QueryTest, PredicatesCombine) {
  EXPECT_EQ(predicate(R"({"kind":"component","spec.type":"service"})"), "Mail pay");
  EXPECT_EQ(predicate(R"({"$any":[{"kind":"api"},{"spec.port":8080}]})"), "orders web");
  EXPECT_EQ(predicate(R"({"$all":[{"kind":"component"},{"$not":{"spec.public":true}}]})"), "Mail pay");
  EXPECT_EQ(predicate(R"({"$all":[]})"), everything);
  EXPECT_EQ(predicate(R"({"$any":[]})"), "");
  EXPECT_EQ(predicate("{}"), everything);
}

TEST_F(QueryTest, PredicatesCompareValues) {
  EXPECT_EQ(predicate(R"({"spec.type":{"$in":["website","openapi"]}})"), "orders web");
  EXPECT_EQ(predicate(R"({"kind":"component","metadata.title":{"$exists":false}})"), "pay");
  EXPECT_EQ(predicate(R"({"metadata.title":{"$exists":true}})"), "Mail web");
  EXPECT_EQ(predicate(R"({"metadata.name":{"$hasPrefix":"TEAM"}})"), "team-a team-b");
  EXPECT_EQ(predicate(R"({"spec.lifecycle":{"$hasPrefix":"prod"}})"), "pay web");
  EXPECT_EQ(predicate(R"({"metadata.tags":{"$contains":"tier-1"}})"), "web");
  EXPECT_EQ(predicate(R"({"relations":{"$contains":{"type":"ownedBy"}}})"), "pay web");
  EXPECT_EQ(predicate(R"({"relations":{"$contains":{"type":"ownedBy","targetRef":{"$in":["group:default/team-b"]}}}})"),
            "pay");
}

struct Wrong {
  const char* predicate;
  const char* message;
};

TEST_F(QueryTest, WrongPredicatesNameThePlace) {
  for (const auto& [json, message] : std::vector<Wrong>{
           {"[]", "query: expected an object such as {\"kind\": \"component\"}, found an array"},
           {R"({"$all":[{"kind":null}]})",
            "query.$all[0].kind: expected a value, or one of $exists, $in, $hasPrefix, $contains, found null"},
           {R"({"$any":{}})", "query.$any: expected an array of predicates, found an object"},
           {R"({"$not":{"$all":[],"x":1}})",
            "query.$not: expected \"$all\" as the only member, found others beside it"},
           {R"({"$nor":[]})", "query: expected $all, $any or $not, found $nor"},
           {R"({"a":{"$exists":1}})", "query.a.$exists: expected true or false, found a number"},
           {R"({"a":{"$in":[[]]}})", "query.a.$in: expected strings, numbers or booleans as items, found an array"},
           {R"({"a":{"$contains":{"type":"x"}}})",
            "query.a.$contains: expected a value (an object only in \"relations\"), found an object"},
       }) {
    EXPECT_EQ(predicate(json), std::string("error: ") + message) << json;
  }
  EXPECT_TRUE(predicate("{\"a\"").starts_with("error: query: expected JSON: "));
}

TEST_F(QueryTest, PredicatesAreBounded) {
  std::string deep;
  for (std::size_t i = 0; i <= Expression::max_depth; ++i) deep += R"({"$not":)";
  deep += "{}" + std::string(Expression::max_depth + 1, '}');
  EXPECT_TRUE(predicate(deep).ends_with("expected a nesting of at most 32")) << predicate(deep);
  std::string wide = R"({"a":{"$in":[1)";
  for (std::size_t i = 0; i < Expression::max_nodes; ++i) wide += ",1";
  EXPECT_EQ(predicate(wide + "]}}"), "error: query.a.$in: expected at most 10000 conditions and values");
}

TEST_F(QueryTest, TextIsASubstringOfTheChosenFields) {
  EXPECT_EQ(text("AIL", {"metadata.name"}), "Mail");
  EXPECT_EQ(text("shop", {"metadata.name", "metadata.title"}), "web");
  EXPECT_EQ(text("a", {"metadata.tags"}), "web");
  EXPECT_EQ(text("\"hi\"\tthere", {"metadata.description"}), "pay");
  EXPECT_EQ(text("two", {"spec.nested.deep.x"}), "orders");
  EXPECT_EQ(text("team-b", {"relations.ownedBy"}), "pay");
  EXPECT_EQ(text("  ", {"metadata.name"}), everything);
  EXPECT_EQ(run({.filters = {"kind=component"}, .order = {{"spec.type", false}}, .text = "web"}), "web")
      << "without fields, the one that is ordered by";
  EXPECT_EQ(text("x", std::vector<std::string>(21, "a")),
            "error: expected at most 20 fields for the text filter, found 21");
}

}  // namespace
}  // namespace aureacore::query
