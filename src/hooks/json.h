// For reading webhooks: members of JSON that may be missing, null or of any type.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "hooks/event.h"

namespace aureacore::hooks {

using Json = simdjson::dom::element;

// What is found by member names with '/' between them. False: nothing is there, or null.
inline bool find(const Json& from, std::string_view path, Json& out) {
  out = from;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    simdjson::dom::object object;
    if (out.get(object) != simdjson::SUCCESS || object[name].get(out) != simdjson::SUCCESS) return false;
  }
  return !out.is_null();
}

// Empty where there is no string, or one longer than any that is meant.
inline std::string text(const Json& from, std::string_view path) {
  Json found;
  std::string_view text;
  if (!find(from, path, found) || found.get(text) != simdjson::SUCCESS) return {};
  return text.size() > EventLimits::text_bytes ? std::string() : std::string(text);
}

// Calls visit(item) for each item of an array, if there is one.
template <class Visit>
void each(const Json& from, std::string_view path, const Visit& visit) {
  Json found;
  simdjson::dom::array items;
  if (!find(from, path, found) || found.get(items) != simdjson::SUCCESS) return;
  for (const Json item : items) visit(item);
}

}  // namespace aureacore::hooks
