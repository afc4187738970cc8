// FileRecord: one file of a source as it was last read. Immutable; shared between the table and the updates that are
// planned.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/entity.h"
#include "definition/descriptor.h"
#include "entity/definition.h"
#include "git/repository.h"

namespace aureacore::sync {

// What a Location document of the file names.
struct Target {
  definition::LocationTarget location;
  std::string key;  // of the Location that says so; empty where it couldn't be told

  friend bool operator==(const Target& a, const Target& b) {
    return a.location.pattern == b.location.pattern && a.location.required == b.location.required &&
           a.location.mark == b.location.mark && a.key == b.key;
  }
};

struct FileRecord {
  git::File file;
  std::string origin;           // see definition::FileContext
  entity::SourceFilePtr place;  // one object for the file, however often it is read again
  bool orphan = false;          // it is kept though nothing leads to it; its Locations lead nowhere
  std::vector<entity::DefinitionPtr> definitions;
  std::vector<entity::Diagnostic> diagnostics;           // of its content
  std::vector<entity::Diagnostic> location_diagnostics;  // of what its Locations lead to
  std::vector<std::string> reads;                        // other files that the content depends on
  std::vector<Target> targets;
  std::map<std::string, catalog::Problem>
      problems;  // by key: the entities whose last good version stands in for a broken one

  // Documents that have no good version here: the keys that could be told, and whether there are others.
  std::vector<std::string> broken;
  bool unknown = false;
};

using FileRecordPtr = std::shared_ptr<const FileRecord>;

// A file that is to be read, and why it is in the catalog.
struct WantedFile {
  git::File file;
  std::string origin;
  entity::SourceFilePtr place{};  // of its record; null: a new one
  bool orphan = false;
};

// The record of a file that was just read, by itself.
FileRecordPtr make_record(const WantedFile& read, definition::Descriptor descriptor);

// Whether an earlier version of the file has something to say.
bool wants_earlier(const FileRecord& record);

// The same with what was good before where a document is broken now: its definition and its Location targets stay, with a
// problem. Documents that can be told to be gone are gone.
FileRecordPtr with_earlier(const FileRecord& record, const FileRecord& earlier);

// The same with those definitions of `before` that are equal to its own in their place, so that a change of one document
// costs the catalog one entity.
FileRecordPtr sharing(const FileRecordPtr& record, const FileRecord& before);

}  // namespace aureacore::sync
