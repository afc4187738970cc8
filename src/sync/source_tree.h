// SourceTree: which files of one source are in the catalog, how each got in, and what it defined when it was last read.
//
// A file gets in because the source's globs match it, or because a Location leads to it. plan() works out what a commit
// changes and reads only that; the table stays as it was until commit(update), so an update that fails or is held
// leaves no trace. The work follows the size of the change: maps from a path to the files that depend on it are kept,
// and the globs of Locations are tried on added and removed paths alone.
//
// plan() and contents() may run on any thread, commit() and share() on the owner's; never both at once (one job per source
// sees to that).
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "catalog/editor.h"
#include "sync/file_reader.h"
#include "sync/file_record.h"

namespace aureacore::sync {

template <class Value>
using ByPath = std::map<std::string, Value, std::less<>>;
using PathSet = std::set<std::string, std::less<>>;

// A Location's glob and what it matches in the commit.
struct GlobMatches {
  std::shared_ptr<const base::Glob> glob;
  std::shared_ptr<const PathSet> paths;
};

// What a commit changes in the catalog.
struct Update {
  std::string commit;
  std::vector<entity::DefinitionPtr> put;
  std::vector<entity::DefinitionPtr> dropped;
  ByPath<std::vector<entity::Diagnostic>> diagnostics;            // by path; those that changed
  std::map<std::string, std::vector<catalog::Problem>> problems;  // by key; those that changed
  std::size_t files_read = 0;
  std::size_t definitions_before = 0;
  std::size_t entities_gone = 0;
  // The mirror lacks earlier versions of broken files, and they couldn't be had: another plan may find more.
  bool gaps = false;

  // What commit() does to the table.
  ByPath<FileRecordPtr> records;  // null: gone
  ByPath<GlobMatches> globs;
};

class SourceTree {
 public:
  // Everything that a plan may need to know of what is there. Keys of the maps are paths.
  struct Table {
    std::string commit;  // empty: nothing was loaded yet
    ByPath<FileRecordPtr> records;
    ByPath<PathSet> readers;            // path → the files whose placeholders read it
    ByPath<std::size_t> exact_targets;  // path → how many Location targets name it
    PathSet locations;                  // files that name others
    ByPath<GlobMatches> globs;          // pattern → what it matches
    std::size_t definitions = 0;
  };

  struct PlanRequest {
    std::filesystem::path mirror;
    std::string commit;
    BringBlobs bring;
    ReadProgress progress;  // may be empty
    std::stop_token stop;
  };

  explicit SourceTree(TreeOptions options) : options_(std::move(options)) {}

  // Errors: too_large (more files than the limit), corrupt and not_found (the mirror), timeout (stopped), those of
  // `bring`.
  [[nodiscard]] base::Result<Update> plan(const PlanRequest& request) const;
  void commit(const Update& update);
  // An update that takes away everything that is there.
  [[nodiscard]] Update removal() const;
  // Everything that is there.
  [[nodiscard]] catalog::SourceContents contents() const;
  // Takes other objects for the definitions, which say the same; in the order of contents().
  void share(const std::vector<entity::DefinitionPtr>& definitions);

  [[nodiscard]] const Table& table() const { return table_; }
  [[nodiscard]] const TreeOptions& options() const { return options_; }

 private:
  void forget(const FileRecord& record);
  void learn(const FileRecordPtr& record);

  TreeOptions options_;
  Table table_;
};

// Fills in what the records of an update say: definitions, diagnostics, problems, counts.
void describe(Update& update, const SourceTree::Table& before);
// Makes of an update from nothing one that replaces what `removal` takes away.
void replace(Update& update, Update removal);

}  // namespace aureacore::sync
