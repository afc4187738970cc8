// For tests and the fuzzer: webhooks as text, headers first, then an empty line, then the body.
#pragma once

#include <string>
#include <string_view>

#include "base/text.h"
#include "hooks/judge.h"

namespace aureacore::hooks::testing {

// Views into the text. A line without a colon is passed over.
inline Request parse_request(std::string_view text) {
  Request request;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.push_back({line.substr(0, colon), base::trim(line.substr(colon + 1))});
  }
  request.body = text;
  return request;
}

inline Secret secret(std::string text) { return Secret::parse(std::move(text)).value(); }

inline std::string no_branch(const std::string& /*source*/) { return {}; }

}  // namespace aureacore::hooks::testing
