#include "query/expression.h"

#include <algorithm>

#include "base/case_folding.h"
#include "query/values.h"

namespace aureacore::query {
namespace {

using catalog::Selection;
using catalog::Snapshot;

// The indices know whole values alone: the candidates that have the path are read one by one.
Selection evaluate_prefix(const Expression& expression, const Snapshot& snapshot) {
  Selection candidates = snapshot.nothing();
  snapshot.match_exists(expression.path, candidates);
  const std::string prefix = base::fold_case(expression.values.front());
  return select_by_value(snapshot, candidates, expression.path,
                         [&](std::string_view value) { return base::starts_with_folded(value, prefix); });
}

Selection evaluate_all(const Expression& expression, const Snapshot& snapshot) {
  if (expression.children.empty()) return snapshot.everything();
  Selection selected = evaluate(expression.children.front(), snapshot);
  for (std::size_t i = 1; i < expression.children.size(); ++i) selected &= evaluate(expression.children[i], snapshot);
  return selected;
}

Selection evaluate_any(const Expression& expression, const Snapshot& snapshot) {
  Selection selected = snapshot.nothing();
  for (const Expression& child : expression.children) selected |= evaluate(child, snapshot);
  return selected;
}

}  // namespace

Selection evaluate(const Expression& expression, const Snapshot& snapshot) {
  Selection selected = snapshot.nothing();
  switch (expression.kind) {
    case Expression::Kind::all:
      return evaluate_all(expression, snapshot);
    case Expression::Kind::any:
      return evaluate_any(expression, snapshot);
    case Expression::Kind::negation:
      selected = snapshot.everything();
      selected -= evaluate(expression.children.front(), snapshot);
      return selected;
    case Expression::Kind::equals:
      for (const std::string& value : expression.values) snapshot.match(expression.path, value, selected);
      return selected;
    case Expression::Kind::exists:
      snapshot.match_exists(expression.path, selected);
      return selected;
    case Expression::Kind::prefix:
      return evaluate_prefix(expression, snapshot);
  }
  return selected;
}

bool holds(const Expression& expression, const ValueAt& value_at) {
  const auto child_holds = [&](const Expression& child) { return holds(child, value_at); };
  if (expression.kind == Expression::Kind::all) return std::ranges::all_of(expression.children, child_holds);
  if (expression.kind == Expression::Kind::any) return std::ranges::any_of(expression.children, child_holds);
  if (expression.kind == Expression::Kind::negation) return !child_holds(expression.children.front());
  const std::optional<std::string> found = value_at(expression.path);
  if (!found || expression.kind == Expression::Kind::exists) return found.has_value();
  return std::ranges::any_of(expression.values, [&](std::string_view value) {
    return expression.kind == Expression::Kind::prefix ? base::starts_with_folded(*found, base::fold_case(value))
                                                       : base::equal_folded(*found, value);
  });
}

}  // namespace aureacore::query
