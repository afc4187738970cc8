// Reach on both kinds of graph, by hand and against a naive search over random catalogs.
#include "graph/reach.h"

#include <gmock/gmock.h>

#include "graph/testing.h"

namespace aureacore::graph {
namespace {

using testing::component;
using testing::depends;
using testing::RelationType;
using testing::Shown;

const TypeSet dependencies = depends_on;
const TypeSet dependents = depends_on.inverse();

template <class Graph>
std::string text(const Graph& graph, const Reach& reach) {
  std::string out;
  for (const Reached& reached : reach.nodes) {
    const auto& before = reach.nodes[reached.before];
    out += fmt::format("{} {}{}", reached.distance, graph.key(reached.node), graph.entity(reached.node) ? "" : "?");
    if (reached.distance != 0) out += fmt::format(" {} {}", name(reached.type), graph.key(before.node));
    out += '\n';
  }
  return out += fmt::format("{}{}", reach.truncated ? "truncated" : "", reach.deeper ? "deeper" : "");
}

template <class Graph>
std::string ask(Graph graph, const std::string& from, TypeSet types, const Bounds& bounds = {}) {
  const auto node = graph.find(from);
  if (!node) return "none";
  const auto found = reach(graph, *node, types, bounds);
  return found ? text(graph, *found) : "too much";
}

std::string ask_both(const testing::Documents& documents, const std::string& from, TypeSet types,
                     const Bounds& bounds = {}) {
  const auto snapshot = testing::build(documents);
  const std::string walked = ask(Walk(*snapshot), from, types, bounds);
  EXPECT_EQ(walked, ask(Dense(*snapshot), from, types, bounds));
  return walked;
}

TEST(Reach, GoesByDistanceThenReference) {
  EXPECT_EQ(ask_both(depends("d b, c a, b a, e d, e a, a"), component("a"), dependents),
            "0 component:default/a\n"
            "1 component:default/b dependencyOf component:default/a\n"
            "1 component:default/c dependencyOf component:default/a\n"
            "1 component:default/e dependencyOf component:default/a\n"
            "2 component:default/d dependencyOf component:default/b\n");
}

TEST(Reach, TakesThePathOfTheSmallestReferences) {
  EXPECT_EQ(ask_both(depends("z b, z c, b a, c a, a"), component("a"), dependents),
            "0 component:default/a\n"
            "1 component:default/b dependencyOf component:default/a\n"
            "1 component:default/c dependencyOf component:default/a\n"
            "2 component:default/z dependencyOf component:default/b\n");
}

TEST(Reach, EndsOnCyclesAndLoops) {
  EXPECT_EQ(ask_both(depends("a a, a b, b a"), component("a"), dependencies),
            "0 component:default/a\n1 component:default/b dependsOn component:default/a\n");
}

TEST(Reach, MeetsDanglingReferencesAndBeginsAtThem) {
  EXPECT_EQ(ask_both(depends("a ghost"), component("a"), dependencies),
            "0 component:default/a\n1 component:default/ghost? dependsOn component:default/a\n");
  EXPECT_EQ(ask_both(depends("a ghost"), component("ghost"), dependents),
            "0 component:default/ghost?\n1 component:default/a dependencyOf component:default/ghost\n");
  EXPECT_EQ(ask_both(depends("a ghost"), component("nobody"), dependents), "none");
}

TEST(Reach, StopsAtItsBoundsAndSaysSo) {
  const auto chain = depends("a b, b c, c d");
  EXPECT_THAT(ask_both(chain, component("a"), dependencies, {.depth = 2}), ::testing::EndsWith("\ndeeper"));
  EXPECT_THAT(ask_both(chain, component("a"), dependencies, {.depth = 3}),
              ::testing::EndsWith("component:default/c\n"));
  EXPECT_EQ(ask_both(depends("a d, a c, a b, b, c"), component("a"), dependencies, {.nodes = 2}),
            "0 component:default/a\n"
            "1 component:default/b dependsOn component:default/a\n"
            "1 component:default/c dependsOn component:default/a\ntruncated");
  EXPECT_EQ(ask_both(depends("a b, a c, a d, a e"), component("a"), dependencies, {.steps = 3}), "too much");
}

// As reach() promises, from the definition: levels as sets, the parent the smallest reference of the level before.
std::string naive(const Shown& shown, const std::string& from, TypeSet types, const Bounds& bounds,
                  const testing::Documents& documents) {
  if (!shown.contains(from)) return "none";
  const auto mark = [&](const std::string& key) { return documents.contains(key) ? "" : "?"; };
  std::string out = fmt::format("0 {}{}\n", from, mark(from));
  std::set<std::string> seen{from};
  std::set<std::string> level{from};
  std::size_t left = bounds.nodes;
  for (std::size_t distance = 1;; ++distance) {
    std::map<std::string, std::pair<std::string, RelationType>> next;
    for (const auto& parent : level) {
      for (const auto& [to, type] : shown.at(parent)) {
        if (!types.has(type) || seen.contains(to)) continue;
        next.try_emplace(to, parent, type);  // sets are sorted: the first is the smallest parent, then type
      }
    }
    if (next.empty()) return out;
    if (distance > bounds.depth) return out + "deeper";
    level.clear();
    for (const auto& [to, by] : next) {
      if (left-- == 0) return out + "truncated";
      out += fmt::format("{} {}{} {} {}\n", distance, to, mark(to), name(by.second), by.first);
      level.insert(to);
      seen.insert(to);
    }
  }
}

TEST(Reach, AgreesWithTheNaiveSearch) {
  std::mt19937 random(20);
  for (int round = 0; round < 1'000; ++round) {
    const auto documents = testing::random_documents(random);
    const Shown shown = testing::shown(documents);
    const TypeSet types = round % 3 == 0   ? dependencies
                          : round % 3 == 1 ? dependents
                                           : every_type | every_type.inverse();
    const Bounds bounds{.depth = 1 + random() % 6, .nodes = 1 + random() % 20};
    const std::string from = component("n" + std::to_string(random() % 14));
    ASSERT_EQ(ask_both(documents, from, types, bounds), naive(shown, from, types, bounds, documents)) << round;
  }
}

template <class Graph>
std::string arrows(Graph graph, const std::string& from, TypeSet types) {
  const auto node = graph.find(from);
  if (!node) return "none";
  const auto near = reach(graph, *node, types | types.inverse(), {.depth = 2});
  const auto edges = edges_within(graph, *near, types, 1'000);
  std::string out;
  for (const Edge& edge : edges->list)
    out += fmt::format("{} {} {}\n", graph.key(edge.from), name(edge.type), graph.key(edge.to));
  return out;
}

TEST(EdgesWithin, AreThoseBetweenTheNodesEachOnce) {
  std::mt19937 random(21);
  for (int round = 0; round < 500; ++round) {
    const auto documents = testing::random_documents(random);
    const Shown shown = testing::shown(documents);
    const auto snapshot = testing::build(documents);
    const std::string from = documents.begin()->first;
    Walk walk(*snapshot);
    const auto near = reach(walk, *walk.find(from), every_type | every_type.inverse(), {.depth = 2});
    std::set<std::string> inside;
    for (const Reached& reached : near->nodes) inside.emplace(walk.key(reached.node));
    std::string expected;
    for (const auto& key : inside) {
      for (const auto& [to, type] : shown.at(key)) {
        if (every_type.has(type) && inside.contains(to)) expected += fmt::format("{} {} {}\n", key, name(type), to);
      }
    }
    ASSERT_EQ(arrows(Walk(*snapshot), from, every_type), expected);
    ASSERT_EQ(arrows(Dense(*snapshot), from, every_type), expected);
  }
}

TEST(EdgesWithin, StopsAtItsSteps) {
  const auto snapshot = testing::build(depends("a b, a c"));
  Walk walk(*snapshot);
  const auto near = reach(walk, *walk.find(component("a")), depends_on, {});
  EXPECT_FALSE(edges_within(walk, *near, depends_on, 2).has_value());
}

TEST(TypeSet, ReadsNamesInAnyCaseAndAll) {
  const auto parse = [](std::vector<std::string> lists) { return parse_types(lists); };
  EXPECT_EQ(*parse({}), depends_on);
  EXPECT_EQ(*parse({"DependsOn, ownedby", "partOf"}),
            (TypeSet{RelationType::depends_on, RelationType::owned_by, RelationType::part_of}));
  EXPECT_EQ(*parse({"all"}), every_type);
  EXPECT_EQ(every_type.inverse().inverse(), every_type);
  EXPECT_EQ((every_type | every_type.inverse()).list().size(), 14);
  EXPECT_THAT(parse({"dependsOn,,"}).error().message, ::testing::HasSubstr("found \"\""));
  EXPECT_THAT(parse({"uses"}).error().message, ::testing::HasSubstr("providesApi, found \"uses\""));
}

}  // namespace
}  // namespace aureacore::graph
