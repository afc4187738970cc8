#include "definition/placeholders.h"

#include <algorithm>

#include "base/text.h"
#include "definition/encoding.h"
#include "definition/json_reader.h"
#include "definition/path.h"
#include "definition/yaml.h"

namespace aureacore::definition {
namespace {

std::size_t minus(std::size_t a, std::size_t b) { return a > b ? a - b : 0; }

bool is_placeholder(std::string_view key) { return key == "$text" || key == "$json" || key == "$yaml"; }

// The content of another file has no place in this one but the placeholder's.
void set_marks(Node& node, entity::Mark mark) {
  node.mark = mark;
  for (Node& item : node.items) set_marks(item, mark);
  for (Node::Member& member : node.members) {
    member.mark = mark;
    set_marks(member.value, mark);
  }
}

// What a file is called in a message about it.
std::string_view complaint(base::Code code) {
  switch (code) {
    case base::Code::not_found:
      return "there is no such file in this commit";
    case base::Code::denied:
      return "this is not a regular file";
    default:
      return {};
  }
}

const entity::Diagnostic* first_error(const YamlFile& file) {
  const auto found = std::ranges::find(file.diagnostics, entity::Severity::error, &entity::Diagnostic::severity);
  return found == file.diagnostics.end() ? nullptr : &*found;
}

}  // namespace

Placeholders::Placeholders(const FileContext& context, Files& files, std::size_t nodes, std::size_t scalar_bytes)
    : file_(context.file->path), other_files_(context.other_files), files_(files), left_(context.limits) {
  spend(nodes, scalar_bytes);
}

void Placeholders::spend(std::size_t nodes, std::size_t scalar_bytes) {
  left_.nodes = minus(left_.nodes, nodes);
  left_.scalar_bytes = minus(left_.scalar_bytes, scalar_bytes);
}

void Placeholders::resolve(Node& node, Report& report) {
  if (node.is(Node::Type::sequence)) {
    for (Node& item : node.items) resolve(item, report);
  } else if (node.is(Node::Type::mapping)) {
    resolve_members(node, report);
  }
}

// A '$' key among others, or one that is no placeholder, is left alone with all that is inside.
void Placeholders::resolve_members(Node& mapping, Report& report) {
  const auto dollar = [](const Node::Member& member) { return member.key.starts_with('$'); };
  if (std::ranges::none_of(mapping.members, dollar)) {
    for (Node::Member& member : mapping.members) resolve(member.value, report);
    return;
  }
  if (mapping.members.size() != 1 || !is_placeholder(mapping.members[0].key)) return;
  const Node::Member placeholder = std::move(mapping.members[0]);
  if (!other_files_) {
    mapping = Node{.unknown = true, .mark = placeholder.mark};
    return;
  }
  auto included = include(placeholder);
  if (!included) {
    report.error("placeholder", placeholder.mark, included.error().in(placeholder.key).message);
    mapping = Node{.unknown = true, .mark = placeholder.mark};
    return;
  }
  mapping = std::move(*included);
}

base::Result<Node> Placeholders::include(const Node::Member& placeholder) {
  auto included = read(placeholder.value);
  if (!included) return std::unexpected(std::move(included.error()));
  if (placeholder.key == "$text") return include_text(std::move(*included), placeholder.mark);
  return placeholder.key == "$json" ? include_json(*included, placeholder.mark)
                                    : include_yaml(*included, placeholder.mark);
}

base::Result<Placeholders::Included> Placeholders::read(const Node& target) {
  if (!target.is(Node::Type::string)) {
    return base::fail(base::Code::invalid, "expected a path (a string), found {}", describe(target.type));
  }
  auto path = resolve_path(file_, target.text);
  if (!path) return std::unexpected(std::move(path.error()));
  if (!reads_.contains(*path) && reads_.size() == max_reads) {
    return base::fail(base::Code::too_large, "expected at most {} included files, found more", max_reads);
  }
  reads_.insert(*path);
  auto text = files_.read(*path);
  if (text) return Included{.path = std::move(*path), .text = std::move(*text)};
  const auto why = complaint(text.error().code);
  return base::fail(text.error().code, "expected a file at {}, found none that can be read: {}", base::printable(*path),
                    why.empty() ? std::string_view(text.error().message) : why);
}

base::Result<Node> Placeholders::include_text(Included included, entity::Mark mark) {
  if (!base::is_utf8(included.text)) included.text = repair_utf8(included.text).text;
  if (included.text.size() > left_.scalar_bytes) {
    return base::fail(base::Code::too_large,
                      "expected {} to have at most {} bytes, what is left of this file's limit; found {}",
                      included.path, left_.scalar_bytes, included.text.size());
  }
  spend(1, included.text.size());
  return Node{.type = Node::Type::string, .mark = mark, .text = std::move(included.text)};
}

base::Result<Node> Placeholders::include_json(const Included& included, entity::Mark mark) {
  auto value = parse_json(included.text, left_, mark);
  if (!value) return std::unexpected(value.error().in(included.path));
  spend(value->nodes, value->scalar_bytes);
  return std::move(value->root);
}

base::Result<Node> Placeholders::include_yaml(const Included& included, entity::Mark mark) {
  YamlFile file = parse_yaml(included.text, left_);
  spend(file.nodes, file.scalar_bytes);
  if (const auto* error = first_error(file)) {
    return base::fail(base::Code::invalid, "{}:{}:{}: {}", included.path, error->mark.line, error->mark.column,
                      error->message);
  }
  if (file.documents.size() != 1) {
    return base::fail(base::Code::invalid, "expected one YAML document in {}, found {}", included.path,
                      file.documents.size());
  }
  Node root = std::move(file.documents[0].root);
  set_marks(root, mark);
  return root;
}

}  // namespace aureacore::definition
