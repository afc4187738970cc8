// One catalog-info.yaml → definitions and diagnostics: the rules of the descriptor format, whole.
//
// Pure: what other files it needs (placeholders) it asks of Files, which reads in the same commit. Any thread; nothing
// is kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "definition/kinds.h"
#include "definition/links.h"
#include "definition/yaml.h"
#include "entity/definition.h"
#include "entity/diagnostic.h"

namespace aureacore::definition {

// The files of the same commit.
class Files {
 public:
  virtual ~Files() = default;
  // Path in the repository, normalised. Errors: not_found, too_large, denied (not a regular file).
  virtual base::Result<std::string> read(std::string_view path) = 0;
};

struct FileContext {
  entity::SourceFilePtr file;  // which source, which path
  std::string origin;   // path of the file that the source's globs found and whose Locations lead here; mostly its own
  bool orphan = false;  // nothing leads here any more: its entities say so
  Links links;
  YamlLimits limits;
  // False: placeholders stay unread, and no rule applies to what they stand for.
  bool other_files = true;
  std::span<const std::string> kinds{};     // the only ones that may be defined; empty: any
  const DeclaredKinds* declared = nullptr;  // kinds beside the table's; null: none
  // Whether Document::references is wanted.
  bool keep_references = false;
};

// A file, or files by a glob, that a Location names: relative to its own file, resolved to the repository's root.
struct LocationTarget {
  std::string pattern;
  bool required = true;  // presence
  entity::Mark mark;
};

// Where a document refers to another entity.
struct ReferenceAt {
  std::string target;      // canonical
  std::string_view field;  // of spec
  entity::Mark mark;
};

struct Document {
  std::uint32_t index = 0;  // in the file, empty documents counted
  entity::Mark mark;
  std::string key;  // canonical reference, also of an invalid entity if its kind and name could be told; else empty
  entity::DefinitionPtr definition;     // null where the document has errors
  std::vector<LocationTarget> targets;  // of a Location
  std::vector<ReferenceAt> references;  // in the order written, where the context asks for them
};

struct Descriptor {
  std::vector<Document> documents;  // without the empty ones
  std::vector<entity::Diagnostic> diagnostics;
  // Paths of the other files that this result depends on, found or not: when one changes, read this file again.
  std::vector<std::string> reads;
  bool complete = true;  // false: documents behind a syntax error are unknown
};

Descriptor read_descriptor(const FileContext& context, std::string_view bytes, Files& files);

// One entity as JSON, by the same rules. Diagnostics have no marks. Error: invalid (no JSON), too_large.
base::Result<Descriptor> read_json_entity(const FileContext& context, std::string_view json, Files& files);

}  // namespace aureacore::definition
