// A file of its own: the parser's header costs each test more than all else.
#include "api/testing.h"

#include <simdjson.h>

namespace aureacore::api::testing {
namespace {

std::string not_json(const Answer& answer) { return "not JSON: " + answer.body; }

}  // namespace

std::string json_at(const Answer& answer, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::element found;
  if (parser.parse(answer.body).get(root) != simdjson::SUCCESS) return not_json(answer);
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "nothing there: " + answer.body;
  return simdjson::minify(found);
}

std::string text_at(const Answer& answer, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::element found;
  std::string_view text;
  if (parser.parse(answer.body).get(root) != simdjson::SUCCESS) return not_json(answer);
  if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "";
  return found.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(found);
}

std::string names_at(const Answer& answer, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array list;
  if (parser.parse(answer.body).get(root) != simdjson::SUCCESS ||
      root.at_pointer(pointer).get(list) != simdjson::SUCCESS) {
    return "no items: " + answer.body;
  }
  std::string all;
  for (const simdjson::dom::element item : list) {
    std::string_view name = "null";
    if (item["metadata"]["name"].get(name) != simdjson::SUCCESS) name = "null";
    all += fmt::format("{}{}", all.empty() ? "" : " ", name);
  }
  return all;
}

}  // namespace aureacore::api::testing
