#include "definition/metadata.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/url.h"
#include "entity/reference.h"

namespace aureacore::definition {
namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_subdomain = 253;
constexpr std::string_view criticality_annotation = "aureacore.io/criticality";

constexpr std::array link_fields{
    Field{.name = "url", .required = true},
    Field{.name = "title"},
    Field{.name = "icon"},
    Field{.name = "type"},
};
constexpr std::array metadata_fields{
    Field{.name = "uid"},
    Field{.name = "etag"},
    Field{.name = "title"},
    Field{.name = "description", .shape = Shape::any_text},
    Field{.name = "tags", .shape = Shape::texts},
    Field{.name = "links", .shape = Shape::mappings, .members = link_fields},
    Field{.name = "labels", .shape = Shape::text_mapping},
};

constexpr Path metadata_path{.name = "metadata"};

bool is_subdomain(std::string_view text) {
  return text.size() <= max_subdomain && std::ranges::all_of(base::split(text, '.'), entity::is_namespace);
}

// "[dns-subdomain/]name"
bool is_qualified_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return entity::is_name(text);
  return is_subdomain(text.substr(0, slash)) && entity::is_name(text.substr(slash + 1));
}

bool is_tag(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '+' || c == '#';
  };
  if (text.size() > max_label) return false;
  const auto parts = base::split(text, '-');
  return std::ranges::all_of(parts, [&](auto part) { return !part.empty() && std::ranges::all_of(part, allowed); });
}

void check_key(const Node::Member& member, std::string_view map, Report& report) {
  if (is_qualified_name(member.key)) return;
  report.error(
      rule::field, member.mark,
      fmt::format(
          "expected a key of the form [prefix/]name in metadata.{}, the prefix a domain name, the name at most 63 "
          "letters, digits, '-', '_' and '.'; found \"{}\"",
          map, base::printable(member.key)));
}

void check_labels(const Node& labels, Report& report) {
  for (const Node::Member& label : labels.members) {
    check_key(label, "labels", report);
    const Node& value = label.value;
    if (!value.is(Node::Type::string) || value.text.empty() || entity::is_name(value.text)) continue;
    report.error(
        rule::field, value.mark,
        fmt::format(
            "expected at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, for "
            "metadata.labels.{}, found \"{}\": longer texts belong into annotations",
            base::printable(label.key), base::printable(value.text)));
  }
}

// Null counts as no annotations at all.
void check_annotations(const Node& annotations, Report& report) {
  if (annotations.is(Node::Type::null)) return;
  check_shape(annotations, Field{.name = "annotations", .shape = Shape::text_mapping},
              Path{.parent = &metadata_path, .name = "annotations"}, report);
  for (const Node::Member& annotation : annotations.members) check_key(annotation, "annotations", report);
}

std::string lower_dashed(std::string_view text) {
  std::string tag;
  for (const char c : text) tag += c == ' ' || c == '_' || c == '.' || c == '/' ? '-' : base::lower(c);
  return tag;
}

void check_tags(const Node& tags, Report& report) {
  for (const Node& tag : tags.items) {
    if (!tag.is(Node::Type::string) || tag.text.empty() || is_tag(tag.text)) continue;
    const std::string better = lower_dashed(tag.text);
    report.error(
        rule::field, tag.mark,
        fmt::format(
            "expected at most 63 lower-case letters, digits, ':', '+' and '#', with '-' in between, for a tag, found "
            "\"{}\"{}",
            base::printable(tag.text), is_tag(better) ? fmt::format(": write {}", better) : ""));
  }
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos; }

void check_link(const Node& link, Report& report) {
  const Node* url = link.find("url");
  if (url != nullptr && url->is(Node::Type::string) && !url->text.empty() &&
      (!is_url(url->text) || is_script_url(url->text))) {
    report.error(rule::field, url->mark,
                 fmt::format("expected a URL such as https://example.com/page for a link, found \"{}\"",
                             base::printable(url->text)));
  }
  for (const std::string_view name : {"title", "icon"}) {
    const Node* text = link.find(name);
    if (text == nullptr || !text->is(Node::Type::string) || text->text.empty() || !is_blank(text->text)) continue;
    report.error(rule::field, text->mark, fmt::format("expected a text for the {} of a link, found only spaces", name));
  }
}

}  // namespace

void check_metadata(const Node& metadata, Report& report) {
  check_fields(metadata, metadata_fields, metadata_path, report);
  if (const Node* labels = metadata.find("labels")) check_labels(*labels, report);
  if (const Node* annotations = metadata.find("annotations")) check_annotations(*annotations, report);
  if (const Node* tags = metadata.find("tags")) check_tags(*tags, report);
  if (const Node* links = metadata.find("links")) {
    for (const Node& link : links->items) check_link(link, report);
  }
}

entity::Criticality read_criticality(const Node& metadata, Report& report) {
  const Node* annotations = metadata.find("annotations");
  const Node* value = annotations != nullptr ? annotations->find(criticality_annotation) : nullptr;
  if (value == nullptr || value->text == "normal") return entity::Criticality::normal;
  if (value->text == "critical") return entity::Criticality::critical;
  if (value->text == "high") return entity::Criticality::high;
  if (value->text == "low") return entity::Criticality::low;
  report.warn(rule::field, value->mark,
              fmt::format("expected critical, high, normal or low for {}, found \"{}\", which counts as normal",
                          criticality_annotation, base::printable(value->text)));
  return entity::Criticality::normal;
}

}  // namespace aureacore::definition
