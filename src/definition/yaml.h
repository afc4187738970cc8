// YAML text → nodes, over libyaml's events. No I/O; any thread.
//
// YAML 1.2 core schema: yes/no/on/off are strings, 017 is 17, 0o17 is 15, dates stay strings, `<<` is an ordinary key;
// keys that are not strings become their JavaScript text. Bytes that are not UTF-8 become U+FFFD, with a warning.
// Hostile input costs bounded time and memory: see YamlLimits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "definition/node.h"
#include "entity/diagnostic.h"

namespace aureacore::definition {

struct YamlLimits {
  std::size_t bytes = 1 << 20;         // of the file
  std::size_t documents = 5'000;       // in a file
  std::size_t depth = 64;              // of nesting
  std::size_t nodes = 500'000;         // in a file, aliases expanded
  std::size_t scalar_bytes = 8 << 20;  // of all scalars in a file, aliases expanded
};

struct YamlDocument {
  Node root;
  entity::Mark mark;  // where it begins
  // False: this document has an error of its own (a key given twice, an unknown alias), which stands in the file's
  // diagnostics.
  bool valid = true;
};

struct YamlFile {
  // The documents before the first syntax error, or all. Empty (null) documents are left in: their index counts.
  std::vector<YamlDocument> documents;
  // In the order of their places; empty `path` and `entity`: the caller knows them.
  std::vector<entity::Diagnostic> diagnostics;
  // Whether the whole text was read (otherwise the last error says why, and whatever stood behind it is unknown).
  bool complete = true;
  std::size_t nodes = 0;         // used of the limits, for a caller that reads on into other files
  std::size_t scalar_bytes = 0;  // likewise
};

YamlFile parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace aureacore::definition
