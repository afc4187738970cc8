#include "catalog/editor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "catalog/testing.h"

namespace aureacore::catalog {
namespace {

using testing::define;
using testing::dump;
using testing::json;

SnapshotPtr build(const std::vector<entity::DefinitionPtr>& definitions, const SnapshotPtr& base = nullptr) {
  Editor editor(base, 42);
  for (const auto& definition : definitions) editor.put(definition);
  return editor.finish();
}

std::vector<std::string> keys(const Snapshot& snapshot, std::string_view path, std::string_view value) {
  Selection found = snapshot.nothing();
  snapshot.match(path, value, found);
  std::vector<std::string> out;
  snapshot.visit(found, {}, [&](const Entity& entity) {
    out.push_back(entity.key());
    return true;
  });
  return out;
}

TEST(Editor, StitchesBothDirections) {
  const auto snapshot =
      build({define({.name = "pay", .owner = "group:default/team"}), define({.kind = "Group", .name = "team"})});
  ASSERT_EQ(snapshot->size(), 2U);
  EXPECT_NE(json(*snapshot->find("group:default/team"))
                .find(R"("relations":[{"type":"ownerOf","targetRef":"component:default/pay"}]})"),
            std::string::npos);
  EXPECT_EQ(keys(*snapshot, "relations.ownerOf", "component:default/PAY"),
            std::vector<std::string>{"group:default/team"});
}

TEST(Editor, RelationToAMissingEntityShowsOnceItComes) {
  const auto first = build({define({.name = "pay", .owner = "group:default/team"})});
  const auto second = build({define({.kind = "Group", .name = "team"})}, first);
  EXPECT_EQ(first->find("group:default/team"), nullptr);
  EXPECT_NE(json(*second->find("group:default/team")).find("ownerOf"), std::string::npos);
}

TEST(Editor, RemovalTakesTheOtherSideAway) {
  const auto pay = define({.name = "pay", .owner = "group:default/team"});
  const auto first = build({pay, define({.kind = "Group", .name = "team"})});
  Editor editor(first);
  editor.drop(pay);
  const auto second = editor.finish();
  EXPECT_EQ(second->find("component:default/pay"), nullptr);
  EXPECT_EQ(json(*second->find("group:default/team")).find("ownerOf"), std::string::npos);
  EXPECT_TRUE(keys(*second, "metadata.name", "pay").empty());
  EXPECT_NE(json(*first->find("group:default/team")).find("ownerOf"), std::string::npos)
      << "the old snapshot must stay";
}

TEST(Editor, UntouchedEntitiesAreShared) {
  const auto first = build({define({.name = "a"}), define({.name = "b"})});
  const auto second = build({define({.name = "b", .tag = "new"})}, first);
  EXPECT_EQ(first->find("component:default/a"), second->find("component:default/a"));
  EXPECT_NE(first->find("component:default/b")->etag, second->find("component:default/b")->etag);
}

TEST(Editor, TheSmallestPlaceWinsWhateverComesFirst) {
  const auto early = define({.name = "x", .tag = "early", .path = "a.yaml"});
  const auto late = define({.name = "x", .tag = "late", .path = "b.yaml"});
  const auto one = build({late}, build({early}));
  const auto other = build({early}, build({late}));
  EXPECT_EQ(dump(*one), dump(*other));
  EXPECT_NE(dump(*one).find("early"), std::string::npos);
  EXPECT_EQ(one->conflicts(), 1U);
  ASSERT_EQ(one->diagnostics().size(), 2U) << "both places are told";

  Editor editor(one);
  editor.drop(early);
  const auto after = editor.finish();
  EXPECT_NE(dump(*after).find("late"), std::string::npos) << "the other takes over";
  EXPECT_EQ(after->conflicts(), 0U);
  EXPECT_TRUE(after->diagnostics().empty());
}

TEST(Editor, ConflictsSurviveNewDiagnosticsOfTheirFile) {
  const auto snapshot = build({define({.name = "x", .path = "a.yaml"}), define({.name = "x", .path = "b.yaml"})});
  Editor editor(snapshot);
  editor.set_diagnostics("main", "a.yaml", {{.rule = "yaml", .message = "m", .path = "a.yaml"}});
  const auto second = editor.finish();
  EXPECT_EQ(second->diagnostics().at({"main", "a.yaml"}).size(), 2U);
  Editor again(second);
  again.set_diagnostics("main", "a.yaml", {});
  EXPECT_EQ(again.finish()->diagnostics().at({"main", "a.yaml"}).size(), 1U);
}

TEST(Editor, ProblemsShowInTheStatusAndGo) {
  const auto first = build({define({.name = "a"})});
  Editor editor(first);
  editor.set_problems("component:default/a", {{"aureacore.io/last-good-version", "broken at a.yaml:3:1"}});
  const auto second = editor.finish();
  EXPECT_NE(dump(*second).find("broken at a.yaml:3:1"), std::string::npos);
  EXPECT_NE(first->find("component:default/a")->etag, second->find("component:default/a")->etag);
  Editor again(second);
  again.set_problems("component:default/a", {});
  EXPECT_EQ(dump(*again.finish()), dump(*first));
}

TEST(Editor, DropsWhatSaysTheSame) {
  const auto first = build({define({.name = "pay"}), define({.name = "cart"})});
  Editor editor(first);
  editor.drop(define({.name = "pay"}));
  editor.drop(define({.name = "cart", .tag = "other"}));
  const auto second = editor.finish();
  EXPECT_EQ(second->find("component:default/pay"), nullptr);
  EXPECT_NE(second->find("component:default/cart"), nullptr);
}

TEST(Editor, PutsWhatAnEqualOneIsDroppedFor) {
  const auto first = build({define({.name = "pay"})});
  Editor editor(first);
  editor.put(define({.name = "pay"}));
  editor.drop(first->find("component:default/pay")->definition);
  EXPECT_NE(editor.finish()->find("component:default/pay"), nullptr);
}

TEST(Editor, ReplacesAllThatASourceSays) {
  const auto kept = define({.name = "kept", .path = "a"});
  Editor before(build({kept, define({.name = "gone", .path = "b"}), define({.name = "changed", .path = "c"}),
                       define({.name = "lost", .path = "d"}), define({.name = "lost", .source = "a", .path = "d"}),
                       define({.name = "foreign", .source = "other"})}));
  before.set_diagnostics("main", "b", {{.rule = "field", .message = "old"}});
  before.set_diagnostics("other", "b", {{.rule = "field", .message = "theirs"}});
  before.set_problems("component:default/kept", {{"type", "old"}});
  before.set_problems("component:default/changed", {{"type", "same"}});
  const auto first = before.finish();
  Editor editor(first);
  SourceContents contents;
  contents.definitions = {define({.name = "kept", .path = "a"}), define({.name = "changed", .tag = "new", .path = "c"}),
                          define({.name = "come", .path = "e"})};
  contents.problems["component:default/changed"] = {{"type", "same"}};
  contents.diagnostics["e"] = {{.rule = "field", .message = "new"}};
  const auto held = editor.replace_source("main", contents);
  const auto second = editor.finish();
  ASSERT_EQ(held.size(), 3U);
  EXPECT_EQ(held[0], kept) << "the object that was there";
  EXPECT_EQ(second->find("component:default/kept")->definition, kept);

  Editor rebuilt(
      build({contents.definitions[0], contents.definitions[1], contents.definitions[2],
             define({.name = "lost", .source = "a", .path = "d"}), define({.name = "foreign", .source = "other"})}));
  rebuilt.set_diagnostics("main", "e", contents.diagnostics["e"]);
  rebuilt.set_diagnostics("other", "b", {{.rule = "field", .message = "theirs"}});
  rebuilt.set_problems("component:default/changed", {{"type", "same"}});
  EXPECT_EQ(testing::transcript(*second), testing::transcript(*rebuilt.finish()));
}

TEST(Editor, CountsTheDefinitionsOfASourceWithThoseThatLost) {
  const auto snapshot =
      build({define({.name = "won", .source = "a"}), define({.name = "won", .source = "b", .path = "d"}),
             define({.name = "own", .source = "b"}), define({.name = "own", .source = "b", .path = "z"})});
  for (const auto& [source, count] : {std::pair("a", 1U), std::pair("b", 3U), std::pair("none", 0U)}) {
    EXPECT_EQ(snapshot->count_definitions(source), count) << source;
    EXPECT_EQ(snapshot->definitions_of(source).size(), count) << source;
  }
}

TEST(Editor, ReplacesAllDefinitionsOfAnEntity) {
  const auto winner = define({.name = "pay", .path = "a"});
  const auto loser = define({.name = "pay", .path = "b"});
  const auto first = build({winner, loser});
  Editor editor(first);
  const auto other = define({.name = "pay", .tag = "new", .path = "b"});
  const auto third = define({.name = "pay", .path = "c"});
  editor.replace_entity(winner->key, {other, third}, {{"type", "message"}});
  Editor rebuilt(build({other, third}));
  rebuilt.set_problems(winner->key, {{"type", "message"}});
  const auto second = editor.finish();
  EXPECT_EQ(testing::transcript(*second), testing::transcript(*rebuilt.finish()));
  Editor removal(second);
  removal.replace_entity(winner->key, {}, {});
  EXPECT_EQ(testing::transcript(*removal.finish()), testing::transcript(*build({})));
}

TEST(Editor, ServesAnOrphanOnlyWhereThereIsNoOther) {
  const auto orphan = define({.name = "pay", .path = "a", .orphan = true});
  const auto other = define({.name = "pay", .source = "other", .path = "z"});
  const auto first = build({orphan});
  EXPECT_EQ(first->find(orphan->key)->definition, orphan);
  const auto second = build({other}, first);
  EXPECT_EQ(second->find(orphan->key)->definition, other);
  EXPECT_EQ(testing::transcript(*second), testing::transcript(*build({orphan}, build({other}))));
  Editor editor(second);
  editor.drop(other);
  EXPECT_EQ(editor.finish()->find(orphan->key)->definition, orphan);
}

TEST(Editor, ConflictsHaveAnOrderThatDoesNotDependOnTheirHistory) {
  const auto both = [](const std::string& name) {
    return std::vector{define({.name = name, .path = "a", .document = 1}), define({.name = name, .path = "b"})};
  };
  const auto one = build(both("y"), build(both("x")));
  const auto other = build(both("x"), build(both("y")));
  EXPECT_EQ(testing::transcript(*one), testing::transcript(*other));
}

TEST(Editor, FindsByUid) {
  const auto snapshot = build({define({.name = "a"}), define({.name = "b"})});
  const auto* found = snapshot->find_uid(entity::uid("component:default/b"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->key(), "component:default/b");
  EXPECT_EQ(snapshot->find_uid("nothing"), nullptr);
}

TEST(Editor, FacetsKeepTheSpelling) {
  const auto snapshot = build({define({.name = "a", .tag = "Java"}), define({.name = "b", .tag = "Java"}),
                               define({.name = "c", .tag = "java"}), define({.name = "d", .tag = "Go"})});
  std::map<std::string, std::size_t> counts;
  for (const auto& [value, count] : snapshot->facet("metadata.tags", nullptr)) counts[value] = count;
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{{"Go", 1}, {"Java", 2}, {"java", 1}}));
  EXPECT_EQ(keys(*snapshot, "METADATA.tags", "JAVA").size(), 3U);
  EXPECT_EQ(keys(*snapshot, "metadata.tags.java", "true").size(), 3U);
}

TEST(Editor, VisitsFromAnywhereInBothDirections) {
  std::vector<entity::DefinitionPtr> definitions;
  for (int i = 0; i < 300; ++i) definitions.push_back(define({.name = "n" + std::to_string(1000 + i)}));
  std::shuffle(definitions.begin(), definitions.end(), std::mt19937(1));
  SnapshotPtr snapshot;
  for (const auto& definition : definitions) snapshot = build({definition}, snapshot);
  const Selection all = snapshot->everything();
  EXPECT_EQ(all.count(), 300U);
  for (int i = 0; i < 300; i += 7) {
    const std::string key = "component:default/n" + std::to_string(1000 + i);
    std::string next;
    snapshot->visit(all, key, [&](const Entity& entity) { return next = entity.key(), false; });
    std::string previous;
    snapshot->visit_back(all, key, [&](const Entity& entity) { return previous = entity.key(), false; });
    EXPECT_EQ(next, i == 299 ? "" : "component:default/n" + std::to_string(1001 + i));
    EXPECT_EQ(previous, i == 0 ? "" : "component:default/n" + std::to_string(999 + i));
    EXPECT_EQ(snapshot->rank(all, key), static_cast<std::size_t>(i));
  }
}

// The catalog after any history of edits is what a build from nothing would give: bytes, order, filters, facets,
// conflicts.
class History {
 public:
  // About `size` places, twice as many names.
  explicit History(std::uint32_t seed, int size = 300) : size_(size), random_(seed) {}

