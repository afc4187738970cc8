#include "query/text_filter.h"

#include <array>
#include <optional>
#include <utility>

#include "base/case_folding.h"
#include "base/text.h"
#include "query/values.h"
#include "search/substring.h"

namespace aureacore::query {
namespace {

using catalog::Selection;
using catalog::Snapshot;
using search::Field;

// With fewer candidates than this share of the catalog, it is quicker to look into each than at all terms.
constexpr std::size_t share_worth_an_index = 8;

// The fields that the index knows whole, whatever their value.
constexpr std::array<std::pair<std::string_view, Field>, 4> indexed_fields{
    {{"metadata.name", Field::name},
     {"metadata.title", Field::title},
     {"metadata.description", Field::description},
     {"metadata.tags", Field::tags}}};

std::optional<Field> indexed(std::string_view path) {
  for (const auto& [name, field] : indexed_fields) {
    if (base::equal_folded(path, name)) return field;
  }
  return std::nullopt;
}

std::vector<std::string> fields_of(const Query& query) {
  if (!query.text_fields.empty()) return query.text_fields;
  return {query.order.empty() ? "metadata.uid" : query.order.front().path};
}

// Of the candidates, those that may have the text in one of the indexed fields.
Selection narrow(const search::Substring& text, const std::vector<std::string>& fields, const Snapshot& snapshot,
                 const Selection& candidates) {
  search::Fields wanted;
  for (const std::string& path : fields) {
    if (const auto field = indexed(path)) wanted.add(*field);
  }
  const bool is_worth_it = candidates.count() * share_worth_an_index >= snapshot.size();
  if (wanted.empty() || !text.is_telling() || !is_worth_it) return candidates;
  Selection narrowed = snapshot.nothing();
  text.find(snapshot.texts(), wanted, {narrowed.words(), narrowed.blocks()});
  narrowed &= candidates;
  return narrowed;
}

}  // namespace

Selection select_by_text(const Query& query, const Snapshot& snapshot, const Selection& candidates) {
  const std::vector<std::string> fields = fields_of(query);
  const std::string text = base::fold_case(base::trim(query.text));
  const Selection narrowed = narrow(search::Substring(text), fields, snapshot, candidates);
  Selection selected = snapshot.nothing();
  for (const std::string& field : fields) {
    Selection having = snapshot.nothing();
    snapshot.match_exists(field, having);
    having &= indexed(field) ? narrowed : candidates;
    selected |= select_by_value(snapshot, having, field,
                                [&](std::string_view value) { return base::contains_folded(value, text); });
  }
  return selected;
}

}  // namespace aureacore::query
