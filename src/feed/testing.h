// For tests: versions of a small catalog, one after the other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalog/testing.h"

namespace aureacore::feed::testing {

struct Service {
  std::string name;
  std::string tag = "none";
  entity::Criticality criticality = entity::Criticality::normal;
  std::string owner = {};
};

inline entity::DefinitionPtr define(const Service& service) {
  boost::intrusive_ptr<entity::Definition> definition(new entity::Definition(*catalog::testing::define(
      {.name = service.name, .tag = service.tag, .owner = service.owner, .path = service.name + ".yaml"})));
  definition->criticality = service.criticality;
  if (service.criticality == entity::Criticality::critical) {
    definition->metadata_json += R"(,"annotations":{"aureacore.io/criticality":"critical"})";
  }
  return definition;
}

// The version behind `before` with these put and dropped.
inline catalog::SnapshotPtr next(const catalog::SnapshotPtr& before, const std::vector<Service>& put,
                                 const std::vector<Service>& drop = {}, bool commit = true) {
  catalog::Editor editor(before);
  std::map<std::string, entity::DefinitionPtr> wanted;  // of one name the last; null: none
  for (const Service& service : drop) wanted[define(service)->key] = nullptr;
  for (const Service& service : put) wanted[define(service)->key] = define(service);
  for (const auto& [key, definition] : wanted) {
    const catalog::Entity* was = before ? before->find(key) : nullptr;
    if (was != nullptr) editor.drop(was->definition);
    if (definition) editor.put(definition);
  }
  const catalog::SourceState* was = before ? before->source("main") : nullptr;
  const std::uint64_t position = (was == nullptr ? 0 : was->position) + (commit ? 1 : 0);
  catalog::SourceState state = catalog::testing::source_state("main", position);
  state.commit = fmt::format("{:040x}", position);
  state.author = "Ada";
  state.subject = fmt::format("Change {}", position);
  state.time = 1'700'000'000;
  editor.set_source(std::move(state));
  return editor.finish();
}

}  // namespace aureacore::feed::testing
