// The forms in which a report is handed on. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "validation/report.h"

namespace aureacore::validation {

enum class Format : std::uint8_t { text, json, sarif, junit };

std::optional<Format> parse_format(std::string_view name);

// With a line break at the end.
std::string render(const Report& report, Format format);

// One for each; render() chooses.
std::string render_text(const Report& report);
std::string render_json(const Report& report);
std::string render_sarif(const Report& report);  // 2.1.0, as GitHub's code scanning takes it
std::string render_junit(const Report& report);  // as GitLab and Jenkins take it

}  // namespace aureacore::validation
