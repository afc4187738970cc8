// A schema and documents for it, in one file of YAML: compiling and checking end, whatever they are, and a schema that was
// refused says why.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "definition/schema.h"
#include "definition/yaml.h"

using namespace aureacore;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = definition::parse_yaml(text, {.bytes = 64 << 10, .nodes = 10'000, .scalar_bytes = 256 << 10});
  if (file.documents.empty()) return 0;
  definition::Report wrong;
  const auto schema = definition::Schema::compile(file.documents.front().root, wrong);
  if (schema.has_value() == wrong.failed()) std::abort();
  if (!schema) return 0;
  for (const auto& document : file.documents) {
    definition::Report report;
    schema->check(document.root, report);
    if (report.failed() == report.diagnostics().empty()) std::abort();
  }
  return 0;
}
