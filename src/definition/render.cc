#include "definition/render.h"

#include <array>

#include "base/json.h"
#include "definition/path.h"
#include "definition/url.h"
#include "entity/definition.h"

namespace aureacore::definition {
namespace {

constexpr std::string_view location_key = "backstage.io/managed-by-location";
constexpr std::string_view origin_key = "backstage.io/managed-by-origin-location";
constexpr std::string_view view_key = "backstage.io/view-url";
constexpr std::string_view edit_key = "backstage.io/edit-url";
constexpr std::string_view source_key = "backstage.io/source-location";
constexpr std::string_view orphan_key = "backstage.io/orphan";
constexpr std::string_view rejected_url = "https://backstage.io/annotation-rejected-for-security-reasons";

// Room for the members that are added to the author's own.
constexpr std::size_t extra_bytes = 600;

std::string join(std::string_view prefix, std::string_view path) {
  if (prefix.empty()) return {};
  std::string joined(prefix);
  joined += prefix.starts_with("file:") ? std::string(path) : encode_path(path);
  return joined;
}

void append_member(std::string& out, std::string_view key, const Node& value) {
  base::append_json_string(out, key);
  out.push_back(':');
  append_json(out, value);
  out.push_back(',');
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
  base::append_json_string(out, key);
  out.push_back(':');
  base::append_json_string(out, text);
  out.push_back(',');
}

bool is_replaced(std::string_view key) { return key == location_key || key == origin_key; }

// Only browsers follow these two, so a script in them must not get there.
bool is_dangerous(std::string_view key, std::string_view text) {
  return (key == view_key || key == edit_key) && is_script_url(text);
}

void append_annotations(std::string& out, const Node* given, const PlaceAnnotations& place) {
  out.append("\"annotations\":{");
  const auto append_default = [&](std::string_view key, const std::string& text) {
    const bool is_given = given != nullptr && given->find(key) != nullptr;
    if (!text.empty() && (!is_given || is_replaced(key))) append_member(out, key, text);
  };
  if (given != nullptr) {
    for (const Node::Member& member : given->members) {
      if (is_replaced(member.key)) continue;
      append_member(out, member.key, is_dangerous(member.key, member.value.text) ? rejected_url : member.value.text);
    }
  }
  append_default(location_key, place.location);
  append_default(origin_key, place.origin);
  append_default(view_key, place.view);
  append_default(edit_key, place.edit);
  append_default(source_key, place.source);
  append_default(orphan_key, place.orphan);
  out.back() = '}';
}

// What the catalog itself sets, or what stands at the end.
bool is_own_member(std::string_view key) { return key == "uid" || key == "etag" || key == "annotations"; }

}  // namespace

PlaceAnnotations make_place_annotations(const FileContext& context) {
  const std::string& path = context.file->path;
  return {
      .location = join(context.links.location, path),
      .origin = join(context.links.location, context.origin),
      .view = join(context.links.view, path),
      .edit = join(context.links.edit, path),
      .source = join(context.links.source, folder_of(path)),
      .orphan = context.orphan ? "true" : "",
  };
}

std::string render_metadata(const Node& root, std::string_view key, const PlaceAnnotations& place) {
  const Node& metadata = *root.find("metadata");
  std::string out;
  out.reserve(extra_bytes + place.location.size() + place.origin.size() + place.view.size() + place.edit.size());
  out.push_back('{');
  append_member(out, "apiVersion", root.find("apiVersion")->text);
  append_member(out, "kind", root.find("kind")->text);
  out.append("\"metadata\":{");
  for (const Node::Member& member : metadata.members) {
    if (!is_own_member(member.key)) append_member(out, member.key, member.value);
  }
  if (metadata.find("namespace") == nullptr) append_member(out, "namespace", "default");
  append_member(out, "uid", entity::uid(key));
  append_annotations(out, metadata.find("annotations"), place);
  return out;
}

std::string render_spec(const Node& root) {
  const Node* spec = root.find("spec");
  if (spec == nullptr) return {};
  std::string out = ",\"spec\":";
  append_json(out, *spec);
  return out;
}

}  // namespace aureacore::definition
