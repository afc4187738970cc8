// Publication: what one version of the catalog has that the version before it had not: commits, and the entities that
// they changed. Made of the difference of two snapshots; a value that never changes; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "catalog/snapshot.h"
#include "feed/fields.h"

namespace aureacore::feed {

struct Change {
  catalog::EntityPtr before;  // null: it came
  catalog::EntityPtr after;   // null: it went
  Fields fields;              // that differ, where both are there

  [[nodiscard]] const entity::Definition& definition() const { return *(after ? after : before)->definition; }
  // The higher of what it was and what it is.
  [[nodiscard]] entity::Criticality criticality() const;
};

// A source that is at another commit now.
struct Commit {
  std::string source;
  std::string previous;  // empty: the source is new
  std::string commit;    // empty: the source is gone
  std::uint64_t position = 0;
  std::string author;
  std::string subject;
  std::int64_t time = 0;  // seconds since 1970
};

struct Publication {
  std::string previous;  // the tokens of the two versions
  std::string token;
  std::vector<Commit> commits;  // by source
  std::vector<Change> changes;  // the most critical first, then by reference
  // More entities differ than one event may name: there are no changes here, and whoever follows must list again.
  bool too_large = false;

  // The tokens are one: the sources are at the same commits, of which the configuration makes something else.
  [[nodiscard]] bool restates() const { return previous == token && (too_large || !changes.empty()); }
  // Who follows can't be told what differs.
  [[nodiscard]] bool breaks() const { return too_large || restates(); }
};

using PublicationPtr = std::shared_ptr<const Publication>;

// With at most so many changes.
PublicationPtr compare(const catalog::Snapshot& before, const catalog::Snapshot& after, std::size_t max_changes);

}  // namespace aureacore::feed
