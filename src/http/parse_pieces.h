// For tests and the fuzzer: a parse told in one line, of bytes that come whole or in pieces.
#pragma once

#include <fmt/core.h>

#include <span>
#include <string>
#include <string_view>

#include "http/parser.h"

namespace aureacore::http {

// Small enough for cases to reach them.
inline Limits small_limits() {
  Limits limits;
  limits.header_bytes = 512;
  limits.target_bytes = 128;
  limits.headers = 8;
  limits.body_bytes = 1000;
  return limits;
}

inline std::string describe(const Request& request) {
  return fmt::format("{} path={} query={} body={} {}", request.method_name, request.path, request.query, request.body,
                     request.keep_alive ? "keep-alive" : "close");
}

// The outcome of the first request in pieces[0] + pieces[1] + …, each given to the parser as it comes. A complete
// request also says how many bytes were left over.
inline std::string parse_pieces(Parser& parser, std::span<const std::string_view> pieces, std::size_t* left = nullptr) {
  Parser::Progress progress;
  std::string held;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    held += pieces[i];
    if (held.empty()) continue;
    const auto outcome = parser.parse(progress, held);
    if (outcome.state == Parser::State::refused) return fmt::format("{} {}", outcome.status, outcome.why);
    if (outcome.state != Parser::State::complete) {
      held.resize(outcome.size);
      continue;
    }
    if (left != nullptr) {
      *left = held.size() - outcome.size;
      for (const std::string_view rest : pieces.subspan(i + 1)) *left += rest.size();
    }
    return describe(parser.request());
  }
  return "incomplete";
}

// Whether bytes in pieces came to the same as the whole. A head is judged only line by line when it comes slowly, so
// what is wrong in its last, unfinished line may not have been noticed yet.
inline bool agree(std::string_view pieces, std::string_view whole) {
  const bool refused = !whole.empty() && whole.front() >= '4' && whole.front() <= '5';
  return pieces == whole || (pieces == "incomplete" && refused);
}

}  // namespace aureacore::http
