// What is wrong in a file, and where: bad input is data, kept beside the entities that could be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aureacore::entity {

// A position in a file, both from 1; 0 means the file as a whole.
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const Mark&, const Mark&) = default;
};

enum class Severity : std::uint8_t { warning, error };

// "warning", "error"
constexpr std::string_view name(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

struct Diagnostic {
  Severity severity = Severity::error;
  // What broke, for grouping: "yaml", "envelope", "field", "kind", "schema", "reference", "placeholder", "location", "file",
  // "conflict", "limit", "history".
  std::string rule;
  // A sentence: what was expected, what was found.
  std::string message;
  std::string path;  // in the repository
  Mark mark;
  std::string entity;  // canonical reference, where it is known
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

}  // namespace aureacore::entity
