// For tests that hold our entities against those of Backstage's backend: where two JSON values differ, but for what both
// sides set for themselves.
#pragma once

#include <fmt/core.h>
#include <simdjson.h>

#include <set>
#include <string>
#include <string_view>

#include "entity/reference.h"

namespace aureacore::definition {

namespace dom = simdjson::dom;

inline std::set<std::string_view> place_annotations() {
  return {"backstage.io/managed-by-location", "backstage.io/managed-by-origin-location", "backstage.io/view-url",
          "backstage.io/edit-url", "backstage.io/source-location"};
}

inline bool is_left_out(std::string_view path, std::string_view key) {
  if (path.empty()) return key == "relations" || key == "status";
  if (path == ".metadata") return key == "uid" || key == "etag";
  static const auto places = place_annotations();
  return path == ".metadata.annotations" && places.contains(key);
}

inline std::string difference(dom::element ours, dom::element theirs, const std::string& path);

inline std::string missing_member(dom::object a, dom::object b, const std::string& path, std::string_view whose) {
  for (const auto [key, value] : a) {
    if (!is_left_out(path, key) && b.at_key(key).error() != simdjson::SUCCESS)
      return fmt::format("{}.{} only in {}", path, key, whose);
  }
  return {};
}

inline std::string object_difference(dom::object ours, dom::object theirs, const std::string& path) {
  if (auto missing = missing_member(ours, theirs, path, "ours"); !missing.empty()) return missing;
  if (auto missing = missing_member(theirs, ours, path, "theirs"); !missing.empty()) return missing;
  for (const auto [key, value] : ours) {
    if (is_left_out(path, key)) continue;
    if (auto found = difference(value, theirs.at_key(key).value(), path + "." + std::string(key)); !found.empty())
      return found;
  }
  return {};
}

inline std::string array_difference(dom::array ours, dom::array theirs, const std::string& path) {
  if (ours.size() != theirs.size()) return path + ": sizes differ";
  auto other = theirs.begin();
  for (const dom::element item : ours) {
    if (auto found = difference(item, *other, path + "[]"); !found.empty()) return found;
    ++other;
  }
  return {};
}

// The first place where two values differ, but for what both sides set for themselves; empty where they are equal.
inline std::string difference(dom::element ours, dom::element theirs, const std::string& path) {
  if (ours.is_object() && theirs.is_object()) return object_difference(dom::object(ours), dom::object(theirs), path);
  if (ours.is_array() && theirs.is_array()) return array_difference(dom::array(ours), dom::array(theirs), path);
  const bool numbers = ours.is_number() && theirs.is_number();
  const bool equal = numbers ? double(ours) == double(theirs) : simdjson::minify(ours) == simdjson::minify(theirs);
  return equal ? std::string()
               : fmt::format("{}: ours {} theirs {}", path, simdjson::minify(ours), simdjson::minify(theirs));
}

inline std::string text_at(dom::element element, std::string_view pointer) {
  std::string_view text;
  return element.at_pointer(pointer).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

inline std::string without_root(const std::string& location) {
  const auto at = location.find("ROOT/");
  return at == std::string::npos ? location : location.substr(at + 5);
}

inline std::string reference_of(dom::element entity) {
  const auto name_space = text_at(entity, "/metadata/namespace");
  return entity::Reference{text_at(entity, "/kind"), name_space.empty() ? "default" : name_space,
                           text_at(entity, "/metadata/name")}
      .canonical();
}

}  // namespace aureacore::definition
