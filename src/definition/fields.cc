#include "definition/fields.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::definition {
namespace {

std::string found(const Node& node) {
  if (node.is(Node::Type::string) && node.text.empty()) return "an empty one";
  if (node.is(Node::Type::null)) return "nothing (null)";
  const bool scalar = node.is(Node::Type::number) || node.is(Node::Type::boolean);
  if (scalar && !node.text.empty()) {
    return fmt::format("{} ({})", describe(node.type), base::printable(node.text));
  }
  return std::string(describe(node.type));
}

// How to mend it, where that is obvious.
std::string_view hint(const Node& node, std::string_view wanted) {
  const bool scalar = node.is(Node::Type::number) || node.is(Node::Type::boolean);
  if (wanted == "a string" && scalar) return ": put it in quotes";
  if (wanted == "a list" && node.is(Node::Type::string)) return ": write it as [item]";
  if (node.is(Node::Type::null)) return ": leave the key out or give it a value";
  return "";
}

void expect(std::string_view wanted, const Node& node, const Path& path, Report& report) {
  report.error(rule::field, node.mark, expectation(wanted, node, path));
}

void check_text(const Node& node, const Field& field, const Path& path, Report& report) {
  if (!node.is(Node::Type::string)) return expect("a string", node, path, report);
  const bool may_be_empty = field.shape == Shape::any_text || field.shape == Shape::any_texts;
  if (node.text.empty() && !may_be_empty) return expect("a string that is not empty", node, path, report);
  if (!field.choices.empty() && std::ranges::find(field.choices, node.text) == field.choices.end()) {
    report.error(rule::field, node.mark,
                 fmt::format("expected one of {} for {}, found \"{}\"", fmt::join(field.choices, ", "), path.text(),
                             base::printable(node.text)));
  }
  if (field.max_characters > 0 && count_characters(node.text) > field.max_characters) {
    report.error(rule::field, node.mark,
                 fmt::format("expected at most {} characters for {}, found {}", field.max_characters, path.text(),
                             count_characters(node.text)));
  }
}

void check_mapping(const Node& node, const Field& field, const Path& path, Report& report) {
  if (!node.is(Node::Type::mapping)) return expect("a mapping", node, path, report);
  check_fields(node, field.members, path, report);
}

void check_text_mapping(const Node& node, const Field& field, const Path& path, Report& report) {
  check_mapping(node, field, path, report);
  for (const Node::Member& member : node.members) {
    if (std::ranges::find(field.members, member.key, &Field::name) != field.members.end()) continue;
    const Path place{.parent = &path, .name = member.key};
    if (!member.value.is(Node::Type::string)) expect("a string", member.value, place, report);
  }
}

using Check = void (*)(const Node&, const Field&, const Path&, Report&);

void check_items(const Node& node, const Field& field, const Path& path, Report& report, Check check) {
  if (!node.is(Node::Type::sequence)) return expect("a list", node, path, report);
  if (node.items.size() < field.min_items) {
    report.error(
        rule::field, node.mark,
        fmt::format("expected at least {} item in {}, found {}", field.min_items, path.text(), node.items.size()));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    check(node.items[i], field, Path{.parent = &path, .name = {}, .index = i}, report);
  }
}

std::string_view shape_name(Shape shape) {
  switch (shape) {
    case Shape::texts:
    case Shape::any_texts:
    case Shape::mappings:
      return "a list";
    case Shape::mapping:
    case Shape::text_mapping:
    case Shape::mapping_or_mappings:
      return "a mapping";
    default:
      return "a string";
  }
}

void report_missing(const Node& mapping, const Field& field, const Path& path, Report& report) {
  const Node::Member* similar = find_similar(mapping, field.name);
  const Path missing{.parent = &path, .name = field.name};
  std::string message = fmt::format("expected {} ({}), found none", missing.text(), shape_name(field.shape));
  if (similar != nullptr) message += fmt::format(": write it so instead of \"{}\"", base::printable(similar->key));
  report.error(rule::field, similar != nullptr ? similar->mark : mapping.mark, std::move(message));
}

}  // namespace

std::string expectation(std::string_view wanted, const Node& node, const Path& path) {
  return fmt::format("expected {} for {}, found {}{}", wanted, path.text(), found(node), hint(node, wanted));
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

const Node::Member* find_similar(const Node& mapping, std::string_view name) {
  const auto similar = std::ranges::find_if(
      mapping.members, [&](const Node::Member& member) { return base::equal_ignoring_case(member.key, name); });
  return similar == mapping.members.end() ? nullptr : &*similar;
}

void check_shape(const Node& node, const Field& field, const Path& path, Report& report) {
  if (node.unknown) return;
  switch (field.shape) {
    case Shape::text:
    case Shape::any_text:
      return check_text(node, field, path, report);
    case Shape::texts:
    case Shape::any_texts:
      return check_items(node, field, path, report, check_text);
    case Shape::condition:
      if (!node.is(Node::Type::string) && !node.is(Node::Type::boolean))
        expect("a string or a boolean", node, path, report);
      return;
    case Shape::mapping:
      return check_mapping(node, field, path, report);
    case Shape::text_mapping:
      return check_text_mapping(node, field, path, report);
    case Shape::mappings:
      return check_items(node, field, path, report, check_mapping);
    case Shape::mapping_or_mappings:
      return node.is(Node::Type::mapping) ? check_mapping(node, field, path, report)
                                          : check_items(node, field, path, report, check_mapping);
  }
}

std::string Path::text() const {
  std::string text = parent != nullptr ? parent->text() : std::string();
  if (parent == nullptr && name.empty()) return {};  // the root
  if (name.empty()) return text + fmt::format("[{}]", index);
  if (!text.empty()) text += '.';
  return text + base::printable(name);
}

void check_fields(const Node& mapping, std::span<const Field> fields, const Path& path, Report& report) {
  for (const Field& field : fields) {
    if (const Node* value = mapping.find(field.name)) {
      check_shape(*value, field, Path{.parent = &path, .name = field.name}, report);
    } else if (field.required && (field.instead.empty() || mapping.find(field.instead) == nullptr)) {
      report_missing(mapping, field, path, report);
    }
  }
}

}  // namespace aureacore::definition