  void step(int most_edits = 40) {
    Editor editor(snapshot_, 7);
    const int edits = 1 + pick(most_edits);
    for (int i = 0; i < edits; ++i) edit(editor);
    snapshot_ = editor.finish();
  }

  // The rebuilt one is made in steps of so many definitions.
  void check(std::size_t at_once = 10'000) const {
    SnapshotPtr rebuilt;
    for (auto next = standing_.begin(); !rebuilt || next != standing_.end();) {
      Editor editor(rebuilt, 99);
      for (std::size_t i = 0; i < at_once && next != standing_.end(); ++i, ++next) editor.put(next->second);
      rebuilt = editor.finish();
    }
    ASSERT_EQ(testing::transcript(*snapshot_), testing::transcript(*rebuilt));
    ASSERT_EQ(snapshot_->size(), rebuilt->size());
    ASSERT_EQ(snapshot_->texts().documents(), static_cast<std::int64_t>(snapshot_->size()));
  }

 private:
  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  std::string name() { return "n" + std::to_string(pick(2 * size_)); }

  void edit(Editor& editor) {
    const auto place = std::pair("p" + std::to_string(pick(size_)), pick(2));
    if (const auto at = standing_.find(place); at != standing_.end()) {
      editor.drop(at->second);
      standing_.erase(at);
      if (pick(2) == 0) return;
    }
    testing::Sketch sketch{
        .kind = pick(4) == 0 ? "Group" : "Component", .name = name(), .tag = pick(2) == 0 ? "Java" : "java"};
    if (pick(3) != 0) sketch.owner = "group:default/" + name();
    for (int i = pick(4); i > 0; --i) sketch.depends_on.push_back("component:default/" + name());
    sketch.path = place.first;
    sketch.document = static_cast<std::uint32_t>(place.second);
    sketch.orphan = pick(8) == 0;
    const auto definition = define(sketch);
    editor.put(definition);
    standing_[place] = definition;
  }

  int size_;
  std::mt19937 random_;
  std::map<std::pair<std::string, int>, entity::DefinitionPtr> standing_;
  SnapshotPtr snapshot_;
};

TEST(Editor, AnyHistoryEqualsABuildFromNothing) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    History history(seed);
    for (int i = 0; i < 25; ++i) {
      history.step();
      if (i % 6 == 0) history.check();
      if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << " step " << i;
    }
    history.check();
  }
}

// Many new entities at once go another way than a few: both give the same.
TEST(Editor, ABulkEqualsManySmallSteps) {
  constexpr int size = 2'500;
  for (std::uint32_t seed = 0; seed < 2; ++seed) {
    History history(seed, size);
    for (int i = 0; i < 2; ++i) history.step(3 * size);
    history.check(Editor::bulk_size / 2);
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace aureacore::catalog
