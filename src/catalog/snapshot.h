// Snapshot: the complete, validated, immutable catalog at one version. Every answer comes from exactly one.
//
// Built by Editor from its predecessor with structural sharing: what a commit doesn't touch, both share. Any number of
// threads read it without locks. An entity lives in a slot (a number); slots come in blocks of 64 whose order is the
// order of references.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/edges.h"
#include "catalog/entity.h"
#include "catalog/freshness.h"
#include "catalog/index.h"
#include "catalog/selection.h"
#include "catalog/slots.h"
#include "catalog/source_slots.h"
#include "entity/diagnostic.h"
#include "entity/version.h"
#include "search/index.h"

namespace aureacore::catalog {

// Where an instance can take a version from in place of making it of Git.
enum class Tier : std::uint8_t { none, embedded, redis };

// "redis"; nothing for none.
std::string_view name(Tier tier);

// A source as this snapshot sees it.
struct SourceState {
  std::string id;
  std::string url;  // without credentials
  std::string branch;
  std::string commit;
  std::uint64_t position = 0;
  std::string author;  // of the commit
  std::string subject;
  std::int64_t time = 0;  // of the commit, seconds since 1970
  std::size_t files = 0;  // read as descriptors
  base::Duration interval{};
  std::shared_ptr<const Freshness> freshness;  // never null
  Tier taken_from = Tier::none;                // this instance took this version from there
};

// The rule of the diagnostics that an Editor makes of conflicts.
constexpr std::string_view conflict_rule = "conflict";

class Snapshot : public boost::intrusive_ref_counter<Snapshot> {
 public:
  using DiagnosticsByFile =
      std::map<std::pair<std::string, std::string>, std::vector<entity::Diagnostic>>;  // (source, path)
  using Visit = std::function<bool(const Entity&)>;                                    // false: enough

  [[nodiscard]] const entity::Version& version() const { return version_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

  // By canonical reference ("component:default/x"); a null pointer where there is none.
  [[nodiscard]] const Entity* find(std::string_view key) const { return slots_.find(key); }
  // The same for many, in much less time than one by one; `found` has the size of `keys`.
  void find_all(std::span<const std::string_view> keys, std::span<const Entity*> found) const {
    slots_.find_all(keys, found);
  }
  [[nodiscard]] const Entity* find_uid(std::string_view uid) const;

  // Filters: the entities that have the value at the path, or the path at all (both regardless of case), added to
  // `out`. `out` must come from nothing() of this snapshot.
  void match(std::string_view path, std::string_view value, Selection& out) const;
  void match_exists(std::string_view path, Selection& out) const;
  [[nodiscard]] Selection nothing() const { return Selection(slots_.blocks()); }
  [[nodiscard]] Selection everything() const;
  // Distinct values at a path with the number of entities that have them, among all or among `within`; sorted by value.
  [[nodiscard]] std::vector<FacetCount> facet(std::string_view path, const Selection* within) const;
  // About how many those are, without looking at them.
  [[nodiscard]] std::size_t values(std::string_view path) const { return index_.values(path); }

  // Visits the selected entities in order of reference, from the first behind `after` (a canonical reference; empty:
  // from the start).
  void visit(const Selection& selection, std::string_view after, const Visit& visit) const;
  // The same backwards, from the first before `before` (empty: from the end).
  void visit_back(const Selection& selection, std::string_view before, const Visit& visit) const;
  // How many of the selection come before this reference.
  [[nodiscard]] std::size_t rank(const Selection& selection, std::string_view key) const;

  // The same for whoever needs the slots: visit(slot, entity).
  template <class VisitSlot>
  void visit_slots(const Selection& selection, const VisitSlot& visit) const {
    for (const std::uint32_t index : slots_.order()) {
      const std::uint64_t word = selection.word(index);
      if (word == 0) continue;
      const Slots::Block& block = slots_.block(index);
      for (std::size_t rank = 0; rank < block.count; ++rank) {
        const std::uint8_t offset = block.order[rank];
        if (((word >> offset) & 1) == 0) continue;
        visit(static_cast<std::uint32_t>(index * Slots::block_size + offset), *block.entities[offset]);
      }
    }
  }

  // Full text over the entities; its documents' numbers are slots.
  [[nodiscard]] const search::Index& texts() const { return texts_; }
  // All slots are below.
  [[nodiscard]] std::size_t slot_limit() const { return slots_.blocks() * Slots::block_size; }

  // For walking relations: where each reference's entity lives, and what others' definitions say of each reference.
  [[nodiscard]] const Slots& slots() const { return slots_; }
  [[nodiscard]] const Edges& edges() const { return edges_; }

  // All that stand in files of this source, those that lost included.
  [[nodiscard]] std::vector<entity::DefinitionPtr> definitions_of(std::string_view source) const;
  // How many those are, without looking at the entities; of sources whose ids have one hash those of all.
  [[nodiscard]] std::size_t count_definitions(std::string_view source) const;

  // Whether holds(entity) is true of any of the selection that stands in a file of this source; asked of no more than need be.
  template <class Holds>
  [[nodiscard]] bool any_of_source(std::string_view source, const Selection& selection, const Holds& holds) const {
    return by_source_.any_in(source, selection, [&](std::uint32_t slot) {
      const Entity& entity = *slots_.at(slot);
      return entity.definition->place.file->source == source && holds(entity);
    });
  }

  // Sorted by id. The pointer is null where there is none of that id.
  [[nodiscard]] const std::vector<SourceState>& sources() const { return *sources_; }
  [[nodiscard]] const SourceState* source(std::string_view id) const;
  // Start of the last successful check of the stalest source, as of now; without sources, the end of time.
  [[nodiscard]] base::SteadyTime last_check() const;
  // What is wrong in the files, conflicts included.
  [[nodiscard]] const DiagnosticsByFile& diagnostics() const { return *diagnostics_; }
  // Number of entities that more than one place defines.
  [[nodiscard]] std::size_t conflicts() const { return contested_->size(); }
  // For each of these, the definitions that lost, in order of their places.
  using Claims = std::map<std::string, std::vector<entity::DefinitionPtr>>;
  [[nodiscard]] const Claims& contested() const { return *contested_; }

 private:
  friend class Editor;
  friend class Loader;

  explicit Snapshot(std::uint64_t seed) : slots_(seed), edges_(seed), index_(seed), by_source_(seed) {}

  base::EditToken edit_ = 0;  // grows along the lineage: what an Editor may change in place carries its own
  entity::Version version_;
  std::string token_;
  Slots slots_;
  Edges edges_;
  Index index_;
  search::Index texts_;
  SourceSlots by_source_;
  std::shared_ptr<const Claims> contested_ = std::make_shared<Claims>();
  std::shared_ptr<const std::vector<SourceState>> sources_ = std::make_shared<std::vector<SourceState>>();
  std::shared_ptr<const DiagnosticsByFile> diagnostics_ = std::make_shared<DiagnosticsByFile>();
};

using SnapshotPtr = boost::intrusive_ptr<const Snapshot>;

}  // namespace aureacore::catalog
