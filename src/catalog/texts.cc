#include "catalog/texts.h"

#include <algorithm>
#include <array>

#include "base/json_scan.h"
#include "base/text.h"

namespace aureacore::catalog {
namespace {

using search::Field;

constexpr std::array<std::string_view, 5> place_annotations{
    R"("backstage.io/managed-by-location")", R"("backstage.io/managed-by-origin-location")",
    R"("backstage.io/view-url")", R"("backstage.io/edit-url")", R"("backstage.io/source-location")"};

// What names the owner in a reference: "group:default/team-a" → "team-a".
std::string_view name_in(std::string_view reference) {
  const auto at = reference.find_last_of(":/");
  return at == std::string_view::npos ? reference : reference.substr(at + 1);
}

}  // namespace

void Texts::add(Field field, std::string_view json) {
  if (!json.starts_with('"')) return;
  std::string_view text = base::unescape(json, scratch_);
  if (text.data() == scratch_.data()) text = unescaped_.emplace_back(text);
  document_.push_back({field, field == Field::owner ? name_in(text) : text});
}

void Texts::add_values(Field field, std::string_view json) {
  if (json.starts_with('[')) {
    base::for_each_item(json, [&](std::string_view item) {
      add_values(field, item);
      return true;
    });
  } else if (json.starts_with('"')) {
    add(field, json);
  } else if (!json.starts_with('{') && json != "null") {
    document_.push_back({field, json});
  }
}

void Texts::read_annotations(std::string_view json) {
  base::for_each_member(json, [&](std::string_view name, std::string_view value) {
    if (std::ranges::find(place_annotations, name) != place_annotations.end()) return true;
    add(Field::annotations, name);
    add(Field::annotations, value);
    return true;
  });
}

void Texts::read_metadata(std::string_view json) {
  base::for_each_member(json, [&](std::string_view name, std::string_view value) {
    if (name == R"("name")") add(Field::name, value);
    // Regardless of case, as filters look: an author may have others beside the known ones.
    if (base::equal_ignoring_case(name, R"("title")")) add_values(Field::title, value);
    if (base::equal_ignoring_case(name, R"("description")")) add_values(Field::description, value);
    if (base::equal_ignoring_case(name, R"("tags")")) add_values(Field::tags, value);
    if (name == R"("annotations")") read_annotations(value);
    return true;
  });
}

void Texts::read_spec(std::string_view json) {
  base::for_each_member(json, [&](std::string_view name, std::string_view value) {
    if (name == R"("owner")") add(Field::owner, value);
    return name != R"("owner")";
  });
}

const search::Document& Texts::read(const entity::Definition& definition) {
  constexpr std::string_view before_spec = ",\"spec\":";
  document_.clear();
  unescaped_.clear();
  // The annotations come last: of a long document they are what is cut off.
  const std::string_view spec = definition.spec_json;
  if (spec.starts_with(before_spec)) read_spec(spec.substr(before_spec.size()));
  base::for_each_member(definition.metadata_json, [&](std::string_view name, std::string_view value) {
    if (name == R"("metadata")") read_metadata(value);
    return true;
  });
  return document_;
}

void TextEdits::apply(search::Index& index) {
  std::ranges::sort(steps_, {}, [](const Step& step) { return std::pair(step.slot, step.number); });
  search::Changes changes;
  Texts before;
  Texts after;
  for (std::size_t from = 0; from < steps_.size();) {
    std::size_t to = from + 1;
    while (to < steps_.size() && steps_[to].slot == steps_[from].slot) ++to;
    const Step& first = steps_[from];
    const Step& last = steps_[to - 1];
    const bool same = !first.enters && last.enters && first.definition == last.definition;
    if (!same) {
      changes.set(first.slot, first.enters ? nullptr : &before.read(*first.definition),
                  last.enters ? &after.read(*last.definition) : nullptr);
    }
    from = to;
  }
  index.apply(changes);
}

}  // namespace aureacore::catalog
