#include "server/document.h"

#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "base/text.h"

namespace aureacore::server {

std::optional<definition::YamlDocument> read_document(const std::filesystem::path& file, Errors& errors,
                                                      std::string* digest) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  if (!in || !std::filesystem::is_regular_file(file, error)) {
    errors.add(fmt::format("{}: expected a file that can be read, found none", base::printable(errors.file())));
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (digest != nullptr) {
    const auto hex = base::hash128(text).hex();
    digest->assign(hex.begin(), hex.end());
  }
  auto yaml = definition::parse_yaml(text, {.bytes = max_document_bytes});
  for (const auto& diagnostic : yaml.diagnostics) errors.add(diagnostic.mark, diagnostic.message);
  if (!yaml.diagnostics.empty()) return std::nullopt;
  std::optional<definition::YamlDocument> found;
  for (auto& document : yaml.documents) {
    if (document.root.is(definition::Node::Type::null)) continue;
    if (found) {
      errors.add(document.mark, "expected one document in the file, found another");
      return std::nullopt;
    }
    found = std::move(document);
  }
  return found;
}

}  // namespace aureacore::server
