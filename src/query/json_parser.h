// JsonParser: one thread's JSON parser for what clients send; keeps its buffers between requests, but not after an
// unusually large one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): theirs
class parser;   // NOLINT(readability-identifier-naming): theirs
}  // namespace simdjson::dom

namespace aureacore::query {

class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  // Valid until the next call. Error: invalid, with what the parser says.
  base::Result<const simdjson::dom::element*> parse(std::string_view json);

 private:
  static constexpr std::size_t kept_bytes = 1 << 20;

  std::unique_ptr<simdjson::dom::parser> parser_;
  std::unique_ptr<simdjson::dom::element> root_;
};

}  // namespace aureacore::query
