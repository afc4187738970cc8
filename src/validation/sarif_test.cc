// What the SARIF 2.1.0 schema, and GitHub beyond it, require of a log; and that nothing in a tree breaks a format.
#include <gmock/gmock.h>
#include <simdjson.h>

#include "validation/format.h"

namespace aureacore::validation {
namespace {

namespace dom = simdjson::dom;

Finding finding(const std::string& rule, const std::string& path, std::uint32_t line) {
  return {.diagnostic = {.rule = rule,
                         .message = "expected <a> & \"b\"\x01\xEF\xBF\xBF",
                         .path = path,
                         .mark = {line, line},
                         .entity = {}},
          .shown = "sub/" + path};
}

Report report() {
  Report report;
  report.release = "1.0";
  report.findings = {finding("yaml", "a b#c.yaml", 0), finding("field", "x.yaml", 7), finding("yaml", "é.yaml", 2)};
  report.errors = 3;
  return report;
}

class SarifTest : public ::testing::Test {
 protected:
  dom::element parse(const Report& report) {
    text_ = render_sarif(report);
    return parser_.parse(text_).value();
  }

 private:
  dom::parser parser_;
  std::string text_;
};

std::string_view text(dom::element element, std::string_view pointer) {
  return std::string_view(element.at_pointer(pointer).value());
}

TEST_F(SarifTest, HasWhatTheSchemaRequires) {
  const dom::element log = parse(report());
  EXPECT_EQ(text(log, "/version"), "2.1.0");
  EXPECT_EQ(text(log, "/runs/0/tool/driver/name"), "AureaCore");
  const dom::array rules = log.at_pointer("/runs/0/tool/driver/rules").value();
  for (const dom::element rule : rules) {
    EXPECT_NE(text(rule, "/id"), "");
    for (const auto* pointer : {"/shortDescription/text", "/fullDescription/text", "/help/text"}) {
      EXPECT_NE(text(rule, pointer), "") << pointer;
    }
  }
  const dom::array results = log.at_pointer("/runs/0/results").value();
  EXPECT_EQ(results.size(), 3);
  for (const dom::element result : results) {
    EXPECT_EQ(text(rules.at(std::size_t(result["ruleIndex"])).value(), "/id"), text(result, "/ruleId"));
    EXPECT_EQ(text(result, "/level"), "error");
    EXPECT_NE(text(result, "/message/text"), "");
    const auto region = result.at_pointer("/locations/0/physicalLocation/region");
    EXPECT_GE(std::int64_t(region["startLine"]), 1);
    EXPECT_GE(std::int64_t(region["startColumn"]), 1);
  }
}

TEST_F(SarifTest, PathsAreUris) {
  const dom::element log = parse(report());
  EXPECT_EQ(text(log, "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"), "a%20b%23c.yaml");
  EXPECT_EQ(text(log, "/runs/0/results/2/locations/0/physicalLocation/artifactLocation/uri"), "%C3%A9.yaml");
  Report several = report();
  several.one_tree = false;
  EXPECT_EQ(text(parse(several), "/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri"), "sub/x.yaml");
  several.findings[1].shown = "/elsewhere/x.yaml";
  EXPECT_EQ(text(parse(several), "/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri"),
            "file:///elsewhere/x.yaml");
}

TEST_F(SarifTest, EveryRuleIsExplained) {
  for (const auto* id : {"conflict", "dangling", "envelope", "field", "file", "kind", "limit", "location",
                         "placeholder", "reference", "selection", "yaml"}) {
    EXPECT_EQ(rule(id).id, id);
    EXPECT_NE(rule(id).help, "");
  }
  EXPECT_EQ(rule("?").id, "other");
}

TEST(Junit, HoldsNothingThatXmlCannot) {
  const std::string xml = render_junit(report());
  EXPECT_THAT(xml, ::testing::HasSubstr("expected &lt;a&gt; &amp; &quot;b&quot;\xEF\xBF\xBD\xEF\xBF\xBD"));
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_EQ(xml.find("\xEF\xBF\xBF"), std::string::npos);
}

TEST(Json, IsJsonWhateverTheMessages) {
  dom::parser parser;
  const std::string json = render_json(report());
  EXPECT_EQ(parser.parse(json).error(), simdjson::SUCCESS);
}

}  // namespace
}  // namespace aureacore::validation
