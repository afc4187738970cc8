// Golden cases: testdata/schema_cases/<name>.schema.yaml is compiled, each document of <name>.yaml (where there is one) is
// held against it, and what comes out must be what <name>.expected says (AUREACORE_UPDATE_GOLDEN=1 writes it). And the
// JSON Schema project's own test suite for draft 7.
#include "definition/schema.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "definition/json_reader.h"
#include "definition/testing.h"
#include "definition/yaml.h"

namespace aureacore::definition {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path schema_cases = fs::path(__FILE__).parent_path() / "testdata" / "schema_cases";

std::string print(Report& report) {
  std::string out;
  std::ranges::sort(report.diagnostics(), {}, [](const auto& found) { return std::pair(found.mark, found.message); });
  for (const auto& found : report.diagnostics()) {
    out += fmt::format("  {} {}:{} {}\n", found.rule, found.mark.line, found.mark.column, found.message);
  }
  return out;
}

std::string check_documents(const Schema& schema, const fs::path& file) {
  std::string out;
  if (!fs::exists(file)) return out;
  for (const auto& document : parse_yaml(read_bytes(file)).documents) {
    Report report;
    schema.check(document.root, report);
    out += fmt::format("document at {}: {}\n", document.root.mark.line, report.failed() ? "differs" : "fits");
    out += print(report);
  }
  return out;
}

class SchemaCase : public testing::TestWithParam<std::string> {};

TEST_P(SchemaCase, ComesOutAsExpected) {
  const auto yaml = parse_yaml(read_bytes(schema_cases / (GetParam() + ".schema.yaml")));
  ASSERT_TRUE(yaml.complete);
  Report report;
  const auto schema = Schema::compile(yaml.documents.at(0).root, report);
  ASSERT_EQ(schema.has_value(), !report.failed());
  std::string actual = schema ? "schema is right\n" : "schema is wrong\n";
  actual += print(report);
  if (schema) actual += check_documents(*schema, schema_cases / (GetParam() + ".yaml"));
  const auto expected = schema_cases / (GetParam() + ".expected");
  if (std::getenv("AUREACORE_UPDATE_GOLDEN") != nullptr) std::ofstream(expected, std::ios::binary) << actual;
  EXPECT_EQ(actual, read_bytes(expected));
}

INSTANTIATE_TEST_SUITE_P(All, SchemaCase, testing::Values("database", "wrong", "loop"));

Node json(std::string_view text) { return parse_json(text, {}, {}).value().root; }

std::optional<Schema> compile(std::string_view text) {
  Report report;
  return Schema::compile(json(text), report);
}

// The sentence about a document; empty where it fits.
std::string finding(const Schema& schema, const Node& document) {
  Report report;
  schema.check(document, report);
  return report.diagnostics().empty() ? "" : report.diagnostics().front().message;
}

TEST(Schema, TakesLinearTimeForPatternsThatOthersTakeForEverFor) {
  const auto schema = compile(R"({"type":"array","items":{"pattern":"^(a+)+$"}})");
  ASSERT_TRUE(schema);
  const std::string text(200'000, 'a');
  EXPECT_EQ(finding(*schema, json(fmt::format("[\"{}\"]", text))), "");
  EXPECT_THAT(finding(*schema, json(fmt::format("[\"{}!\"]", text))), HasSubstr("that matches ^(a+)+$"));
}

TEST(Schema, GivesUpWhereTheStepsDoNotSuffice) {
  std::string doubling = R"("d0":{"type":"integer"})";
  for (int i = 1; i <= 20; ++i) {
    doubling += fmt::format(R"(,"d{0}":{{"allOf":[{{"$ref":"#/definitions/d{1}"}},{{"$ref":"#/definitions/d{1}"}}]}})",
                            i, i - 1);
  }
  EXPECT_FALSE(compile(fmt::format(R"({{"items":{{"$ref":"#/definitions/d20"}},"definitions":{{{}}}}})", doubling)))
      << "too long a chain";
  const auto wide =
      compile(fmt::format(R"({{"items":{{"$ref":"#/definitions/d14"}},"definitions":{{{}}}}})", doubling));
  ASSERT_TRUE(wide);
  std::string list = "[1";
  for (int i = 0; i < 200; ++i) list += ",1";
  EXPECT_EQ(finding(*wide, json("[1,2]")), "");
  EXPECT_THAT(finding(*wide, json(list + "]")), HasSubstr("takes more"));
}

TEST(Schema, SaysNoMoreOfAHostileDocumentThanIsKept) {
  const auto schema = compile(R"({"properties":{"a":{}},"additionalProperties":false})");
  ASSERT_TRUE(schema);
  std::string members = "\"a\":1";
  for (int i = 0; i < 50'000; ++i) members += fmt::format(",\"b{}\":1", i);
  Report report;
  schema->check(json("{" + members + "}"), report);
  EXPECT_EQ(report.diagnostics().size(), Report::max_diagnostics);
}

TEST(Schema, FollowsARecursiveSchemaAsDeepAsADocumentGoes) {
  const auto schema = compile(R"({"type":["object","boolean"],"additionalProperties":{"$ref":"#"}})");
  ASSERT_TRUE(schema);
  std::string text = "true";
  for (int i = 0; i < 60; ++i) text = fmt::format("{{\"a\":{}}}", text);
  EXPECT_EQ(finding(*schema, json(text)), "");
  EXPECT_THAT(finding(*schema, json("{\"a\":{\"b\":[]}}")),
              HasSubstr("expected a boolean or a mapping for a.b, found a list"));
}

TEST(Schema, HasALimitOnItsParts) {
  std::string properties = "\"p\":{}";
  for (std::size_t i = 0; i < Schema::max_subschemas; ++i) properties += fmt::format(",\"p{}\":{{}}", i);
  Report report;
  EXPECT_FALSE(Schema::compile(json(fmt::format(R"({{"properties":{{{}}}}})", properties)), report));
  EXPECT_THAT(report.diagnostics().at(0).message, HasSubstr("at most 5000 subschemas"));
}

TEST(Schema, PassesOverWhatCouldNotBeRead) {
  const auto schema = compile(
      R"({"properties":{"a":{"type":"integer"}},"not":{"properties":{"a":{"const":1}},"required":["a"]},
          "oneOf":[{"properties":{"a":{"const":1}}},{"properties":{"a":{"const":2}}}]})");
  ASSERT_TRUE(schema);
  Node document = json(R"({"a":1})");
  EXPECT_NE(finding(*schema, document), "");
  document.find("a")->unknown = true;
  EXPECT_EQ(finding(*schema, document), "");
}

TEST(Schema, UnderstandsJavaScriptsEscapes) {
  const auto schema = compile(R"({"pattern":"^\\u00e9\\d\\/\\\\u00e9$"})");
  ASSERT_TRUE(schema);
  EXPECT_EQ(finding(*schema, json(R"("é1/\\u00e9")")), "");
  EXPECT_NE(finding(*schema, json(R"("é1/é")")), "");
}

// What we refuse by design: schemas elsewhere, $id in the middle of one, and keywords that nobody knows.
const std::set<std::string> refused{"valid definition",
                                    "invalid definition",
                                    "escaped pointer ref",
                                    "remote ref, containing refs itself",
                                    "Recursive references between schemas",
                                    "Location-independent identifier",
                                    "Location-independent identifier with absolute URI",
                                    "Location-independent identifier with base URI change in subschema",
                                    "refs with quote"};

// As in Ajv, what stands beside a $ref counts.
const std::string counted_siblings = "ref valid, maxItems ignored";

class SuiteFile {
 public:
  explicit SuiteFile(const fs::path& file) : name_(file.stem()), root_(json(read_bytes(file))) {}

  void run() {
    for (const Node& group : root_.items) run(group);
  }
  [[nodiscard]] int tests() const { return tests_; }

 private:
  void run(const Node& group) {
    const std::string where = name_ + ": " + group.find("description")->text;
    Report report;
    const auto schema = Schema::compile(*group.find("schema"), report);
    if (!schema) unsupported_.push_back(where + ": " + report.diagnostics().front().message);
    EXPECT_TRUE(schema || refused.contains(group.find("description")->text)) << unsupported_.back();
    if (!schema) return;
    for (const Node& test : group.find("tests")->items) {
      if (test.find("description")->text == counted_siblings) continue;
      ++tests_;
      const std::string found = finding(*schema, *test.find("data"));
      EXPECT_EQ(found.empty(), test.find("valid")->boolean)
          << where << ": " << test.find("description")->text << ": " << found;
    }
  }

  std::string name_;
  Node root_;
  std::vector<std::string> unsupported_;
  int tests_ = 0;
};

TEST(Schema, AgreesWithTheTestSuiteOfJsonSchema) {
  const fs::path folder = "/usr/share/json-schema-test-suite/tests/draft7";
  if (!fs::exists(folder)) GTEST_SKIP() << "no JSON Schema test suite here (Debian: json-schema-test-suite)";
  int tests = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().stem() == "refRemote") continue;
    SuiteFile file(entry.path());
    file.run();
    tests += file.tests();
  }
  EXPECT_GT(tests, 380);
}

}  // namespace
}  // namespace aureacore::definition
