// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "definition/url.h"
#include "validation/format.h"

namespace aureacore::validation {
namespace {

constexpr std::string_view schema = "https://json.schemastore.org/sarif-2.1.0.json";

using Rules = std::vector<std::string_view>;

void write_text(std::string_view key, std::string_view text, base::JsonWriter& json) {
  json.key(key);
  json.begin_object();
  json.member("text", text);
  json.end_object();
}

Rules rules_of(const Report& report) {
  Rules rules;
  for (const Finding& finding : report.findings) rules.push_back(finding.diagnostic.rule);
  std::ranges::sort(rules);
  const auto repeated = std::ranges::unique(rules);
  rules.erase(repeated.begin(), repeated.end());
  return rules;
}

void write_tool(const Report& report, const Rules& rules, base::JsonWriter& json) {
  json.key("tool");
  json.begin_object();
  json.key("driver");
  json.begin_object();
  json.member("name", "AureaCore");
  json.member("version", report.release);
  json.key("rules");
  json.begin_array();
  for (const std::string_view id : rules) {
    json.begin_object();
    json.member("id", id);
    write_text("shortDescription", rule(id).title, json);
    write_text("fullDescription", rule(id).title, json);
    write_text("help", rule(id).help, json);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_object();
}

// Where the paths of several trees would be mistaken for each other, the shown ones stand.
void write_location(const Finding& finding, bool one_tree, base::JsonWriter& json) {
  const std::string& path = one_tree ? finding.diagnostic.path : finding.shown;
  const bool absolute = path.starts_with('/');
  json.begin_object();
  json.key("physicalLocation");
  json.begin_object();
  json.key("artifactLocation");
  json.begin_object();
  json.member("uri", (absolute ? "file://" : "") + definition::encode_path(path));
  if (!absolute) json.member("uriBaseId", "%SRCROOT%");
  json.end_object();
  json.key("region");
  json.begin_object();
  json.member("startLine", static_cast<std::int64_t>(std::max(finding.diagnostic.mark.line, 1U)));
  json.member("startColumn", static_cast<std::int64_t>(std::max(finding.diagnostic.mark.column, 1U)));
  json.end_object();
  json.end_object();
  json.end_object();
}

void write_result(const Finding& finding, const Rules& rules, bool one_tree, base::JsonWriter& json) {
  const entity::Diagnostic& diagnostic = finding.diagnostic;
  const auto index = std::ranges::lower_bound(rules, std::string_view(diagnostic.rule)) - rules.begin();
  json.begin_object();
  json.member("ruleId", diagnostic.rule);
  json.member("ruleIndex", static_cast<std::int64_t>(index));
  json.member("level", name(diagnostic.severity));
  write_text("message", diagnostic.message, json);
  json.key("locations");
  json.begin_array();
  write_location(finding, one_tree, json);
  json.end_array();
  json.end_object();
}

}  // namespace

std::string render_sarif(const Report& report) {
  const Rules rules = rules_of(report);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("$schema", schema);
  json.member("version", "2.1.0");
  json.key("runs");
  json.begin_array();
  json.begin_object();
  write_tool(report, rules, json);
  json.member("columnKind", "unicodeCodePoints");
  json.key("results");
  json.begin_array();
  for (const Finding& finding : report.findings) write_result(finding, rules, report.one_tree, json);
  json.end_array();
  json.end_object();
  json.end_array();
  json.end_object();
  return out + "\n";
}

}  // namespace aureacore::validation
