#include "validation/known.h"

#include <simdjson.h>

#include "base/text.h"
#include "entity/reference.h"

namespace aureacore::validation {
namespace {

namespace dom = simdjson::dom;

base::Result<std::string> key_of(dom::element item) {
  entity::Reference reference{.kind = {}, .name_space = "default", .name = {}};
  std::string_view kind;
  std::string_view name;
  std::string_view name_space;
  if (item["kind"].get(kind) != simdjson::SUCCESS || item["metadata"]["name"].get(name) != simdjson::SUCCESS) {
    return base::fail(base::Code::invalid, "expected entities with kind and metadata.name, found another value");
  }
  reference.kind = kind;
  reference.name = name;
  if (item["metadata"]["namespace"].get(name_space) == simdjson::SUCCESS) reference.name_space = name_space;
  return reference.canonical();
}

base::Result<Paths> parse_json(std::string_view text) {
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(text.data(), text.size()).get(root)) {
    return base::fail(base::Code::invalid, "expected JSON, found a syntax error: {}", simdjson::error_message(error));
  }
  dom::array items;
  if (root.get(items) != simdjson::SUCCESS && root["items"].get(items) != simdjson::SUCCESS) {
    return base::fail(base::Code::invalid, "expected an array of entities, or an object with them as items");
  }
  Paths known;
  for (const dom::element item : items) {
    auto key = key_of(item);
    if (!key) return std::unexpected(std::move(key.error()));
    known.insert(std::move(*key));
  }
  return known;
}

base::Result<Paths> parse_lines(std::string_view text) {
  Paths known;
  std::size_t number = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    line = base::trim(line.substr(0, line.find_first_of("#\r")));
    if (line.empty()) continue;
    const auto reference = entity::parse_reference(line, {.kind = {}, .name_space = "default"});
    if (!reference) return std::unexpected(reference.error().in(fmt::format("line {}", number)));
    known.insert(reference->canonical());
  }
  return known;
}

}  // namespace

base::Result<Paths> parse_known(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
  return json ? parse_json(text) : parse_lines(text);
}

}  // namespace aureacore::validation
