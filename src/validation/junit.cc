// JUnit's XML: one test case for each file, failed where the file is. Jenkins and GitLab read this much of it.
#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "validation/format.h"

namespace aureacore::validation {
namespace {

using Findings = std::vector<const Finding*>;

// What XML 1.0 can't hold becomes U+FFFD.
void append_character(char c, std::string& out) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\t':
    case '\n':
    case '\r':
      out += fmt::format("&#{};", static_cast<int>(c));
      return;
    default:
      if (static_cast<unsigned char>(c) < 0x20) {
        out += "\xEF\xBF\xBD";
      } else {
        out += c;
      }
  }
}

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
      out += "\xEF\xBF\xBD";
      i += 2;
    } else {
      append_character(text[i], out);
    }
  }
  return out;
}

bool fails(const Finding& finding, const Report& report) {
  return report.strict || finding.diagnostic.severity == entity::Severity::error;
}

std::string line(const Finding& finding) {
  const entity::Diagnostic& diagnostic = finding.diagnostic;
  return escape(fmt::format("{}:{}:{}: {}: {}", finding.shown, diagnostic.mark.line, diagnostic.mark.column,
                            name(diagnostic.severity), diagnostic.message)) +
         "\n";
}

std::string render_failure(const Findings& failures) {
  const Finding& first = *failures.front();
  const std::string more = failures.size() > 1 ? fmt::format(" (and {} more)", failures.size() - 1) : "";
  std::string out = fmt::format("      <failure type=\"{}\" message=\"{}{}\">", escape(first.diagnostic.rule),
                                escape(first.diagnostic.message), more);
  for (const Finding* finding : failures) out += line(*finding);
  return out + "</failure>\n";
}

std::string render_case(const std::string& file, const Findings& findings, const Report& report, std::size_t& failed) {
  Findings failures;
  std::string rest;
  for (const Finding* finding : findings) {
    if (fails(*finding, report)) {
      failures.push_back(finding);
    } else {
      rest += line(*finding);
    }
  }
  failed += failures.empty() ? 0 : 1;
  const std::string name = escape(file);
  const std::string head =
      fmt::format("    <testcase classname=\"catalog\" name=\"{}\" file=\"{}\" time=\"0\"", name, name);
  if (findings.empty()) return head + "/>\n";
  std::string out = head + ">\n";
  if (!failures.empty()) out += render_failure(failures);
  if (!rest.empty()) out += fmt::format("      <system-out>{}</system-out>\n", rest);
  return out + "    </testcase>\n";
}

}  // namespace

std::string render_junit(const Report& report) {
  std::map<std::string, Findings> cases;
  for (const CheckedFile& file : report.files) cases[file.shown];
  for (const Finding& finding : report.findings) cases[finding.shown].push_back(&finding);
  std::string body;
  std::size_t failed = 0;
  for (const auto& [file, findings] : cases) body += render_case(file, findings, report, failed);
  const std::string counts = fmt::format(
      "name=\"aureacore validate\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"0\"", cases.size(), failed);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite {0}>\n{1}  "
      "</testsuite>\n</testsuites>\n",
      counts, body);
}

}  // namespace aureacore::validation
