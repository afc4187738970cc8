// For tests: definitions made by hand, and a whole snapshot as text to compare.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "catalog/editor.h"

namespace aureacore::catalog::testing {

// A component (or another kind, by a "kind:name" reference) with one tag and an owner.
struct Sketch {
  std::string kind = "Component";
  std::string name;
  std::string tag = "none";
  std::string owner;  // canonical; empty: none
  std::vector<std::string> depends_on;
  std::string source = "main";
  std::string path = "catalog-info.yaml";
  std::uint32_t document = 0;
};

inline entity::DefinitionPtr define(const Sketch& sketch) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->reference = {sketch.kind, "default", sketch.name};
  definition->key = definition->reference.canonical();
  definition->place = {entity::SourceFilePtr(new entity::SourceFile(sketch.source, sketch.path)), sketch.document};
  definition->mark = {1, 1};
  definition->metadata_json = "{\"apiVersion\":\"backstage.io/v1alpha1\",\"kind\":\"" + sketch.kind +
                              "\",\"metadata\":{\"name\":\"" + sketch.name + "\",\"namespace\":\"default\",\"uid\":\"" +
                              entity::uid(definition->key) + "\",\"tags\":[\"" + sketch.tag + "\"]";
  definition->spec_json = ",\"spec\":{\"type\":\"service\",\"owner\":\"" + sketch.owner + "\"}";
  if (!sketch.owner.empty()) definition->relations.push_back({entity::RelationType::owned_by, sketch.owner});
  for (const auto& target : sketch.depends_on) {
    definition->relations.push_back({entity::RelationType::depends_on, target});
  }
  std::ranges::sort(definition->relations);
  const auto repeated = std::ranges::unique(definition->relations);
  definition->relations.erase(repeated.begin(), repeated.end());
  return definition;
}

inline std::string json(const Entity& entity) {
  std::string out;
  entity.append_json(out);
  return out;
}

// Every entity's JSON in order, one a line.
inline std::string dump(const Snapshot& snapshot) {
  std::string out;
  snapshot.visit(snapshot.everything(), {}, [&](const Entity& entity) {
    out += json(entity) + "\n";
    return true;
  });
  return out;
}

inline SourceState source_state(const std::string& id, std::uint64_t position = 1) {
  SourceState state;
  state.id = id;
  state.commit = std::string(40, '0');
  state.position = position;
  state.freshness = std::make_shared<Freshness>();
  return state;
}

}  // namespace aureacore::catalog::testing
