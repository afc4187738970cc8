#include "server/kinds_config.h"

#include <algorithm>

#include "base/text.h"
#include "entity/reference.h"
#include "server/document.h"

namespace aureacore::server {
namespace {

using definition::KindDeclaration;
using definition::Node;

constexpr std::size_t max_api_version = 317;  // a domain name of 253, a slash and a version of 63

class KindReader {
 public:
  KindReader(const Node& node, const std::filesystem::path& directory, Errors& errors)
      : section_(node, errors, "a kind"), directory_(directory), errors_(errors) {}

  void run(std::vector<KindDeclaration>& declared) {
    KindDeclaration declaration;
    read_name(declaration.name, declared);
    read_api_versions(declaration.api_versions);
    read_schema(declaration);
    section_.finish();
    declared.push_back(std::move(declaration));
  }

 private:
  void wrong(std::string_view key, std::string_view message) {
    errors_.add(section_.mark(key), fmt::format("{}: {}", key, message));
  }

  void read_name(std::string& name, const std::vector<KindDeclaration>& declared) {
    section_.text("kind", name);
    if (name.empty()) {
      if (!section_.has("kind")) wrong("kind", "expected the name of a kind, found none");
      return;
    }
    const auto same = [&](std::string_view other) { return base::equal_ignoring_case(other, name); };
    if (!entity::is_kind(name)) {
      wrong("kind", fmt::format("expected 1 to 63 letters and digits, beginning with a letter, found \"{}\"",
                                base::printable(name)));
    } else if (std::ranges::any_of(definition::known_kinds(), same, &definition::Kind::name)) {
      wrong("kind", fmt::format("expected a kind of your own, found {}, which needs no declaration", name));
    } else if (std::ranges::any_of(declared, same, &KindDeclaration::name)) {
      wrong("kind", fmt::format("expected each kind to be declared once (upper and lower case are the same), found {} "
                                "again",
                                name));
    }
  }

  void read_api_versions(std::vector<std::string>& versions) {
    const auto errors_before = errors_.list().size();
    section_.texts("api_versions", versions);
    if (errors_.list().size() > errors_before) return;
    if (versions.empty()) {
      return wrong("api_versions", "expected a list of at least one apiVersion, as in [example.com/v1], found none");
    }
    for (const std::string& version : versions) {
      if (is_api_version(version)) continue;
      wrong("api_versions",
            fmt::format("expected an apiVersion such as example.com/v1, found \"{}\"", base::printable(version)));
    }
  }

  static bool is_api_version(std::string_view text) {
    const auto allowed = [](char c) {
      const char low = base::lower(c);
      return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
    };
    return text.size() <= max_api_version && std::ranges::all_of(text, allowed) && std::ranges::count(text, '/') <= 1 &&
           !text.starts_with('/') && !text.ends_with('/');
  }

  void read_schema(KindDeclaration& declaration) {
    std::string file;
    section_.text("schema", file);
    if (file.empty()) return;
    Errors inner(file);
    const auto document = read_document(directory_ / file, inner, &declaration.schema_digest);
    definition::Report report;
    if (!document && inner.list().empty()) inner.add(file + ": expected a schema, found an empty file");
    if (document) declaration.schema = definition::Schema::compile(document->root, report);
    for (const auto& diagnostic : report.diagnostics()) inner.add(diagnostic.mark, diagnostic.message);
    for (const auto& error : inner.list()) wrong("schema", error);
  }

  Section section_;
  const std::filesystem::path& directory_;
  Errors& errors_;
};

}  // namespace

definition::DeclaredKindsPtr read_declared_kinds(Section& section, const std::filesystem::path& directory) {
  std::vector<KindDeclaration> declared;
  section.each("kinds", [&](const Node& node) {
    if (node.is(Node::Type::mapping)) return KindReader(node, directory, section.errors()).run(declared);
    section.errors().add(node.mark, fmt::format("kinds: expected a mapping with kind and api_versions, found {}",
                                                definition::describe(node.type)));
  });
  if (declared.empty()) return nullptr;
  return std::make_shared<const definition::DeclaredKinds>(std::move(declared));
}

}  // namespace aureacore::server
