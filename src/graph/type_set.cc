#include "graph/type_set.h"

#include <optional>

#include "base/text.h"

namespace aureacore::graph {
namespace {

constexpr unsigned type_count = static_cast<unsigned>(entity::RelationType::provides_api) + 1;

std::optional<entity::RelationType> find_type(std::string_view word) {
  for (unsigned i = 0; i < type_count; ++i) {
    const auto type = static_cast<entity::RelationType>(i);
    if (base::equal_ignoring_case(name(type), word)) return type;
  }
  return std::nullopt;
}

std::string known_names() {
  std::string names = "all";
  for (unsigned i = 0; i < type_count; ++i) names += fmt::format(", {}", name(static_cast<entity::RelationType>(i)));
  return names;
}

}  // namespace

TypeSet TypeSet::inverse() const {
  TypeSet result;
  for (const entity::RelationType type : list()) result = result | TypeSet{entity::inverse(type)};
  return result;
}

std::vector<entity::RelationType> TypeSet::list() const {
  std::vector<entity::RelationType> types;
  for (unsigned i = 0; i < type_count; ++i) {
    if (has(static_cast<entity::RelationType>(i))) types.push_back(static_cast<entity::RelationType>(i));
  }
  return types;
}

base::Result<TypeSet> parse_types(std::span<const std::string> lists) {
  TypeSet types;
  for (const std::string& list : lists) {
    for (const std::string_view part : base::split(list, ',')) {
      const std::string_view word = base::trim(part);
      const auto type = find_type(word);
      if (!type && word != "all") {
        return base::fail(base::Code::invalid, "expected relation types out of {}, found \"{}\"", known_names(),
                          base::printable(word));
      }
      types = types | (type ? TypeSet{*type} : every_type);
    }
  }
  return lists.empty() ? depends_on : types;
}

}  // namespace aureacore::graph
