#include "definition/node.h"

#include <algorithm>

#include "base/json.h"

namespace aureacore::definition {
namespace {

void append_items(std::string& out, const std::vector<Node>& items) {
  out.push_back('[');
  bool first = true;
  for (const Node& item : items) {
    if (!first) out.push_back(',');
    first = false;
    append_json(out, item);
  }
  out.push_back(']');
}

void append_members(std::string& out, const std::vector<Node::Member>& members) {
  out.push_back('{');
  bool first = true;
  for (const Node::Member& member : members) {
    if (!first) out.push_back(',');
    first = false;
    base::append_json_string(out, member.key);
    out.push_back(':');
    append_json(out, member.value);
  }
  out.push_back('}');
}

// The value of the member with that key, const or not as the members are.
template <class Members>
auto* find_member(Members& members, std::string_view key) {
  const auto found = std::ranges::find(members, key, &Node::Member::key);
  return found == members.end() ? nullptr : &found->value;
}

}  // namespace

const Node* Node::find(std::string_view key) const { return find_member(members, key); }

Node* Node::find(std::string_view key) { return find_member(members, key); }

std::string_view describe(Node::Type type) {
  switch (type) {
    case Node::Type::null:
      return "null";
    case Node::Type::boolean:
      return "a boolean";
    case Node::Type::number:
      return "a number";
    case Node::Type::string:
      return "a string";
    case Node::Type::sequence:
      return "a list";
    case Node::Type::mapping:
      return "a mapping";
  }
  return "nothing";
}

// Recursion is as deep as the reader's limit on nesting.
void append_json(std::string& out, const Node& node) {
  switch (node.type) {
    case Node::Type::null:
      out.append("null");
      break;
    case Node::Type::boolean:
      out.append(node.boolean ? "true" : "false");
      break;
    case Node::Type::number:
      base::append_json_number(out, node.number);
      break;
    case Node::Type::string:
      base::append_json_string(out, node.text);
      break;
    case Node::Type::sequence:
      append_items(out, node.items);
      break;
    case Node::Type::mapping:
      append_members(out, node.members);
      break;
  }
}

}  // namespace aureacore::definition
