// Conditions: the request headers that change what is answered, found in one pass.
#pragma once

#include <string>
#include <string_view>

#include "http/request.h"

namespace aureacore::api {

struct Conditions {
  std::string_view if_none_match;
  std::string_view cache_control;
  std::string_view accept_encoding;
  std::string_view consistency;

  [[nodiscard]] bool ask_for_level() const { return !cache_control.empty() || !consistency.empty(); }
};

// A header that comes several times is joined with commas in `scratch`, which must live as long as the result.
Conditions read_conditions(const http::Request& request, std::string& scratch);

// Whether an If-None-Match has this entity tag (quotes included) or "*". Weak comparison, as RFC 9110 has it for this
// header.
bool matches(std::string_view if_none_match, std::string_view etag);

}  // namespace aureacore::api
