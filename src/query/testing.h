// For tests: a small catalog with a value of every sort, and listings as text.
#pragma once

#include <fmt/core.h>

#include <string>
#include <vector>

#include "catalog/editor.h"

namespace aureacore::query::testing {

struct Document {
  std::string kind;
  std::string name;
  std::string metadata;  // further members, with a comma before: ,"title":"X"
  std::string spec;      // the object's members
  std::vector<entity::Relation> relations;
  std::string source = "main";
};

inline entity::DefinitionPtr define(const Document& document) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition);
  definition->reference = {document.kind, "default", document.name};
  definition->key = definition->reference.canonical();
  definition->place = {entity::SourceFilePtr(new entity::SourceFile(document.source, document.name + ".yaml")), 0};
  definition->mark = {1, 1};
  definition->metadata_json = fmt::format(
      R"({{"apiVersion":"backstage.io/v1alpha1","kind":"{}","metadata":{{"name":"{}","namespace":"default","uid":"{}"{})",
      document.kind, document.name, entity::uid(definition->key), document.metadata);
  definition->spec_json = fmt::format(R"(,"spec":{{{}}})", document.spec);
  definition->relations = entity::Relations::of(document.relations);
  return definition;
}

inline std::vector<Document> documents() {
  using entity::RelationType;
  return {
      {"Component",
       "web",
       R"(,"title":"Web Shop","tags":["java","Tier-1"],"annotations":{"example.com/a.b":"x=y"})",
       R"("type":"website","lifecycle":"production","owner":"team-a","port":8080,"public":true,"nothing":null)",
       {{RelationType::owned_by, "group:default/team-a"}}},
      {"Component",
       "pay",
       R"(,"tags":["go"],"description":"says \"hi\"\tthere")",
       R"("type":"service","lifecycle":"production","owner":"team-b")",
       {{RelationType::owned_by, "group:default/team-b"}}},
      {"Component", "Mail", R"(,"title":"aardvark")", R"("type":"service","lifecycle":"experimental")", {}},
      {"API", "orders", "", R"("type":"openapi","definition":"{}","nested":{"deep":[{"x":1},{"x":"two"}]})", {}},
      {"Group", "team-a", "", R"("type":"team","children":[])", {}},
      {"Group", "team-b", "", R"("type":"team","children":[])", {}},
  };
}

inline catalog::SourceState source_state(const std::string& id, std::uint64_t position) {
  catalog::SourceState state;
  state.id = id;
  state.url = "https://git.example.com/" + id + ".git";
  state.branch = "main";
  state.commit = std::string(40, static_cast<char>('0' + position % 10));
  state.position = position;
  state.interval = std::chrono::seconds(60);
  state.freshness = std::make_shared<catalog::Freshness>();
  return state;
}

inline catalog::SnapshotPtr build(const std::vector<Document>& all = documents(), std::uint64_t position = 1) {
  catalog::Editor editor(nullptr);
  for (const Document& document : all) editor.put(define(document));
  editor.set_source(source_state("main", position));
  return editor.finish();
}

// "component:default/web, …" in the order of the snapshot, or of the list.
inline std::string names(const std::vector<const catalog::Entity*>& entities) {
  std::string out;
  for (const catalog::Entity* entity : entities) {
    if (!out.empty()) out += ' ';
    out += entity->definition->reference.name;
  }
  return out;
}

inline std::string names(const catalog::Snapshot& snapshot, const catalog::Selection& selection) {
  std::vector<const catalog::Entity*> entities;
  snapshot.visit(selection, {}, [&](const catalog::Entity& entity) {
    entities.push_back(&entity);
    return true;
  });
  return names(entities);
}

}  // namespace aureacore::query::testing
