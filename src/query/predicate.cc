#include "query/predicate.h"

#include <simdjson.h>

#include "base/json.h"
#include "base/text.h"

namespace aureacore::query {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Kind = Expression::Kind;

std::string_view type_name(const element& json) {
  switch (json.type()) {
    case element_type::ARRAY:
      return "an array";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "a boolean";
    case element_type::NULL_VALUE:
      return "null";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      return "a number";
  }
  return "something else";
}

// The text of a string, number or boolean as the index has it; nothing for others.
std::optional<std::string> primitive(const element& json) {
  switch (json.type()) {
    case element_type::STRING:
      return std::string(json.get_string().value_unsafe());
    case element_type::BOOL:
      return json.get_bool().value_unsafe() ? "true" : "false";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: {
      std::string text;
      base::append_json_number(text, json.get_double().value_unsafe());
      return text;
    }
    default:
      return std::nullopt;
  }
}

class Parser {
 public:
  base::Result<Expression> predicate(const element& json, const std::string& where, std::size_t depth) {
    if (auto spent = spend(where, depth); !spent) return std::unexpected(spent.error());
    simdjson::dom::object object;
    if (json.get(object) != simdjson::SUCCESS) {
      return expected(where, "an object such as {\"kind\": \"component\"}", type_name(json));
    }
    for (const auto& [name, value] : object) {
      if (name.starts_with('$')) return combination(object, name, value, where, depth);
    }
    Expression all;
    for (const auto& [name, value] : object) {
      auto condition = field(std::string(name), value, fmt::format("{}.{}", where, base::printable(name)));
      if (!condition) return condition;
      all.children.push_back(*std::move(condition));
    }
    return all;
  }

 private:
  static std::unexpected<base::Error> expected(std::string_view where, std::string_view what, std::string_view found) {
    return base::fail(base::Code::invalid, "{}: expected {}, found {}", where, what, found);
  }

  base::Status spend(std::string_view where, std::size_t depth) {
    if (depth > Expression::max_depth) {
      return base::fail(base::Code::too_large, "{}: expected a nesting of at most {}", where, Expression::max_depth);
    }
    if (++nodes_ > Expression::max_nodes) {
      return base::fail(base::Code::too_large, "{}: expected at most {} conditions and values", where,
                        Expression::max_nodes);
    }
    return {};
  }

  base::Result<Expression> combination(const simdjson::dom::object& object, std::string_view name, const element& value,
                                       const std::string& where, std::size_t depth) {
    if (object.size() != 1) {
      return expected(where, fmt::format("\"{}\" as the only member", base::printable(name)), "others beside it");
    }
    const std::string inner = fmt::format("{}.{}", where, base::printable(name));
    Expression expression;
    if (name == "$not") {
      expression.kind = Kind::negation;
      auto child = predicate(value, inner, depth + 1);
      if (!child) return child;
      expression.children.push_back(*std::move(child));
      return expression;
    }
    if (name != "$all" && name != "$any") return expected(where, "$all, $any or $not", base::printable(name));
    expression.kind = name == "$all" ? Kind::all : Kind::any;
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return expected(inner, "an array of predicates", type_name(value));
    for (const element item : items) {
      auto child = predicate(item, fmt::format("{}[{}]", inner, expression.children.size()), depth + 1);
      if (!child) return child;
      expression.children.push_back(*std::move(child));
    }
    return expression;
  }

  base::Result<Expression> field(std::string path, const element& value, const std::string& where) {
    if (auto spent = spend(where, 0); !spent) return std::unexpected(spent.error());
    Expression condition;
    condition.kind = Kind::equals;
    condition.path = std::move(path);
    if (auto text = primitive(value)) {
      condition.values.push_back(*std::move(text));
      return condition;
    }
    simdjson::dom::object operators;
    if (value.get(operators) != simdjson::SUCCESS || operators.size() != 1) {
      return expected(where, "a value, or one of $exists, $in, $hasPrefix, $contains",
                      value.is_object() ? "an object with several members or none" : type_name(value));
    }
    const auto [name, operand] = *operators.begin();
    return apply(std::move(condition), name, operand, fmt::format("{}.{}", where, base::printable(name)));
  }

