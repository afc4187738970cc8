// For tests: small graphs by hand and by chance.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catalog/testing.h"
#include "graph/dense.h"
#include "graph/reach.h"
#include "graph/walk.h"

namespace aureacore::graph::testing {

using entity::Relation;
using entity::RelationType;

// What the documents say: the relations by the reference of who says them.
using Documents = std::map<std::string, std::vector<Relation>>;

inline std::string component(const std::string& name) { return "component:default/" + name; }

inline catalog::SnapshotPtr build(const Documents& documents) {
  catalog::Editor editor(nullptr, 1);
  for (const auto& [key, relations] : documents) {
    auto definition = catalog::testing::define({.name = key.substr(key.find('/') + 1)});
    auto& changed =
        const_cast<entity::Definition&>(*definition);  // NOLINT(cppcoreguidelines-pro-type-const-cast): ours
    changed.relations = entity::Relations::of(relations);
    editor.put(std::move(definition));
  }
  return editor.finish();
}

// Names "a" depends on, in one text: "a b, b c" says a → b → c. "a" alone has none.
inline Documents depends(const std::string& text) {
  Documents documents;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string pair = text.substr(at, text.find(", ", at) - at);
    at += pair.size() + 2;
    const auto space = pair.find(' ');
    auto& relations = documents[component(pair.substr(0, space))];
    if (space != std::string::npos) relations.push_back({RelationType::depends_on, component(pair.substr(space + 1))});
  }
  return documents;
}

// Some entities, fewer of which exist than are named; relations of any type in any direction, loops included.
inline Documents random_documents(std::mt19937& random) {
  const auto below = [&random](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(random);
  };
  const std::size_t names = 1 + below(14);
  const std::size_t relations = below(3 * names);
  Documents documents;
  for (std::size_t i = 0; i < names; ++i) {
    if (below(5) != 0) documents[component("n" + std::to_string(i))];
  }
  if (documents.empty()) documents[component("n0")];
  for (std::size_t i = 0; i < relations; ++i) {
    auto from = documents.begin();
    std::advance(from, below(documents.size()));
    from->second.push_back({static_cast<RelationType>(below(14)), component("n" + std::to_string(below(names)))});
  }
  return documents;
}

// The plain truth: what each reference shows, by the definition of a relation's inverse.
using Shown = std::map<std::string, std::set<std::pair<std::string, RelationType>>>;

inline Shown shown(const Documents& documents) {
  Shown all;
  for (const auto& [from, relations] : documents) {
    all[from];
    for (const auto& [type, to] : relations) {
      all[from].insert({to, type});
      all[to].insert({from, inverse(type)});
    }
  }
  return all;
}

}  // namespace aureacore::graph::testing
