// The descriptor reader, with files to include that are the input itself: whatever the bytes, a definition is JSON, a
// document without one has an error, and nothing outside the repository is asked for.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "definition/descriptor.h"

using namespace aureacore;

namespace {

class Echo : public definition::Files {
 public:
  explicit Echo(std::string_view text) : text_(text) {}
  base::Result<std::string> read(std::string_view path) override {
    if (path.empty() || path.starts_with('/') || path.starts_with("../") || path.find("/../") != std::string_view::npos)
      std::abort();
    return std::string(text_);
  }

 private:
  std::string_view text_;
};

void check(const definition::Document& document, const definition::Descriptor& descriptor) {
  if (document.definition == nullptr) {
    if (descriptor.diagnostics.empty()) std::abort();
    return;
  }
  const std::string json = document.definition->metadata_json + "}" + document.definition->spec_json + "}";
  simdjson::dom::parser parser;
  if (parser.parse(json).error() != simdjson::SUCCESS) std::abort();
  if (document.definition->key != document.key || document.key.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Echo files(text);
  const definition::FileContext context{
      .file = entity::SourceFilePtr(new entity::SourceFile("platform", "a/catalog-info.yaml")),
      .origin = "a/catalog-info.yaml",
      .links = definition::make_links("https://github.com/acme/catalog.git", "main"),
      .limits = {.nodes = 10'000, .scalar_bytes = 1 << 20},
  };
  const auto descriptor = definition::read_descriptor(context, text, files);
  for (const auto& document : descriptor.documents) check(document, descriptor);
  if (const auto entity = definition::read_json_entity(context, text, files)) {
    for (const auto& document : entity->documents) check(document, *entity);
  }
  return 0;
}
