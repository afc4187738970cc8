#include "definition/tree_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "definition/events.h"
#include "definition/scalar.h"

namespace aureacore::definition {
namespace {

// Up to this many keys are compared each with each; more are sorted first.
constexpr std::size_t few_keys = 16;

std::string_view text_of(const yaml_char_t* text) { return reinterpret_cast<const char*>(text); }

Node make_scalar(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  Node node;
  node.mark = mark_of(event.start_mark);
  node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
  if (scalar.tag != nullptr) {
    type_tagged_scalar(node, text_of(scalar.tag));
  } else if (scalar.style == YAML_PLAIN_SCALAR_STYLE) {
    type_plain_scalar(node);
  } else {
    node.type = Node::Type::string;
  }
  return node;
}

std::string number_key(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text;
  base::append_json_number(text, value);
  return text;
}

// What JavaScript makes of a value that is used as a key. A collection becomes its JSON.
std::string key_of(Node node) {
  switch (node.type) {
    case Node::Type::null:
      return {};
    case Node::Type::boolean:
      return node.boolean ? "true" : "false";
    case Node::Type::number:
      return number_key(node.number);
    case Node::Type::string:
      return std::move(node.text);
    default:
      std::string json;
      append_json(json, node);
      return json;
  }
}

struct Size {
  std::size_t nodes = 1;
  std::size_t bytes = 0;
};

Size size_of(const Node& node) {
  Size size{.bytes = node.text.size()};
  const auto add = [&](const Node& child) {
    const Size more = size_of(child);
    size.nodes += more.nodes;
    size.bytes += more.bytes;
  };
  for (const Node& item : node.items) add(item);
  for (const Node::Member& member : node.members) {
    add(member.value);
    ++size.nodes;
    size.bytes += member.key.size();
  }
  return size;
}

std::size_t height_of(const Node& node) {
  std::size_t height = 0;
  for (const Node& item : node.items) height = std::max(height, height_of(item));
  for (const Node::Member& member : node.members) height = std::max(height, height_of(member.value));
  return node.is(Node::Type::sequence) || node.is(Node::Type::mapping) ? height + 1 : 0;
}

// Calls back with each member whose key stands in an earlier one too, and that one.
template <class Callback>
void find_duplicates(const std::vector<Node::Member>& members, const Callback& callback) {
  if (members.size() <= few_keys) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].key == members[j].key) return callback(members[i], members[j]);
      }
    }
    return;
  }
  std::vector<const Node::Member*> sorted(members.size());
  std::ranges::transform(members, sorted.begin(), [](const Node::Member& member) { return &member; });
  std::ranges::sort(sorted, {},
                    [](const Node::Member* member) { return std::pair(std::string_view(member->key), member); });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i]->key == sorted[i - 1]->key) callback(*sorted[i], *sorted[i - 1]);
  }
}

}  // namespace

void TreeBuilder::begin_document(entity::Mark mark) {
  file_.documents.push_back({.root = {}, .mark = mark});
  unfinished_ = true;
}

void TreeBuilder::end_document() {
  anchors_.clear();
  unfinished_ = false;
}

void TreeBuilder::abandon_document() {
  if (unfinished_) file_.documents.pop_back();
  unfinished_ = false;
  open_.clear();
}

TreeBuilder::Exceeded TreeBuilder::take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_SCALAR_EVENT:
      return take_scalar(event);
    case YAML_ALIAS_EVENT:
      return take_alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open_collection(Node::Type::sequence, event.data.sequence_start.anchor, mark_of(event.start_mark));
    case YAML_MAPPING_START_EVENT:
      return open_collection(Node::Type::mapping, event.data.mapping_start.anchor, mark_of(event.start_mark));
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      close_collection();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool TreeBuilder::expects_key() const {
  return !open_.empty() && open_.back().node->is(Node::Type::mapping) && !open_.back().has_key;
}

TreeBuilder::Exceeded TreeBuilder::charge(std::size_t nodes, std::size_t bytes) {
  nodes_ += nodes;
  scalar_bytes_ += bytes;
  if (nodes_ > limits_.nodes) {
    return fmt::format("expected at most {} values in a file, aliases expanded, found more", limits_.nodes);
  }
  if (scalar_bytes_ > limits_.scalar_bytes) {
    return fmt::format("expected at most {} bytes of text in a file, aliases expanded, found more",
                       limits_.scalar_bytes);
  }
  return std::nullopt;
}

// What the copy of a tree costs, before it is made.
TreeBuilder::Exceeded TreeBuilder::charge_tree(const Node& node) {
  if (open_.size() + height_of(node) > limits_.depth) {
    return fmt::format("expected nesting of at most {} levels, aliases expanded, found more", limits_.depth);
  }
  const Size size = size_of(node);
  return charge(size.nodes, size.bytes);
}

Node& TreeBuilder::add_node(entity::Mark mark) {
  Node* node = &file_.documents.back().root;
  if (!open_.empty()) {
    Node& parent = *open_.back().node;
    node = parent.is(Node::Type::sequence) ? &parent.items.emplace_back() : &parent.members.back().value;
  }
  node->mark = mark;
  return *node;
}

