// Report: gathers the diagnostics of one document while it is checked. Owned by the reading of one descriptor.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "entity/diagnostic.h"

namespace aureacore::definition {

// Diagnostic::rule.
namespace rule {
inline constexpr std::string_view envelope = "envelope";
inline constexpr std::string_view field = "field";
inline constexpr std::string_view location = "location";
inline constexpr std::string_view schema = "schema";
}  // namespace rule

class Report {
 public:
  // Of one document may come this many errors: a broken generator should not fill the memory.
  static constexpr std::size_t max_diagnostics = 100;

  void error(std::string_view rule, entity::Mark mark, std::string message) {
    failed_ = true;
    add(entity::Severity::error, rule, mark, std::move(message));
  }
  void warn(std::string_view rule, entity::Mark mark, std::string message) {
    add(entity::Severity::warning, rule, mark, std::move(message));
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::vector<entity::Diagnostic>& diagnostics() { return diagnostics_; }
  [[nodiscard]] const std::vector<entity::Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  void add(entity::Severity severity, std::string_view rule, entity::Mark mark, std::string message) {
    if (diagnostics_.size() == max_diagnostics) return;
    diagnostics_.push_back({.severity = severity,
                            .rule = std::string(rule),
                            .message = std::move(message),
                            .path = {},
                            .mark = mark,
                            .entity = {}});
  }

  bool failed_ = false;
  std::vector<entity::Diagnostic> diagnostics_;
};

}  // namespace aureacore::definition
