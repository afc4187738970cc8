#include "query/filter.h"

#include <algorithm>

#include "base/text.h"

namespace aureacore::query {
namespace {

// The condition on this key, made where there is none yet.
Expression& condition_on(Expression& all, std::string_view key) {
  const auto found = std::ranges::find(all.children, key, &Expression::path);
  if (found != all.children.end()) return *found;
  Expression& added = all.children.emplace_back();
  added.kind = Expression::Kind::exists;
  added.path = key;
  return added;
}

base::Status add_statement(Expression& all, std::string_view statement) {
  const auto equals = statement.find('=');
  const std::string_view key = base::trim(statement.substr(0, equals));
  if (key.empty()) {
    return base::fail(base::Code::invalid, "expected key=value, key= or key in the filter, found \"{}\"",
                      base::printable(statement));
  }
  Expression& condition = condition_on(all, key);
  if (equals != std::string_view::npos) {
    condition.kind = Expression::Kind::equals;
    condition.values.emplace_back(base::trim(statement.substr(equals + 1)));
  }
  return {};
}

base::Result<Expression> parse_filter(std::string_view filter, std::size_t& budget) {
  Expression all;
  for (const std::string_view part : base::split(filter, ',')) {
    const std::string_view statement = base::trim(part);
    if (statement.empty()) continue;
    if (budget == 0) {
      return base::fail(base::Code::too_large, "expected at most {} conditions in the filters", max_filter_conditions);
    }
    --budget;
    if (auto added = add_statement(all, statement); !added) return std::unexpected(added.error());
  }
  return all;
}

Expression unwrap(Expression expression) {
  if (expression.children.size() != 1) return expression;
  Expression only = std::move(expression.children.front());
  return only;
}

}  // namespace

base::Result<Expression> parse_filters(std::span<const std::string> filters) {
  Expression any;
  any.kind = Expression::Kind::any;
  std::size_t budget = max_filter_conditions;
  for (const std::string& filter : filters) {
    auto parsed = parse_filter(filter, budget);
    if (!parsed) return std::unexpected(parsed.error());
    if (!parsed->is_everything()) any.children.push_back(unwrap(*std::move(parsed)));
  }
  if (any.children.empty()) return Expression{};
  return unwrap(std::move(any));
}

}  // namespace aureacore::query
