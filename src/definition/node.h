// Node: a value of a YAML document, typed by the 1.2 core schema, with the place where it stands.
//
// A tree: aliases have been expanded (within the reader's budget). Owned by whoever holds the root; not shared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "entity/diagnostic.h"

namespace aureacore::definition {

struct Node {
  enum class Type : std::uint8_t { null, boolean, number, string, sequence, mapping };
  struct Member;

  Type type = Type::null;
  bool boolean = false;
  bool unknown = false;  // stands where a value could not be read, which was reported: no rule applies to it
  double number = 0;
  entity::Mark mark;
  std::string text;             // the string; for other scalars what the author wrote
  std::vector<Node> items;      // of a sequence
  std::vector<Member> members;  // of a mapping, in the order written; keys are distinct

  [[nodiscard]] bool is(Type other) const { return type == other; }
  // The member's value, null pointer where there is none (or where this is not a mapping).
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] Node* find(std::string_view key);
};

struct Node::Member {
  std::string key;
  entity::Mark mark;
  Node value;
};

// "a mapping", "a string", "null": for messages.
std::string_view describe(Node::Type type);

// Appends the node as compact JSON; mappings keep the order written.
void append_json(std::string& out, const Node& node);

}  // namespace aureacore::definition
