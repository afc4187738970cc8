// The YAML reader: whatever the bytes, it ends within its limits, and every document that it gives is JSON.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "definition/yaml.h"

using namespace aureacore;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = definition::parse_yaml(text, {.nodes = 10'000, .scalar_bytes = 1 << 20});
  if (!file.complete && file.diagnostics.empty()) std::abort();
  simdjson::dom::parser parser;
  for (const auto& document : file.documents) {
    std::string json;
    definition::append_json(json, document.root);
    if (parser.parse(json).error() != simdjson::SUCCESS) std::abort();
  }
  return 0;
}
