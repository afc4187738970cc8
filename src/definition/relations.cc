#include "definition/relations.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "entity/reference.h"

namespace aureacore::definition {
namespace {

constexpr std::array<std::string_view, 7> sorted_fields{"providesApis", "consumesApis", "dependsOn", "dependencyOf",
                                                        "memberOf",     "children",     "members"};

bool is_string(const Node& node) { return node.is(Node::Type::string); }

// Of the fields that no table row checks, what counts as "nothing" in JavaScript counts as nothing here.
bool is_nothing(const Node& node) {
  return node.is(Node::Type::null) || (is_string(node) && node.text.empty()) ||
         (node.is(Node::Type::boolean) && !node.boolean) || (node.is(Node::Type::number) && node.number == 0);
}

class Collector {
 public:
  Collector(std::string_view name_space, std::vector<entity::Relation>& relations, std::vector<ReferenceAt>* places,
            Report& report)
      : name_space_(name_space), relations_(relations), places_(places), report_(report) {}

  void add(const Node& node, const ReferenceField& field) {
    if (!is_string(node)) return wrong_type(node, field);
    const auto reference = entity::parse_reference(node.text, {.kind = field.default_kind, .name_space = name_space_});
    if (reference) {
      relations_.push_back({field.type, reference->canonical()});
      if (places_ != nullptr) places_->push_back({relations_.back().target, field.field, node.mark});
    } else {
      report_.error("reference", node.mark, fmt::format("spec.{}: {}", field.field, reference.error().message));
    }
  }

  void wrong_type(const Node& node, const ReferenceField& field) {
    report_.error("reference", node.mark,
                  fmt::format("expected a reference such as component:default/name in spec.{}, found {}", field.field,
                              describe(node.type)));
  }

 private:
  std::string_view name_space_;
  std::vector<entity::Relation>& relations_;
  std::vector<ReferenceAt>* places_;
  Report& report_;
};

// A value that the field's own check has refused already is not reported again.
bool is_refused(const Node& node, std::span<const Field> fields, std::string_view name) {
  if (node.unknown) return true;
  const auto field = std::ranges::find(fields, name, &Field::name);
  if (field == fields.end()) return false;
  if (field->shape == Shape::text) return !is_string(node) || node.text.empty();
  const auto good = [](const Node& item) { return is_string(item) && !item.text.empty(); };
  return !node.is(Node::Type::sequence) || !std::ranges::all_of(node.items, good);
}

}  // namespace

void sort_references(Node& spec) {
  for (Node::Member& member : spec.members) {
    if (std::ranges::find(sorted_fields, member.key) == sorted_fields.end()) continue;
    auto& items = member.value.items;
    if (std::ranges::all_of(items, is_string)) std::ranges::sort(items, {}, &Node::text);
  }
}

entity::Relations read_relations(const Node& spec, const Kind& kind, std::string_view name_space, Report& report,
                                 std::vector<ReferenceAt>* places) {
  std::vector<entity::Relation> relations;
  Collector collector(name_space, relations, places, report);
  for (const ReferenceField& field : kind.references) {
    const Node* node = spec.find(field.field);
    if (node == nullptr || is_nothing(*node) || is_refused(*node, kind.fields, field.field)) continue;
    if (node->is(Node::Type::sequence)) {
      for (const Node& item : node->items) collector.add(item, field);
    } else {
      collector.add(*node, field);
    }
  }
  return entity::Relations::of(relations);
}

}  // namespace aureacore::definition