void TreeBuilder::add_key(std::string key, entity::Mark mark) {
  auto& members = open_.back().node->members;
  if (members.empty()) members.reserve(4);
  members.push_back({.key = std::move(key), .mark = mark, .value = {}});
  open_.back().has_key = true;
}

void TreeBuilder::value_is_complete() {
  if (open_.empty() || !open_.back().node->is(Node::Type::mapping)) return;
  if (open_.back().complex_key) {
    complete_complex_key(*open_.back().node);
  } else {
    open_.back().has_key = false;
  }
}

void TreeBuilder::complete_complex_key(Node& mapping) {
  Node::Member& member = mapping.members.back();
  member.key = key_of(std::move(member.value));
  member.value = Node{};
  open_.back().complex_key = false;
  --complex_keys_;
}

TreeBuilder::Exceeded TreeBuilder::take_scalar(const yaml_event_t& event) {
  if (auto exceeded = charge(1, event.data.scalar.length)) return exceeded;
  Node node = make_scalar(event);
  const yaml_char_t* anchor = event.data.scalar.anchor;
  if (expects_key()) {
    if (anchor != nullptr) set_anchor(anchor, {.path = {}, .complete = true, .key = node});
    const entity::Mark mark = node.mark;
    add_key(key_of(std::move(node)), mark);
    return std::nullopt;
  }
  add_node(node.mark) = std::move(node);
  if (anchor != nullptr) set_anchor(anchor, {.path = current_path(), .complete = true, .key = {}});
  value_is_complete();
  return std::nullopt;
}

TreeBuilder::Exceeded TreeBuilder::take_alias(const yaml_event_t& event) {
  const entity::Mark mark = mark_of(event.start_mark);
  const std::string name(text_of(event.data.alias.anchor));
  Node copy{.unknown = true};
  if (const Node* target = resolve_alias(name, mark)) {
    if (auto exceeded = charge_tree(*target)) return exceeded;
    copy = *target;
  }
  copy.mark = mark;
  if (expects_key()) {
    add_key(key_of(std::move(copy)), mark);
    return std::nullopt;
  }
  add_node(mark) = std::move(copy);
  value_is_complete();
  return std::nullopt;
}

TreeBuilder::Exceeded TreeBuilder::open_collection(Node::Type type, const yaml_char_t* anchor, entity::Mark mark) {
  if (open_.size() == limits_.depth) {
    return fmt::format("expected nesting of at most {} levels, found more", limits_.depth);
  }
  if (auto exceeded = charge(1, 0)) return exceeded;
  if (expects_key()) {
    add_key({}, mark);
    open_.back().complex_key = true;
    ++complex_keys_;
  }
  Node& node = add_node(mark);
  node.type = type;
  open_.push_back({.node = &node});
  // A key has no place that an alias could lead to.
  if (anchor != nullptr && complex_keys_ == 0) {
    open_.back().anchor = text_of(anchor);
    auto path = current_path();
    path.pop_back();
    set_anchor(anchor, {.path = std::move(path), .complete = false, .key = {}});
  }
  return std::nullopt;
}

void TreeBuilder::close_collection() {
  const Open closed = std::move(open_.back());
  open_.pop_back();
  if (closed.node->is(Node::Type::mapping)) check_keys(*closed.node);
  if (!closed.anchor.empty()) anchors_[closed.anchor].complete = true;
  value_is_complete();
}

void TreeBuilder::set_anchor(const yaml_char_t* name, Anchor anchor) {
  if (complex_keys_ == 0) anchors_.insert_or_assign(std::string(text_of(name)), std::move(anchor));
}

// The number of the last child of each open node.
std::vector<std::size_t> TreeBuilder::current_path() const {
  std::vector<std::size_t> path;
  path.reserve(open_.size());
  for (const Open& open : open_) path.push_back(std::max(open.node->items.size(), open.node->members.size()) - 1);
  return path;
}

const Node& TreeBuilder::at_path(const std::vector<std::size_t>& path) const {
  const Node* node = &file_.documents.back().root;
  for (const std::size_t child : path) {
    node = node->is(Node::Type::sequence) ? &node->items[child] : &node->members[child].value;
  }
  return *node;
}

const Node* TreeBuilder::resolve_alias(const std::string& name, entity::Mark mark) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    error(mark, fmt::format("expected an anchor &{} before the alias *{}, found none", name, name));
    return nullptr;
  }
  const Anchor& anchor = found->second;
  if (!anchor.complete) {
    error(mark, fmt::format("expected an alias to something complete, found *{} inside of what &{} names", name, name));
    return nullptr;
  }
  return anchor.key ? &*anchor.key : &at_path(anchor.path);
}

void TreeBuilder::check_keys(const Node& mapping) {
  find_duplicates(mapping.members, [&](const Node::Member& second, const Node::Member& first) {
    error(second.mark,
          fmt::format("expected each key once in a mapping, found \"{}\" again, which is on line {} already",
                      base::printable(second.key), first.mark.line));
  });
}

void TreeBuilder::error(entity::Mark mark, std::string message) {
  file_.documents.back().valid = false;
  file_.diagnostics.push_back({.rule = "yaml", .message = std::move(message), .path = {}, .mark = mark, .entity = {}});
}

}  // namespace aureacore::definition
