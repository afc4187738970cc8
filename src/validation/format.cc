#include "validation/format.h"

#include <fmt/core.h>

#include <set>

#include "base/json.h"

namespace aureacore::validation {
namespace {

using entity::Severity;

std::string count(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string summary(const Report& report) {
  const std::string checked =
      fmt::format("{}, {}", count(report.files.size(), "file", "files"), count(report.entities, "entity", "entities"));
  if (report.errors + report.warnings == 0) return fmt::format("{}: all valid\n", checked);
  return fmt::format("{}: {}, {}\n", checked, count(report.errors, "error", "errors"),
                     count(report.warnings, "warning", "warnings"));
}

std::string advice(const std::set<std::string_view>& ids) {
  std::string out = "\nHow to mend it:\n";
  for (const std::string_view id : ids) out += fmt::format("  [{}] {}\n", id, rule(id).help);
  return out;
}

void write(const Finding& finding, base::JsonWriter& json) {
  const entity::Diagnostic& diagnostic = finding.diagnostic;
  json.begin_object();
  json.member("path", finding.shown);
  json.member("line", static_cast<std::int64_t>(diagnostic.mark.line));
  json.member("column", static_cast<std::int64_t>(diagnostic.mark.column));
  json.member("severity", name(diagnostic.severity));
  json.member("rule", diagnostic.rule);
  json.member("message", diagnostic.message);
  json.member("help", rule(diagnostic.rule).help);
  if (!diagnostic.entity.empty()) json.member("entity", diagnostic.entity);
  json.end_object();
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  if (name == "sarif") return Format::sarif;
  if (name == "junit") return Format::junit;
  return std::nullopt;
}

std::string render(const Report& report, Format format) {
  switch (format) {
    case Format::json:
      return render_json(report);
    case Format::sarif:
      return render_sarif(report);
    case Format::junit:
      return render_junit(report);
    default:
      return render_text(report);
  }
}

std::string render_text(const Report& report) {
  std::string out;
  std::set<std::string_view> rules;
  for (const Finding& finding : report.findings) {
    const entity::Diagnostic& diagnostic = finding.diagnostic;
    out += fmt::format("{}:{}:{}: {}: {} [{}]\n", finding.shown, diagnostic.mark.line, diagnostic.mark.column,
                       name(diagnostic.severity), diagnostic.message, diagnostic.rule);
    rules.insert(diagnostic.rule);
  }
  if (report.omitted() > 0) out += fmt::format("({} more are left out)\n", report.omitted());
  if (!rules.empty()) out += advice(rules) + "\n";
  return out + summary(report);
}

std::string render_json(const Report& report) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("valid", !report.failed());
  json.member("errors", static_cast<std::int64_t>(report.errors));
  json.member("warnings", static_cast<std::int64_t>(report.warnings));
  json.member("files", static_cast<std::int64_t>(report.files.size()));
  json.member("entities", static_cast<std::int64_t>(report.entities));
  if (report.omitted() > 0) json.member("omitted", static_cast<std::int64_t>(report.omitted()));
  json.key("findings");
  json.begin_array();
  for (const Finding& finding : report.findings) write(finding, json);
  json.end_array();
  json.end_object();
  return out + "\n";
}

}  // namespace aureacore::validation
