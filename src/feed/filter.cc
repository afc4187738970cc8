#include "feed/filter.h"

#include <algorithm>

#include "base/case_folding.h"
#include "base/json.h"
#include "query/filter.h"

namespace aureacore::feed {
namespace {

using catalog::hash_folded;
using catalog::Term;
using query::Expression;
using Terms = std::vector<Term>;

bool has_path(const Terms& terms, std::uint64_t path) {
  return std::ranges::binary_search(terms, path, {}, &Term::path_hash);
}

bool has_value(const Terms& terms, std::uint64_t path, std::uint64_t value) {
  const auto [first, last] = std::ranges::equal_range(terms, path, {}, &Term::path_hash);
  return std::any_of(first, last, [&](const Term& term) { return term.has_value && term.value_hash == value; });
}

// Whether an item of a list is at the path, as a name: "metadata.tags.java".
bool has_item(const Terms& terms, std::string_view path) {
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const std::uint64_t item = hash_folded(path.substr(dot + 1), Filter::seed) ^ catalog::item_mark;
    if (has_value(terms, hash_folded(path.substr(0, dot), Filter::seed), item)) return true;
  }
  return false;
}

bool equals(const Expression& expression, const Terms& terms) {
  const std::uint64_t path = hash_folded(expression.path, Filter::seed);
  return std::ranges::any_of(expression.values, [&](const std::string& value) {
    const std::uint64_t hash = hash_folded(value, Filter::seed);
    if (has_value(terms, path, hash) || has_value(terms, path, hash ^ catalog::item_mark)) return true;
    return base::equal_folded(value, "true") && has_item(terms, expression.path);
  });
}

bool holds(const Expression& expression, const Terms& terms) {
  const auto child_holds = [&](const Expression& child) { return holds(child, terms); };
  switch (expression.kind) {
    case Expression::Kind::all:
      return std::ranges::all_of(expression.children, child_holds);
    case Expression::Kind::any:
      return std::ranges::any_of(expression.children, child_holds);
    case Expression::Kind::negation:
      return !child_holds(expression.children.front());
    case Expression::Kind::equals:
      return equals(expression, terms);
    case Expression::Kind::exists:
      return has_path(terms, hash_folded(expression.path, Filter::seed)) || has_item(terms, expression.path);
    case Expression::Kind::prefix:
      break;  // predicates have it, filters don't
  }
  return false;
}

std::optional<View> view(const Change& change, bool fitted, bool fits) {
  if (fitted && fits) return View{&change, Kind::changed};
  if (fits) return View{&change, Kind::added};
  if (fitted) return View{&change, Kind::removed};
  return std::nullopt;
}

}  // namespace

std::string_view name(Kind kind) {
  constexpr std::string_view names[] = {"added", "changed", "removed"};
  return names[static_cast<std::size_t>(kind)];
}

base::Result<Filter> Filter::parse(std::span<const std::string> filters, bool critical) {
  auto expression = query::parse_filters(filters);
  if (!expression) return std::unexpected(expression.error());
  Filter filter;
  filter.expression_ = *std::move(expression);
  filter.critical_ = critical;
  std::vector<std::string> sorted(filters.begin(), filters.end());
  std::ranges::sort(sorted);
  filter.key_ = critical ? "critical" : "";
  for (const std::string& each : sorted) base::append_json_string(filter.key_, each);
  return filter;
}

bool Filter::fits(const catalog::Entity& entity, const Terms& terms) const {
  if (critical_ && entity.definition->criticality != entity::Criticality::critical) return false;
  return holds(expression_, terms);
}

std::vector<std::vector<View>> Looker::look(const Publication& publication, std::span<const Filter* const> filters) {
  static const Terms none;
  std::vector<std::vector<View>> all(filters.size());
  for (const Change& change : publication.changes) {
    const Terms& before = change.before ? before_.terms(*change.before) : none;
    const Terms& after = change.after ? after_.terms(*change.after) : none;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      const auto seen = view(change, change.before && filters[i]->fits(*change.before, before),
                             change.after && filters[i]->fits(*change.after, after));
      if (seen) all[i].push_back(*seen);
    }
  }
  return all;
}

std::vector<View> Looker::look(const Publication& publication, const Filter& filter) {
  const Filter* const only = &filter;
  return std::move(look(publication, {&only, 1}).front());
}

}  // namespace aureacore::feed
