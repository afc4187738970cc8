#include "definition/json_reader.h"

#include <simdjson.h>

#include <algorithm>

namespace aureacore::definition {
namespace {

namespace dom = simdjson::dom;

// Of members with the same key the first keeps its place and gets the last one's value.
void keep_last_values(std::vector<Node::Member>& members) {
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(std::string_view(members[i].key), i); });
  std::vector<bool> dropped(members.size());
  for (std::size_t i = order.size(); i-- > 1;) {
    if (members[order[i]].key != members[order[i - 1]].key) continue;
    members[order[i - 1]].value = std::move(members[order[i]].value);
    dropped[order[i]] = true;
  }
  std::size_t at = 0;
  std::erase_if(members, [&](const Node::Member&) { return dropped[at++]; });
}

class Converter {
 public:
  Converter(const YamlLimits& limits, entity::Mark mark) : limits_(limits), mark_(mark) {}

  void convert(dom::element element, Node& node) {
    node.mark = mark_;
    charge(0);
    switch (element.type()) {
      case dom::element_type::ARRAY:
        return convert_array(dom::array(element), node);
      case dom::element_type::OBJECT:
        return convert_object(dom::object(element), node);
      case dom::element_type::STRING:
        node.type = Node::Type::string;
        node.text = std::string_view(element);
        return charge(node.text.size());
      case dom::element_type::BOOL:
        node.type = Node::Type::boolean;
        node.boolean = bool(element);
        return;
      case dom::element_type::NULL_VALUE:
        return;
      default:
        node.type = Node::Type::number;
        node.number = double(element);
    }
  }

  [[nodiscard]] bool exceeded() const { return nodes_ > limits_.nodes || bytes_ > limits_.scalar_bytes; }
  [[nodiscard]] std::size_t nodes() const { return nodes_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void charge(std::size_t bytes) {
    if (bytes == 0) ++nodes_;
    bytes_ += bytes;
  }

  void convert_array(dom::array array, Node& node) {
    node.type = Node::Type::sequence;
    for (const dom::element item : array) {
      if (exceeded()) return;
      convert(item, node.items.emplace_back());
    }
  }

  void convert_object(dom::object object, Node& node) {
    node.type = Node::Type::mapping;
    for (const auto [key, value] : object) {
      if (exceeded()) return;
      charge(key.size());
      node.members.push_back({.key = std::string(key), .mark = mark_, .value = {}});
      convert(value, node.members.back().value);
    }
    keep_last_values(node.members);
  }

  const YamlLimits& limits_;
  entity::Mark mark_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

base::Result<JsonValue> parse_json(std::string_view text, const YamlLimits& limits, entity::Mark mark) {
  if (text.size() > limits.bytes) {
    return base::fail(base::Code::too_large, "expected at most {} bytes, found {}", limits.bytes, text.size());
  }
  dom::parser parser;
  if (parser.allocate(text.size() + 1, limits.depth + 1) != simdjson::SUCCESS) {
    return base::fail(base::Code::too_large, "expected JSON that fits into memory, found {} bytes", text.size());
  }
  dom::element root;
  if (const auto error = parser.parse(simdjson::padded_string(text)).get(root)) {
    return base::fail(base::Code::invalid, "expected JSON, found a syntax error: {}", simdjson::error_message(error));
  }
  JsonValue value;
  Converter converter(limits, mark);
  converter.convert(root, value.root);
  if (converter.exceeded()) {
    return base::fail(base::Code::too_large, "expected at most {} more values and {} more bytes of text, found more",
                      limits.nodes, limits.scalar_bytes);
  }
  value.nodes = converter.nodes();
  value.scalar_bytes = converter.bytes();
  return value;
}

}  // namespace aureacore::definition
