#include "catalog/entity.h"

#include <algorithm>
#include <iterator>

#include "base/hash.h"
#include "base/json.h"

namespace aureacore::catalog {
namespace {

constexpr std::string_view etag_key = ",\"etag\":\"";
constexpr std::string_view metadata_end = "\"}";

void append_relations(std::string& out, const std::vector<entity::RelationView>& relations) {
  out.append(",\"relations\":[");
  const char* separator = "";
  for (const auto& [type, target] : relations) {
    out.append(separator).append("{\"type\":\"").append(name(type)).append("\",\"targetRef\":");
    base::append_json_string(out, target);
    out.push_back('}');
    separator = ",";
  }
  out.push_back(']');
}

void append_status(std::string& out, const std::vector<Problem>& problems) {
  out.append(",\"status\":");
  base::JsonWriter json(out);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const Problem& problem : problems) {
    json.begin_object();
    json.member("type", problem.type);
    json.member("level", "error");
    json.member("message", problem.message);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

Entity::Parts Entity::json() const {
  return {definition->metadata_json, etag_key, etag_text(), metadata_end, definition->spec_json, tail};
}

std::size_t Entity::json_size() const {
  return definition->metadata_json.size() + etag_key.size() + etag.size() + metadata_end.size() +
         definition->spec_json.size() + tail.size();
}

void Entity::append_json(std::string& out) const {
  out.reserve(out.size() + json_size());
  for (const std::string_view part : json()) out.append(part);
}

EntityPtr stitch(entity::DefinitionPtr definition, std::vector<entity::RelationView> relations,
                 std::vector<Problem> problems) {
  std::ranges::copy(definition->relations, std::back_inserter(relations));
  std::ranges::sort(relations);
  const auto repeated = std::ranges::unique(relations);
  relations.erase(repeated.begin(), repeated.end());

  boost::intrusive_ptr<Entity> entity(new Entity);
  append_relations(entity->tail, relations);
  if (!problems.empty()) append_status(entity->tail, problems);
  entity->tail.push_back('}');
  entity->tail.shrink_to_fit();

  base::Hasher128 hasher;
  hasher.update(definition->metadata_json);
  hasher.update(definition->spec_json);
  hasher.update(entity->tail);
  entity->etag = hasher.digest().hex();
  entity->definition = std::move(definition);
  entity->problems = std::move(problems);
  return entity;
}

}  // namespace aureacore::catalog
