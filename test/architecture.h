// The rule of the modules, read from ARCHITECTURE.md, and the includes that break it.
//
// Pure but for read_sources: a table and texts in, sentences out. A test's helper; one thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::architecture {

// A row of the module table.
struct Module {
  std::string name;
  std::vector<std::string> may_include;
};

// A file below src/, by its path from there: "git/remote.h".
struct Source {
  std::string path;
  std::string text;
};

// The rows of the table under "## Modules", in their order; empty where there is no such table.
std::vector<Module> parse_table(std::string_view markdown);

// Every .h and .cc file below the folder, sorted by path. Tests, fuzzers and benchmarks are held to the same arrows as
// the rest.
std::vector<Source> read_sources(const std::filesystem::path& folder);

// One sentence for each thing that breaks the rule: an arrow that points up or that the table doesn't list, a folder
// without a row, a row without a folder, an include without its module.
std::vector<std::string> violations(const std::vector<Module>& table, const std::vector<Source>& sources);

}  // namespace aureacore::architecture
