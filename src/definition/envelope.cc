#include "definition/envelope.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aureacore::definition {
namespace {

constexpr std::array<std::string_view, 4> root_members{"apiVersion", "kind", "metadata", "spec"};

// The value of a string member that is not empty.
const Node* find_text(const Node& mapping, std::string_view key) {
  const Node* node = mapping.find(key);
  return node != nullptr && node->is(Node::Type::string) && !node->text.empty() ? node : nullptr;
}

std::string_view root_hint(std::string_view key) {
  if (key == "relations" || key == "status") return ": the catalog computes it, leave it out";
  const bool known = std::ranges::any_of(root_members, [&](auto name) { return base::equal_ignoring_case(name, key); });
  return known ? ": mind upper and lower case" : ": move it under metadata or spec, or remove it";
}

void check_root_members(const Node& root, Report& report) {
  for (const Node::Member& member : root.members) {
    if (std::ranges::find(root_members, member.key) != root_members.end()) continue;
    report.error(rule::envelope, member.mark,
                 fmt::format("expected only {} at the root, found \"{}\"{}", fmt::join(root_members, ", "),
                             base::printable(member.key), root_hint(member.key)));
  }
}

constexpr std::array<Field, 2> root_fields{
    Field{.name = "apiVersion", .required = true},
    Field{.name = "kind", .required = true},
};
constexpr std::array<Field, 2> identity_fields{
    Field{.name = "name", .required = true},
    Field{.name = "namespace"},
};
constexpr std::array<Field, 1> metadata_field{
    Field{.name = "metadata", .shape = Shape::mapping, .required = true, .members = identity_fields},
};

void check_name(const Node& metadata, Report& report) {
  const Node* name = find_text(metadata, "name");
  if (name == nullptr || entity::is_name(name->text)) return;
  report.error(
      "field", name->mark,
      fmt::format("expected 1 to 63 letters, digits, '-', '_' and '.', of which the first and the last are letters or "
                  "digits, for metadata.name, found \"{}\"{}",
                  base::printable(name->text),
                  name->text.size() > 63 ? fmt::format(" ({} characters)", name->text.size()) : ""));
}

void check_namespace(const Node& metadata, Report& report) {
  const Node* name_space = find_text(metadata, "namespace");
  if (name_space == nullptr || entity::is_namespace(name_space->text)) return;
  report.error(
      "field", name_space->mark,
      fmt::format(
          "expected 1 to 63 lower-case letters and digits, with '-' in between, for metadata.namespace, found \"{}\"",
          base::printable(name_space->text)));
}

std::span<const Kind> rows_of(const DeclaredKinds* declared) {
  return declared == nullptr ? std::span<const Kind>() : declared->rows();
}

std::string kind_names(const DeclaredKinds* declared) {
  std::vector<std::string_view> names;
  for (const auto kinds : {known_kinds(), rows_of(declared)}) {
    for (const Kind& kind : kinds) {
      if (names.empty() || names.back() != kind.name) names.push_back(kind.name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void report_unknown_kind(const Node& kind, const DeclaredKinds* declared, Report& report) {
  for (const auto kinds : {known_kinds(), rows_of(declared)}) {
    const auto similar = std::ranges::find_if(
        kinds, [&](const Kind& known) { return base::equal_ignoring_case(known.name, kind.text); });
    if (similar == kinds.end()) continue;
    report.error(rule::envelope, kind.mark,
                 fmt::format("expected the kind \"{}\", found \"{}\": mind upper and lower case", similar->name,
                             base::printable(kind.text)));
    return;
  }
  report.error(rule::envelope, kind.mark,
               fmt::format("expected one of the kinds {}, found \"{}\", which nobody declared", kind_names(declared),
                           base::printable(kind.text)));
}

bool is_version_of(const Kind& kind, std::string_view version) {
  return std::ranges::find(kind.api_versions, version) != kind.api_versions.end();
}

}  // namespace

std::optional<entity::Reference> identify(const Node& root) {
  const Node* metadata = root.find("metadata");
  const Node* kind = find_text(root, "kind");
  if (metadata == nullptr || kind == nullptr) return std::nullopt;
  const Node* name = find_text(*metadata, "name");
  if (name == nullptr) return std::nullopt;
  const Node* name_space = find_text(*metadata, "namespace");
  return entity::Reference{kind->text, name_space != nullptr ? name_space->text : "default", name->text};
}

bool check_envelope(const Node& root, Report& report) {
  const Path path{};
  check_root_members(root, report);
  check_fields(root, root_fields, path, report);
  check_fields(root, metadata_field, path, report);
  const Node* metadata = root.find("metadata");
  if (metadata == nullptr || !metadata->is(Node::Type::mapping)) return false;
  check_name(*metadata, report);
  check_namespace(*metadata, report);
  return true;
}

const Kind* find_kind(const Node& root, const DeclaredKinds* declared, Report& report) {
  const Node* name = find_text(root, "kind");
  const Node* version = find_text(root, "apiVersion");
  if (name == nullptr || version == nullptr) return nullptr;
  const Node* spec = root.find("spec");
  const Node* type = spec != nullptr ? find_text(*spec, "type") : nullptr;
  const Kind* same_name = nullptr;
  for (const auto kinds : {known_kinds(), rows_of(declared)}) {
    for (const Kind& kind : kinds) {
      if (kind.name != name->text) continue;
      same_name = &kind;
      const bool fits = kind.type.empty() || (type != nullptr && type->text == kind.type);
      if (fits && is_version_of(kind, version->text)) return &kind;
    }
  }
  if (same_name == nullptr) {
    report_unknown_kind(*name, declared, report);
  } else {
    report.error(
        rule::envelope, version->mark,
        fmt::format("expected apiVersion {} for the kind {}, found \"{}\"", fmt::join(same_name->api_versions, " or "),
                    same_name->name, base::printable(version->text)));
  }
  return nullptr;
}

}  // namespace aureacore::definition
