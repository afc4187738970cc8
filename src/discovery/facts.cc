#include "discovery/facts.h"

#include "base/json_scan.h"

namespace aureacore::discovery {
namespace {

// The member of a JSON object, as it stands there; empty where there is none.
std::string_view member(std::string_view object, std::string_view quoted_name) {
  std::string_view found;
  base::for_each_member(object, [&](std::string_view name, std::string_view value) {
    if (name == quoted_name) found = value;
    return found.empty();
  });
  return found;
}

std::string_view or_else(std::string_view json, std::string_view otherwise) { return json.empty() ? otherwise : json; }

}  // namespace

std::string_view name_of(std::string_view reference) { return reference.substr(reference.rfind('/') + 1); }

std::string FactsReader::text(std::string_view json) {
  return json.starts_with('"') ? std::string(base::unescape(json, scratch_)) : std::string();
}

const Facts& FactsReader::read(const catalog::Entity& entity) {
  const entity::Definition& definition = *entity.definition;
  facts_ = {};
  facts_.reference = definition.key;
  facts_.kind = definition.reference.kind;
  facts_.name_space = definition.reference.name_space;
  facts_.name = definition.reference.name;
  facts_.uid = entity::uid(definition.key);
  read_metadata(member(definition.metadata_json, "\"metadata\""));
  read_spec(definition.spec_json);
  read_relations(definition);
  read_place(definition.place);
  return facts_;
}

void FactsReader::read_metadata(std::string_view json) {
  facts_.title = text(member(json, "\"title\""));
  facts_.labels = or_else(member(json, "\"labels\""), "{}");
  facts_.annotations = or_else(member(json, "\"annotations\""), "{}");
  facts_.tags = or_else(member(json, "\"tags\""), "[]");
}

void FactsReader::read_spec(std::string_view json) {
  constexpr std::string_view before = ",\"spec\":";
  if (!json.starts_with(before)) return;
  json.remove_prefix(before.size());
  facts_.type = text(member(json, "\"type\""));
  facts_.lifecycle = text(member(json, "\"lifecycle\""));
}

void FactsReader::read_relations(const entity::Definition& definition) {
  for (const auto& [type, target] : definition.relations) {
    if (type == entity::RelationType::owned_by && facts_.owner.empty()) facts_.owner = target;
    if (type != entity::RelationType::part_of) continue;
    if (target.starts_with("system:") && facts_.system.empty()) facts_.system = target;
    if (target.starts_with("domain:") && facts_.domain.empty()) facts_.domain = target;
  }
}

void FactsReader::read_place(const entity::Place& place) {
  const std::string_view path = place.file->path;
  const auto slash = path.rfind('/');
  facts_.directory = slash == std::string_view::npos ? "." : path.substr(0, slash);
  const catalog::SourceState* source = snapshot_.source(place.file->source);
  if (source == nullptr) return;
  facts_.repository = source->url;
  facts_.branch = source->branch;
}

std::string annotation(std::string_view annotations, std::string_view name) {
  std::string scratch;
  std::string found;
  base::for_each_member(annotations, [&](std::string_view quoted, std::string_view value) {
    if (base::unescape(quoted, scratch) != name) return true;
    if (value.starts_with('"')) found = base::unescape(value, scratch);
    return false;
  });
  return found;
}

}  // namespace aureacore::discovery
