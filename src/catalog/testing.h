// For tests: definitions made by hand, and a whole snapshot as text to compare.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
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
  bool orphan = false;
};

inline entity::DefinitionPtr define(const Sketch& sketch) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->reference = {sketch.kind, "default", sketch.name};
  definition->key = definition->reference.canonical();
  definition->place = {entity::SourceFilePtr(new entity::SourceFile(sketch.source, sketch.path)), sketch.document};
  definition->mark = {1, 1};
  definition->orphan = sketch.orphan;
  definition->metadata_json = "{\"apiVersion\":\"backstage.io/v1alpha1\",\"kind\":\"" + sketch.kind +
                              "\",\"metadata\":{\"name\":\"" + sketch.name + "\",\"namespace\":\"default\",\"uid\":\"" +
                              entity::uid(definition->key) + "\",\"tags\":[\"" + sketch.tag + "\"]";
  definition->spec_json = ",\"spec\":{\"type\":\"service\",\"owner\":\"" + sketch.owner + "\"}";
  std::vector<entity::RelationView> relations;
  if (!sketch.owner.empty()) relations.push_back({entity::RelationType::owned_by, sketch.owner});
  for (const auto& target : sketch.depends_on) relations.push_back({entity::RelationType::depends_on, target});
  definition->relations = entity::Relations::of(std::move(relations));
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

// Each term of the full text with the entities that have it, and in which fields.
inline std::string dump_texts(const Snapshot& snapshot) {
  std::map<std::uint32_t, std::string> key_of;
  snapshot.visit_slots(snapshot.everything(),
                       [&](std::uint32_t slot, const Entity& entity) { key_of[slot] = entity.key(); });
  std::string out;
  search::Dictionary::Cursor cursor(snapshot.texts().dictionary());
  for (cursor.seek({}); !cursor.at_end(); cursor.next()) {
    std::map<std::string, int> having;
    cursor.postings().for_each(
        [&](search::Posting posting) { having[key_of.at(posting.document)] = posting.fields.bits(); });
    out.append(cursor.term());
    for (const auto& [key, fields] : having) out += " " + key + "/" + std::to_string(fields);
    out += "\n";
  }
  return out;
}

// Under each path that some entity has, each value with the entities that a filter finds by it.
inline std::string dump_index(const Snapshot& snapshot) {
  std::set<std::string> paths;
  Flattener flattener(0);
  snapshot.visit(snapshot.everything(), {}, [&](const Entity& entity) {
    for (const Term& term : flattener.terms(entity)) paths.emplace(term.path);
    return true;
  });
  std::string out;
  const auto add_keys = [&](const Selection& found) {
    snapshot.visit(found, {}, [&](const Entity& entity) {
      out += " " + entity.key();
      return true;
    });
    out += "\n";
  };
  for (const std::string& path : paths) {
    Selection present = snapshot.nothing();
    snapshot.match_exists(path, present);
    out += path;
    add_keys(present);
    for (const FacetCount& facet : snapshot.facet(path, nullptr)) {
      Selection found = snapshot.nothing();
      snapshot.match(path, facet.value, found);
      out += path + "=" + facet.value + " " + std::to_string(facet.count);
      add_keys(found);
    }
  }
  return out;
}

// What is wrong in the files, and the definitions that lost.
inline std::string dump_diagnostics(const Snapshot& snapshot) {
  std::string out;
  for (const auto& [file, diagnostics] : snapshot.diagnostics()) {
    for (const auto& each : diagnostics) {
      out += file.first + "/" + file.second + ":" + std::to_string(each.mark.line) + " " + each.rule + " " +
             each.entity + " " + each.message + "\n";
    }
  }
  for (const auto& [key, losers] : snapshot.contested()) {
    out += key;
    for (const auto& loser : losers) {
      out +=
          " " + loser->place.file->source + "/" + loser->place.file->path + "#" + std::to_string(loser->place.document);
    }
    out += "\n";
  }
  return out;
}

// All that a snapshot answers, as text.
inline std::string transcript(const Snapshot& snapshot) {
  return snapshot.token() + "\n" + dump(snapshot) + dump_index(snapshot) + dump_texts(snapshot) +
         dump_diagnostics(snapshot);
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
