// What shape a field must have, as data, and the one check that walks such data beside a document.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "definition/node.h"
#include "definition/report.h"

namespace aureacore::definition {

enum class Shape : std::uint8_t {
  text,                // a string of at least one character
  any_text,            // a string, the empty one included
  texts,               // a list of `text`
  any_texts,           // a list of `any_text`
  condition,           // a string or a boolean
  mapping,             // with the members that `members` describes; others are free
  text_mapping,        // as `mapping`, but members that are not described must be strings
  mappings,            // a list of `mapping`
  mapping_or_mappings  // either
};

struct Field {
  std::string_view name;
  Shape shape = Shape::text;
  bool required = false;
  std::span<const Field> members;
  std::span<const std::string_view> choices;  // of a text: the only values, unless empty
  std::size_t max_characters = 0;             // of a text, 0: any number
  std::size_t min_items = 0;                  // of a list
  std::string_view instead;                   // another field that makes this one dispensable
};

// A place in the document, for messages: "spec.steps[3].id". A chain on the stack, spelled out only when something is
// wrong.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // empty: an item of a list, or without a parent the root
  std::size_t index = 0;

  [[nodiscard]] std::string text() const;
};

// "expected a string for spec.owner, found a number (12): put it in quotes"
std::string expectation(std::string_view wanted, const Node& node, const Path& path);
std::size_t count_characters(std::string_view text);
// The member whose name differs from this one by case alone, if there is one.
const Node::Member* find_similar(const Node& mapping, std::string_view name);

// Reports, under the rule "field", each way in which the mapping differs from what the fields ask for.
void check_fields(const Node& mapping, std::span<const Field> fields, const Path& path, Report& report);

// The same for one value.
void check_shape(const Node& node, const Field& field, const Path& path, Report& report);

}  // namespace aureacore::definition
