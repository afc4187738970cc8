// YAML text → nodes, over libyaml's events. No I/O; any thread.
//
// YAML 1.2 core schema: yes/no/on/off are strings, 017 is 17, 0o17 is 15, dates stay strings, `<<` is an ordinary key.
// Hostile input costs bounded time and memory: see Limits. Duplicate keys are errors.
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
};

struct YamlFile {
  // The documents before the first syntax error, or all. Empty (null) documents are left in: their index counts.
  std::vector<YamlDocument> documents;
  // Empty `path` and `entity`: the caller knows them. An error of rule "yaml" or "limit" says that the file ends there;
  // a document with duplicate keys is dropped alone, with its error.
  std::vector<entity::Diagnostic> diagnostics;
  // Whether the whole text was read (otherwise whatever stood behind the error is unknown).
  bool complete = true;
};

YamlFile parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace aureacore::definition