  base::Result<Expression> apply(Expression condition, std::string_view name, const element& operand,
                                 const std::string& where) {
    if (name == "$exists") return exists(std::move(condition), operand, where);
    if (name == "$in") return in(std::move(condition), operand, where);
    if (name == "$contains") return contains(std::move(condition), operand, where);
    if (name != "$hasPrefix") return expected(where, "$exists, $in, $hasPrefix or $contains", base::printable(name));
    std::string_view text;
    if (operand.get(text) != simdjson::SUCCESS) return expected(where, "a string", type_name(operand));
    condition.kind = Kind::prefix;
    condition.values.emplace_back(text);
    return condition;
  }

  static base::Result<Expression> exists(Expression condition, const element& operand, const std::string& where) {
    bool wanted = false;
    if (operand.get(wanted) != simdjson::SUCCESS) return expected(where, "true or false", type_name(operand));
    condition.kind = Kind::exists;
    if (wanted) return condition;
    Expression negation;
    negation.kind = Kind::negation;
    negation.children.push_back(std::move(condition));
    return negation;
  }

  base::Result<Expression> in(Expression condition, const element& operand, const std::string& where) {
    simdjson::dom::array items;
    if (operand.get(items) != simdjson::SUCCESS) return expected(where, "an array of values", type_name(operand));
    for (const element item : items) {
      if (auto spent = spend(where, 0); !spent) return std::unexpected(spent.error());
      auto text = primitive(item);
      if (!text) return expected(where, "strings, numbers or booleans as items", type_name(item));
      condition.values.push_back(*std::move(text));
    }
    return condition;
  }

  base::Result<Expression> contains(Expression condition, const element& operand, const std::string& where) {
    if (auto text = primitive(operand)) {
      condition.values.push_back(*std::move(text));
      return condition;
    }
    simdjson::dom::object relation;
    if (operand.get(relation) != simdjson::SUCCESS) return expected(where, "a value or an object", type_name(operand));
    if (!base::equal_ignoring_case(condition.path, "relations")) {
      return expected(where, "a value (an object only in \"relations\")", "an object");
    }
    return contains_relation(relation, where);
  }

  base::Result<Expression> contains_relation(const simdjson::dom::object& relation, const std::string& where) {
    Expression condition;
    condition.kind = Kind::exists;
    std::string_view type;
    for (const auto& [name, value] : relation) {
      if (base::equal_ignoring_case(name, "type")) {
        if (value.get(type) != simdjson::SUCCESS) return expected(where, "a string as \"type\"", type_name(value));
      } else if (base::equal_ignoring_case(name, "targetRef")) {
        auto targets = target_refs(value, where);
        if (!targets) return targets;
        condition.kind = Kind::equals;
        condition.values = std::move(targets->values);
      } else {
        return expected(where, "only \"type\" and \"targetRef\"", base::printable(name));
      }
    }
    if (type.empty()) return expected(where, "a \"type\", as in {\"type\": \"ownedBy\"}", "none");
    condition.path = fmt::format("relations.{}", type);
    return condition;
  }

  base::Result<Expression> target_refs(const element& value, const std::string& where) {
    Expression targets;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) {
      targets.values.emplace_back(text);
      return targets;
    }
    element items;
    if (value["$in"].get(items) != simdjson::SUCCESS) {
      return expected(where, "a string or {\"$in\": […]} as \"targetRef\"", type_name(value));
    }
    return in(std::move(targets), items, where + ".targetRef.$in");
  }

  std::size_t nodes_ = 0;
};

}  // namespace

base::Result<Expression> parse_predicate(const element& json) { return Parser().predicate(json, "query", 0); }

}  // namespace aureacore::query
