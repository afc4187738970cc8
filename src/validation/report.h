// Report: what a validation found. A value; the formats render it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "entity/diagnostic.h"

namespace aureacore::validation {

struct Finding {
  entity::Diagnostic diagnostic;  // its path counts from the tree's root
  std::string shown;              // the same place for the person who asked
};

struct CheckedFile {
  std::string path;
  std::string shown;
};

struct Report {
  // More are counted, but not kept. GitHub takes 25,000 results of one run.
  static constexpr std::size_t max_errors = 20'000;
  static constexpr std::size_t max_warnings = 5'000;

  std::vector<CheckedFile> files;  // the descriptors that were asked for, by `shown`
  std::vector<std::string> empty;  // folders that were asked for and have none, as shown; each is a finding, too
  std::vector<Finding> findings;   // by `shown`, mark and message
  std::size_t errors = 0;          // those left out included; so are the warnings
  std::size_t warnings = 0;
  std::size_t entities = 0;  // valid ones in these files
  bool strict = false;       // warnings fail, too
  bool one_tree = true;      // the findings' own paths tell files apart
  std::string release;       // of this program

  [[nodiscard]] bool failed() const { return errors > 0 || (strict && warnings > 0); }
  [[nodiscard]] std::size_t omitted() const { return errors + warnings - findings.size(); }
};

// What to do about the problems of a rule.
struct Rule {
  std::string_view id;
  std::string_view title;
  std::string_view help;
};

// The rule of this id; one that says little where it is unknown.
const Rule& rule(std::string_view id);

}  // namespace aureacore::validation
