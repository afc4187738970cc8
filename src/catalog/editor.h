// Editor: makes the next snapshot from the one before it. The only way to make one.
//
// Collects what changed (definitions put and dropped, source states, diagnostics), then finish() settles conflicts, stitches the
// entities concerned (those changed and those that their relations point to, before and after), and updates the indices. The
// cost follows the number of changes, not the size of the catalog. One thread; used once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"

namespace aureacore::catalog {

class Editor {
 public:
  // Null: begins with an empty catalog.
  explicit Editor(SnapshotPtr base);

  // A definition that now stands at its place. Several of one entity may stand at different places: the smallest place wins.
  void put(entity::DefinitionPtr definition);
  // A definition (the very object that was put) that no longer stands there.
  void drop(const entity::DefinitionPtr& definition);
  // Replaces the problems shown in the entity's status (empty: none); forgotten when the entity is not there at finish().
  void set_problems(const std::string& key, std::vector<Problem> problems);

  // Replaces a file's diagnostics; empty: none.
  void set_diagnostics(const std::string& source, const std::string& path, std::vector<entity::Diagnostic> diagnostics);
  // Adds or replaces a source's state and its component of the version.
  void set_source(SourceState state);
  // The state and the version's component; the caller drops the definitions and diagnostics.
  void remove_source(const std::string& id);

  // The definitions that stand at present for an entity, winner first: for showing conflicts.
  [[nodiscard]] SnapshotPtr finish();

 private:
  struct Edit {
    std::vector<entity::DefinitionPtr> put;
    std::vector<entity::DefinitionPtr> dropped;
    std::vector<Problem> problems;
    bool has_problems = false;
  };

  void settle(const std::string& key, Edit& edit);
  void replace_edges(const entity::Definition* before, const entity::Definition* after);

  SnapshotPtr base_;
  boost::intrusive_ptr<Snapshot> next_;
  std::map<std::string, Edit, std::less<>> edits_;
};

}  // namespace aureacore::catalog
