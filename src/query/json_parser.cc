#include "query/json_parser.h"

#include <simdjson.h>

namespace aureacore::query {

JsonParser::JsonParser() : root_(std::make_unique<simdjson::dom::element>()) {}
JsonParser::~JsonParser() = default;

base::Result<const simdjson::dom::element*> JsonParser::parse(std::string_view json) {
  if (parser_ == nullptr || parser_->capacity() > kept_bytes) {
    parser_ = std::make_unique<simdjson::dom::parser>();
  }
  if (const auto error = parser_->parse(json.data(), json.size()).get(*root_)) {
    return base::fail(base::Code::invalid, "expected JSON: {}", simdjson::error_message(error));
  }
  return root_.get();
}

}  // namespace aureacore::query
