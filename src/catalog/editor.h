// Editor: makes the next snapshot from the one before it. The only way to make one.
//
// Collects what changed (definitions put and dropped, source states, diagnostics), then finish() settles conflicts,
// stitches the entities concerned (those changed and those that their relations point to, before and after), and
// updates the indices. The cost follows the number of changes, not the size of the catalog. One thread; used once; of
// several of one snapshot one goes on. Where very many entities come at once, finish() works on all processors until it returns.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/snapshot.h"
#include "catalog/texts.h"

namespace aureacore::catalog {

// All that a source says.
struct SourceContents {
  std::vector<entity::DefinitionPtr> definitions;                      // of places in this source
  std::map<std::string, std::vector<Problem>> problems;                // by key
  std::map<std::string, std::vector<entity::Diagnostic>> diagnostics;  // by path
};

class Editor {
 public:
  // New entities, from which on they are stitched and indexed together and in parallel.
  static constexpr std::size_t bulk_size = 1024;

  // Null: begins with an empty catalog, and `seed` (random, per process) keys its hashes.
  explicit Editor(const SnapshotPtr& base, std::uint64_t seed = 0);

  // A definition that now stands at its place. Several of one entity may stand at different places: the smallest place
  // wins.
  void put(entity::DefinitionPtr definition);
  // A definition that no longer stands at its place: of those of the base the one that says the same, of those put into
  // this editor the very object. No effect where another one stands there.
  void drop(const entity::DefinitionPtr& definition);
  // These are now all definitions of this entity; none: it is gone.
  void replace_entity(const std::string& key, const std::vector<entity::DefinitionPtr>& definitions,
                      std::vector<Problem> problems);
  // These are now all definitions, problems and diagnostics of this source, whatever the base has of it. Costs what the
  // source has. Gives, for each definition, the object that the catalog has of it from now on: what didn't change stays
  // as it was.
  std::vector<entity::DefinitionPtr> replace_source(const std::string& source, SourceContents contents);
  // Replaces the problems shown in the entity's status (empty: none); forgotten when the entity is not there at
  // finish().
  void set_problems(const std::string& key, std::vector<Problem> problems);

  // Replaces a file's diagnostics; empty: none. Conflicts are added by the editor itself, and stay.
  void set_diagnostics(const std::string& source, const std::string& path, std::vector<entity::Diagnostic> fresh);
  // Adds or replaces a source's state and its component of the version.
  void set_source(const SourceState& state);
  // The state and the version's component; the caller drops the definitions and diagnostics.
  void remove_source(const std::string& id);

  [[nodiscard]] SnapshotPtr finish();

 private:
  struct Edit {
    std::vector<entity::DefinitionPtr> put;
    std::vector<entity::DefinitionPtr> dropped;
    std::vector<Problem> problems;
    bool has_problems = false;

    EntityPtr before;             // as served by the base; null: there was none
    entity::DefinitionPtr after;  // the winner; null: none is left
    std::uint32_t slot = Slots::none;
    bool changed = false;  // another definition, or other problems
  };
  using Edits = std::unordered_map<std::string, Edit>;
  using Claims = Snapshot::Claims;

  [[nodiscard]] std::vector<entity::DefinitionPtr> claims(const std::string& key) const;
  void resolve(const std::string& key, Edit& edit);
  void settle_claims(const std::string& key, const Edit& edit, std::vector<entity::DefinitionPtr> losers);
  void report_conflict(const entity::Definition& winner, const std::vector<entity::DefinitionPtr>& losers);
  void withdraw_conflict(const std::string& key, const entity::SourceFile& file);
  void append_conflict(const entity::Definition& definition, std::string message);

  void make_room(Edit& edit);
  void follow_move(const Slots::Move& move);
  void note_source(const Edit& edit);
  void note_texts(const Edit& edit);
  void replace_edges(Edit& edit);
  void touch(std::string_view target);
  void restitch_touched();
  [[nodiscard]] bool is_new(std::uint32_t slot) const;
  [[nodiscard]] EntityPtr stitched(std::uint32_t slot) const;
  void restitch(std::uint32_t slot);
  void stitch_bulk(const std::vector<std::uint32_t>& slots);
  void index_bulk(std::span<const std::uint32_t> slots);
  void reindex(std::uint32_t slot, const Entity* old, const Entity& fresh);
  void remove_gone(Edit& edit);

  Claims& contested();
  Snapshot::DiagnosticsByFile& diagnostics();
  std::vector<SourceState>& sources();

  boost::intrusive_ptr<Snapshot> next_;
  base::EditToken token_;
  Edits edits_;
  Selection touched_;  // slots of the entities whose relations, definition or problems changed
  TextEdits texts_;
  Flattener old_terms_;
  Flattener new_terms_;
  Flattener other_terms_;
  Index::Spelling spelling_;
  // Copies that this editor made, null as long as the base's are shared.
  std::shared_ptr<Claims> own_contested_;
  std::shared_ptr<Snapshot::DiagnosticsByFile> own_diagnostics_;
  std::shared_ptr<std::vector<SourceState>> own_sources_;
};

}  // namespace aureacore::catalog
