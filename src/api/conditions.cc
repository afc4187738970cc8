#include "api/conditions.h"

#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view if_none_match_name = "if-none-match";
constexpr std::string_view cache_control_name = "cache-control";
constexpr std::string_view accept_encoding_name = "accept-encoding";
constexpr std::string_view consistency_name = "aureacore-consistency";

bool is(std::string_view name, std::string_view lower) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (base::lower(name[i]) != lower[i]) return false;
  }
  return true;
}

// All values of that name, with commas between them. `scratch` has room, so that views into it stay good.
std::string_view join(const http::Request& request, std::string_view name, std::string& scratch) {
  const std::size_t begin = scratch.size();
  for (const http::Header& header : request.headers) {
    if (!base::equal_ignoring_case(header.name, name)) continue;
    if (scratch.size() != begin) scratch.append(", ");
    scratch.append(header.value);
  }
  return std::string_view(scratch).substr(begin);
}

Conditions join_all(const http::Request& request, std::string& scratch) {
  std::size_t room = 0;
  for (const http::Header& header : request.headers) room += header.value.size() + 2;
  scratch.clear();
  scratch.reserve(4 * room);
  return {.if_none_match = join(request, if_none_match_name, scratch),
          .cache_control = join(request, cache_control_name, scratch),
          .accept_encoding = join(request, accept_encoding_name, scratch),
          .consistency = join(request, consistency_name, scratch)};
}

}  // namespace

Conditions read_conditions(const http::Request& request, std::string& scratch) {
  Conditions found;
  bool repeated = false;
  const auto keep = [&](std::string_view& place, const http::Header& header, std::string_view name) {
    if (!is(header.name, name)) return;
    repeated |= place.data() != nullptr;
    place = header.value;
  };
  for (const http::Header& header : request.headers) {
    switch (header.name.size()) {
      case if_none_match_name.size():  // and Cache-Control's
        keep(found.if_none_match, header, if_none_match_name);
        keep(found.cache_control, header, cache_control_name);
        break;
      case accept_encoding_name.size():
        keep(found.accept_encoding, header, accept_encoding_name);
        break;
      case consistency_name.size():
        keep(found.consistency, header, consistency_name);
        break;
      default:
        break;
    }
  }
  return repeated ? join_all(request, scratch) : found;
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == etag || if_none_match == "*") return true;
  while (!if_none_match.empty()) {
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (if_none_match.starts_with(etag)) return true;
    // An opaque tag may hold commas, so it ends with its quote.
    const auto close = if_none_match.starts_with('"') ? if_none_match.find('"', 1) : 0;
    if (close == std::string_view::npos) return false;
    const auto comma = if_none_match.find(',', close);
    if (comma == std::string_view::npos) return false;
    if_none_match = base::trim(if_none_match.substr(comma + 1));
  }
  return false;
}

}  // namespace aureacore::api
