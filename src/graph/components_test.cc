// Cycles and order, by hand and against what their definitions say, over random catalogs.
#include "graph/components.h"

#include <gmock/gmock.h>

#include "graph/testing.h"

namespace aureacore::graph {
namespace {

using testing::component;
using testing::depends;
using testing::Shown;

std::string short_name(std::string_view key) { return std::string(key.substr(key.find('/') + 1)); }

std::string cycles_text(const testing::Documents& documents, TypeSet types = depends_on) {
  const auto snapshot = testing::build(documents);
  const Dense dense(*snapshot);
  std::string out;
  for (const Cycle& cycle : find_cycles(dense, types, Components(dense, types))) {
    for (const Node node : cycle.nodes) out += short_name(dense.key(node)) + " ";
    out += "|";
    for (const Node node : cycle.round) out += " " + short_name(dense.key(node));
    out += "\n";
  }
  return out;
}

std::string order_text(const testing::Documents& documents) {
  const auto snapshot = testing::build(documents);
  const Dense dense(*snapshot);
  std::string out;
  for (const auto& [node, level] : dependency_order(dense, depends_on, Components(dense, depends_on))) {
    out += fmt::format("{}{} ", level, short_name(dense.key(node)));
  }
  return out;
}

TEST(Cycles, AreComponentsAndLoopsWithAShortestRound) {
  EXPECT_EQ(cycles_text(depends("a b, b c, c a, c b, d d, e a, f, x ghost")), "a b c | a b c a\nd | d d\n");
  EXPECT_EQ(cycles_text(depends("a b, b c")), "");
}

TEST(Cycles, MayLeadThroughDanglingReferences) {
  testing::Documents documents = depends("a ghost");
  documents[component("a")].push_back({testing::RelationType::dependency_of, component("ghost")});
  EXPECT_EQ(cycles_text(documents), "a ghost | a ghost a\n");
}

TEST(Cycles, DoNotRecurse) {
  testing::Documents documents;
  constexpr int length = 20'000;
  for (int i = 0; i < length; ++i) {
    documents[component(fmt::format("n{:05}", i))] = {
        {testing::RelationType::depends_on, component(fmt::format("n{:05}", (i + 1) % length))}};
  }
  const auto snapshot = testing::build(documents);
  const Dense dense(*snapshot);
  const auto cycles = find_cycles(dense, depends_on, Components(dense, depends_on));
  ASSERT_EQ(cycles.size(), 1);
  EXPECT_EQ(cycles[0].nodes.size(), length);
  EXPECT_EQ(cycles[0].round.size(), length + 1);
}

TEST(Order, PutsDependenciesFirst) {
  EXPECT_EQ(order_text(depends("web shop, shop db, shop mail, mail db, alone")), "0db 1mail 2shop 3web ");
  EXPECT_EQ(order_text(depends("a ghost")), "0ghost 1a ");
}

TEST(Order, KeepsACycleTogether) { EXPECT_EQ(order_text(depends("a b, b a, b db, web a")), "0db 1a 1b 2web "); }

// reachable[a] holds whatever a leads to in one step or more.
using Reachable = std::map<std::string, std::set<std::string>>;

Reachable closure(const Shown& shown, TypeSet types) {
  Reachable all;
  for (const auto& [key, relations] : shown) {
    for (const auto& [to, type] : relations) {
      if (types.has(type)) all[key].insert(to);
    }
    all[key];
  }
  for (const auto& [middle, unused] : shown) {
    for (auto& [key, targets] : all) {
      if (targets.contains(middle)) targets.insert(all[middle].begin(), all[middle].end());
    }
  }
  return all;
}

void expect_round(const Shown& shown, TypeSet types, const std::vector<std::string>& round) {
  ASSERT_GE(round.size(), 2);
  EXPECT_EQ(round.front(), round.back());
  for (std::size_t i = 1; i < round.size(); ++i) {
    const auto& relations = shown.at(round[i - 1]);
    EXPECT_TRUE(
        std::ranges::any_of(relations, [&](const auto& r) { return r.first == round[i] && types.has(r.second); }));
  }
}

TEST(Cycles, AgreeWithTheClosure) {
  std::mt19937 random(22);
  for (int round = 0; round < 1'000; ++round) {
    const auto documents = testing::random_documents(random);
    const TypeSet types = round % 2 == 0 ? depends_on : every_type;
    const Shown shown = testing::shown(documents);
    const Reachable reachable = closure(shown, types);
    std::set<std::set<std::string>> expected;
    for (const auto& [key, targets] : reachable) {
      if (!targets.contains(key)) continue;
      std::set<std::string> members;
      for (const auto& target : targets) {
        if (reachable.at(target).contains(key)) members.insert(target);
      }
      expected.insert(members);
    }
    const auto snapshot = testing::build(documents);
    const Dense dense(*snapshot);
    std::set<std::set<std::string>> found;
    std::string last;
    for (const Cycle& cycle : find_cycles(dense, types, Components(dense, types))) {
      std::set<std::string> members;
      for (const Node node : cycle.nodes) members.emplace(dense.key(node));
      EXPECT_LT(last, *members.begin());
      last = *members.begin();
      std::vector<std::string> way;
      for (const Node node : cycle.round) way.emplace_back(dense.key(node));
      EXPECT_EQ(way.front(), last);
      expect_round(shown, types, way);
      found.insert(members);
    }
    ASSERT_EQ(found, expected) << round;
  }
}

TEST(Order, AgreesWithTheClosure) {
  std::mt19937 random(23);
  for (int round = 0; round < 1'000; ++round) {
    const auto documents = testing::random_documents(random);
    const Shown shown = testing::shown(documents);
    const Reachable reachable = closure(shown, depends_on);
    const auto snapshot = testing::build(documents);
    const Dense dense(*snapshot);
    std::map<std::string, std::uint32_t> levels;
    for (const auto& [node, level] : dependency_order(dense, depends_on, Components(dense, depends_on))) {
      levels[std::string(dense.key(node))] = level;
    }
    const TypeSet either = depends_on | depends_on.inverse();
    for (const auto& [key, relations] : shown) {
      const bool concerned = std::ranges::any_of(relations, [&](const auto& r) { return either.has(r.second); });
      ASSERT_EQ(levels.contains(key), concerned) << key;
      if (!concerned) continue;
      bool reason = levels[key] == 0;  // a level is no higher than something asks for
      for (const auto& target : reachable.at(key)) {
        const bool together = target == key || reachable.at(target).contains(key);
        ASSERT_TRUE(together ? levels[target] == levels[key] : levels[target] < levels[key]);
        reason |= !together && levels[target] + 1 == levels[key];
      }
      ASSERT_TRUE(reason) << key;
    }
  }
}

}  // namespace
}  // namespace aureacore::graph
