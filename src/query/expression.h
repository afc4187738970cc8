// Expression: which entities a client asks for, whether it was written as a filter or as a predicate; evaluated over
// the indices.
//
// A value. Made by parse_filters (filter.h) and parse_predicate (predicate.h), which bound its size; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/selection.h"
#include "catalog/snapshot.h"

namespace aureacore::query {

struct Expression {
  enum class Kind : std::uint8_t {
    all,       // every child holds; without children: every entity
    any,       // some child holds; without children: no entity
    negation,  // the only child doesn't hold
    equals,    // the path has one of the values
    exists,    // the path is there, with whatever value
    prefix,    // the path has a value that begins with the only value
  };

  // A request may hold this much of it; more is refused where it is parsed.
  static constexpr std::size_t max_nodes = 10'000;  // expressions and values together
  static constexpr std::size_t max_depth = 32;

  Kind kind = Kind::all;
  std::string path;
  std::vector<std::string> values;
  std::vector<Expression> children;

  // Holds for every entity, so that there is nothing to evaluate.
  [[nodiscard]] bool is_everything() const { return kind == Kind::all && children.empty(); }
};

catalog::Selection evaluate(const Expression& expression, const catalog::Snapshot& snapshot);

// For what isn't an entity: whether it holds for the one thing that has these values, each path at most one.
using ValueAt = std::function<std::optional<std::string>(std::string_view path)>;
bool holds(const Expression& expression, const ValueAt& value_at);

}  // namespace aureacore::query
