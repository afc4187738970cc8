#include "query/values.h"

#include "base/case_folding.h"
#include "base/json_scan.h"
#include "base/text.h"

namespace aureacore::query {
namespace {

constexpr std::string_view relation_prefix = "relations.";

// What is left of the path behind this name: nothing left is an empty view with a pointer; no match is a null pointer.
std::string_view behind(std::string_view path, std::string_view name) {
  std::string folded;
  if (!base::is_ascii(name)) name = folded = base::fold_case(name);
  if (path.size() < name.size() || !base::equal_ignoring_case(path.substr(0, name.size()), name)) return {};
  if (path.size() == name.size()) return path.substr(path.size());
  return path[name.size()] == '.' ? path.substr(name.size() + 1) : std::string_view{};
}

}  // namespace

ValueReader::ValueReader(std::string_view path) : path_(base::fold_case(path)) {
  if (path_ == "kind") {
    field_ = Field::kind;
  } else if (path_ == "metadata.name") {
    field_ = Field::name;
  } else if (path_ == "metadata.namespace") {
    field_ = Field::name_space;
  } else if (path_ == "metadata.uid") {
    field_ = Field::uid;
  } else if (path_.starts_with(relation_prefix)) {
    field_ = Field::relation;
  } else {
    const bool hidden = path_ == "metadata.etag" || path_ == "status" || path_.starts_with("status.");
    field_ = hidden ? Field::hidden : Field::other;
  }
}

void ValueReader::read(const catalog::Entity& entity, const Visit& visit) {
  const entity::Reference& reference = entity.definition->reference;
  switch (field_) {
    case Field::kind:
      visit(reference.kind);
      break;
    case Field::name:
      visit(reference.name);
      break;
    case Field::name_space:
      visit(reference.name_space);
      break;
    case Field::uid:
      visit(entity::uid(entity.key()));
      break;
    case Field::relation:
      read_relations(entity, visit);
      break;
    case Field::hidden:
      break;
    case Field::other:
      read_json(entity, visit);
      break;
  }
}

void ValueReader::read_json(const catalog::Entity& entity, const Visit& visit) {
  if (path_.starts_with("spec.")) {
    // The definition's second half is `,"spec":{…}`: the larger part is not even looked at.
    constexpr std::string_view before = ",\"spec\":";
    const std::string_view spec = entity.definition->spec_json;
    if (spec.starts_with(before)) read_value(spec.substr(before.size()), std::string_view(path_).substr(5), visit);
    return;
  }
  if (path_.starts_with("metadata.")) {
    read_members(entity.definition->metadata_json, path_, visit);
    return;
  }
  json_.clear();
  entity.append_json(json_);
  read_members(json_, path_, visit);
}

void ValueReader::read_relations(const catalog::Entity& entity, const Visit& visit) {
  constexpr std::string_view before = ",\"relations\":";
  const std::string_view type = std::string_view(path_).substr(relation_prefix.size());
  std::string_view tail = entity.tail;
  if (!tail.starts_with(before)) return;
  tail.remove_prefix(before.size());
  base::for_each_item(tail, [&](std::string_view relation) {
    std::string_view target;
    bool of_type = false;
    base::for_each_member(relation, [&](std::string_view name, std::string_view value) {
      if (name == "\"type\"") of_type = base::equal_ignoring_case(base::unescape(value, value_scratch_), type);
      if (name == "\"targetRef\"") target = value;
      return true;
    });
    return !of_type || visit(base::unescape(target, value_scratch_));
  });
}

bool ValueReader::read_leaf(std::string_view json, const Visit& visit) {
  if (json == "null" || json.front() == '{') return true;
  return visit(json.front() == '"' ? base::unescape(json, value_scratch_) : json);
}

bool ValueReader::read_value(std::string_view json, std::string_view path, const Visit& visit) {
  if (json.front() == '[') return read_items(json, path, visit);
  if (path.empty()) return read_leaf(json, visit);
  return json.front() != '{' || read_members(json, path, visit);
}

bool ValueReader::read_members(std::string_view object, std::string_view path, const Visit& visit) {
  bool go_on = true;
  base::for_each_member(object, [&](std::string_view name, std::string_view value) {
    const std::string_view rest = behind(path, base::unescape(name, name_scratch_));
    if (rest.data() != nullptr) go_on = read_value(value, rest, visit);
    return go_on;
  });
  return go_on;
}

// An item stands at the array's own path; a string item is also a name there, with the value "true".
bool ValueReader::read_items(std::string_view array, std::string_view path, const Visit& visit) {
  bool go_on = true;
  base::for_each_item(array, [&](std::string_view item) {
    go_on = read_value(item, path, visit);
    if (go_on && !path.empty() && item.front() == '"' &&
        base::equal_folded(base::unescape(item, value_scratch_), path)) {
      go_on = visit("true");
    }
    return go_on;
  });
  return go_on;
}

catalog::Selection select_by_value(const catalog::Snapshot& snapshot, const catalog::Selection& candidates,
                                   std::string_view path, const std::function<bool(std::string_view)>& holds) {
  catalog::Selection selected = snapshot.nothing();
  ValueReader reader(path);
  snapshot.visit_slots(candidates, [&](std::uint32_t slot, const catalog::Entity& entity) {
    bool found = false;
    reader.read(entity, [&](std::string_view value) {
      found = holds(value);
      return !found;
    });
    if (found) selected.insert(slot);
  });
  return selected;
}

}  // namespace aureacore::query
