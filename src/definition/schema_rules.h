// What a compiled JSON Schema is made of: one Subschema for each place of it that applies to values. Internal to
// schema.cc (which makes them) and schema_check.cc (which walks them beside a document).
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "definition/node.h"

namespace aureacore::definition {

using SubschemaId = std::uint32_t;  // its place in SchemaRules::all

// The types that JSON Schema tells apart, as a set of bits.
enum TypeBit : std::uint8_t {
  null_bit = 1,
  boolean_bit = 2,
  integer_bit = 4,
  number_bit = 8,
  string_bit = 16,
  array_bit = 32,
  object_bit = 64
};

// "a string", "a whole number or a list": for messages.
std::string describe_types(std::uint8_t types);

struct Pattern {
  std::string text;  // as the author wrote it
  std::shared_ptr<const re2::RE2> expression;
};

// What must hold where a mapping has the member `key`.
struct Dependency {
  std::string key;
  std::vector<std::string> required;
  std::optional<SubschemaId> schema;
};

template <class Number>
struct Range {
  std::optional<Number> least;
  std::optional<Number> most;
};

struct Subschema {
  entity::Mark mark;
  bool never = false;      // `false`: nothing fits
  std::uint8_t types = 0;  // none: any

  std::optional<std::vector<std::string>> choices;  // canonical JSON of `enum` and `const`

  Range<double> value;
  Range<double> strictly;  // exclusiveMinimum, exclusiveMaximum
  std::optional<double> multiple_of;

  Range<std::size_t> characters;
  std::optional<Pattern> pattern;

  Range<std::size_t> items;
  bool distinct = false;
  std::vector<SubschemaId> tuple;            // `items` as a list
  std::optional<SubschemaId> each;           // `items` as one
  std::optional<SubschemaId> further_items;  // additionalItems
  std::optional<SubschemaId> contains;

  Range<std::size_t> members;
  std::vector<std::string> required;
  std::vector<std::pair<std::string, SubschemaId>> properties;
  std::vector<std::pair<Pattern, SubschemaId>> pattern_properties;
  std::optional<SubschemaId> further_members;  // additionalProperties
  std::optional<SubschemaId> names;
  std::vector<Dependency> dependencies;

  std::optional<SubschemaId> reference;
  std::vector<SubschemaId> all;
  std::vector<SubschemaId> any;
  std::vector<SubschemaId> one;
  std::optional<SubschemaId> negation;
  std::optional<SubschemaId> condition;
  std::optional<SubschemaId> then;
  std::optional<SubschemaId> otherwise;
};

class SchemaRules {
 public:
  std::vector<Subschema> all;  // the first is the root
};

// A value as JSON that is the same for equal values: members in order of their keys.
std::string canonical_json(const Node& node);

}  // namespace aureacore::definition
