// Golden cases: testdata/cases/<name>.yaml is read as a file at the root of a repository that the same folder stands
// for, and what comes out must be what <name>.expected says. With AUREACORE_UPDATE_GOLDEN=1 in the environment the
// expected files are written.
#include "definition/descriptor.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "definition/testing.h"

namespace aureacore::definition {
namespace {

const std::filesystem::path cases = std::filesystem::path(__FILE__).parent_path() / "testdata" / "cases";

std::string_view name(entity::Criticality criticality) {
  constexpr std::string_view names[] = {"low", "normal", "high", "critical"};
  return names[static_cast<std::size_t>(criticality)];
}

std::string print(const Document& document) {
  std::string out = fmt::format("document {} at {}:{} {}\n", document.index, document.mark.line, document.mark.column,
                                document.key.empty() ? "-" : document.key);
  if (document.definition == nullptr) return out + "  rejected\n";
  const entity::Definition& definition = *document.definition;
  out += fmt::format("  {}\n", entity_json(definition));
  for (const auto& relation : definition.relations)
    out += fmt::format("  {} {}\n", entity::name(relation.type), relation.target);
  if (definition.criticality != entity::Criticality::normal)
    out += fmt::format("  criticality {}\n", name(definition.criticality));
  for (const auto& target : document.targets) {
    out += fmt::format("  target {} {}\n", target.pattern, target.required ? "required" : "optional");
  }
  return out;
}

std::string print(const Descriptor& descriptor) {
  std::string out;
  for (const Document& document : descriptor.documents) out += print(document);
  for (const auto& diagnostic : descriptor.diagnostics) {
    out += fmt::format("{} {} {}:{}:{} {}: {}\n", diagnostic.severity == entity::Severity::error ? "error" : "warning",
                       diagnostic.rule, diagnostic.path, diagnostic.mark.line, diagnostic.mark.column,
                       diagnostic.entity.empty() ? "-" : diagnostic.entity, diagnostic.message);
  }
  if (!descriptor.reads.empty()) out += fmt::format("reads {}\n", fmt::join(descriptor.reads, " "));
  if (!descriptor.complete) out += "incomplete\n";
  return out;
}

DeclaredKindsPtr declared_kinds(const std::filesystem::path& schema) {
  if (!std::filesystem::exists(schema)) return nullptr;
  Report report;
  std::vector<KindDeclaration> kinds;
  kinds.push_back({.name = "Database",
                   .api_versions = {"example.com/v1", "example.com/v2"},
                   .schema = Schema::compile(parse_yaml(read_bytes(schema)).documents.at(0).root, report),
                   .schema_digest = {}});
  EXPECT_FALSE(report.failed());
  kinds.push_back({.name = "Topic", .api_versions = {"v1"}, .schema = {}, .schema_digest = {}});
  return std::make_shared<DeclaredKinds>(std::move(kinds));
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    const auto stem = entry.path().stem();
    if (entry.path().extension() == ".yaml" && !stem.has_extension()) names.push_back(stem.string());
  }
  std::ranges::sort(names);
  return names;
}

class GoldenCase : public testing::TestWithParam<std::string> {};

TEST_P(GoldenCase, ComesOutAsExpected) {
  const auto input = cases / (GetParam() + ".yaml");
  const auto expected = cases / (GetParam() + ".expected");
  FolderFiles files(cases);
  const auto declared = declared_kinds(cases / (GetParam() + ".schema.yaml"));
  FileContext context = context_for(GetParam() + ".yaml");
  context.declared = declared.get();
  const std::string actual = print(read_descriptor(context, read_bytes(input), files));
  if (std::getenv("AUREACORE_UPDATE_GOLDEN") != nullptr) std::ofstream(expected, std::ios::binary) << actual;
  EXPECT_EQ(actual, read_bytes(expected));
}

std::string test_name(const testing::TestParamInfo<std::string>& information) {
  std::string name = information.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Descriptor, GoldenCase, testing::ValuesIn(case_names()), test_name);

Descriptor read(std::string_view text, YamlLimits limits = {}) {
  FolderFiles files(cases);
  FileContext context = context_for("a/b/catalog-info.yaml");
  context.origin = "locations.yaml";
  context.limits = limits;
  return read_descriptor(context, text, files);
}

constexpr std::string_view component = R"(apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: a}
spec: {type: service, lifecycle: production, owner: x)";

std::string with(std::string_view more) { return fmt::format("{}, {}}}\n", component, more); }

TEST(Descriptor, NamesTheFileThatLedHere) {
  const Descriptor descriptor = read(with("system: s"));
  ASSERT_EQ(descriptor.documents.size(), 1U);
  ASSERT_NE(descriptor.documents[0].definition, nullptr);
  const std::string& json = descriptor.documents[0].definition->metadata_json;
  EXPECT_NE(
      json.find(
          R"("backstage.io/managed-by-location":"url:https://github.com/acme/catalog/tree/main/a/b/catalog-info.yaml")"),
      std::string::npos);
  EXPECT_NE(
      json.find(
          R"("backstage.io/managed-by-origin-location":"url:https://github.com/acme/catalog/tree/main/locations.yaml")"),
      std::string::npos);
  EXPECT_NE(json.find(R"("backstage.io/source-location":"url:https://github.com/acme/catalog/tree/main/a/b/")"),
            std::string::npos);
}

TEST(Descriptor, CountsWhatIsIncludedAgainstTheLimits) {
  EXPECT_NE(read(with("x: {$text: /included/definition.txt}")).documents.at(0).definition, nullptr);
  const Descriptor descriptor = read(with("x: {$text: /included/definition.txt}"), {.scalar_bytes = 160});
  EXPECT_EQ(descriptor.documents.at(0).definition, nullptr);
  ASSERT_EQ(descriptor.diagnostics.size(), 1U);
  EXPECT_EQ(descriptor.diagnostics[0].rule, "placeholder");
}

TEST(Descriptor, RefusesKindsThatTheSourceMayNotDefine) {
  FolderFiles files(cases);
  FileContext context = context_for("catalog-info.yaml");
  const std::vector<std::string> kinds{"API", "Location"};
  context.kinds = kinds;
  const Descriptor refused = read_descriptor(context, with("system: s"), files);
  EXPECT_EQ(refused.documents.at(0).definition, nullptr);
  ASSERT_EQ(refused.diagnostics.size(), 1U);
  EXPECT_EQ(refused.diagnostics[0].rule, "kind");
  EXPECT_EQ(refused.diagnostics[0].mark, (entity::Mark{2, 7}));
  EXPECT_TRUE(refused.diagnostics[0].message.starts_with("expected one of the kinds API, Location, all that"));
  const std::vector<std::string> more{"Component"};
  context.kinds = more;
  EXPECT_NE(read_descriptor(context, with("system: s"), files).documents.at(0).definition, nullptr);
}

TEST(Descriptor, StopsAskingForFilesAtTheLimit) {
  std::string list;
  for (int i = 0; i < 1'100; ++i) list += fmt::format("{{$text: ./{}}}, ", i);
  const Descriptor descriptor = read(with(fmt::format("x: [{}]", list)));
  EXPECT_EQ(descriptor.reads.size(), 1'000U);
  EXPECT_LE(descriptor.diagnostics.size(), 100U);
}

TEST(Descriptor, ManyErrorsInOneDocumentAreBounded) {
  std::string root;
  for (int i = 0; i < 10'000; ++i) root += fmt::format("x{}: 1\n", i);
  EXPECT_EQ(read(root).diagnostics.size(), 100U);
}

}  // namespace
}  // namespace aureacore::definition
