// Entity: a definition together with what other entities say of it, its JSON ready to send.
//
// Immutable and shared between snapshots. The JSON is kept in pieces so that a change of relations costs their bytes
// alone and the definition's half is never copied:
//
//   definition.metadata_json  ,"etag":"<etag>"}  definition.spec_json  tail
//
// where tail is `,"relations":[…]}` with `,"status":{…}` before its end where there is something to say.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "entity/definition.h"
#include "entity/relation.h"

namespace aureacore::catalog {

// One thing wrong with an entity that is served all the same; an item of its `status`.
struct Problem {
  std::string type;     // "aureacore.io/last-good-version", "aureacore.io/conflict"
  std::string message;  // what and where
  friend bool operator==(const Problem&, const Problem&) = default;
};

struct Entity : boost::intrusive_ref_counter<Entity> {
  static constexpr std::size_t part_count = 6;
  using Parts = std::array<std::string_view, part_count>;

  entity::DefinitionPtr definition;
  std::array<char, 32> etag{};  // hexadecimal; changes exactly when the JSON does
  std::string tail;
  std::vector<Problem> problems;

  [[nodiscard]] const std::string& key() const { return definition->key; }
  [[nodiscard]] std::string_view etag_text() const { return {etag.data(), etag.size()}; }
  // The JSON in order.
  [[nodiscard]] Parts json() const;
  [[nodiscard]] std::size_t json_size() const;
  void append_json(std::string& out) const;
  // Has the first lines of the JSON brought into the processor's cache, without waiting for them.
  void ask_for_json() const {
    for (const std::string* part : {&definition->metadata_json, &definition->spec_json, &tail}) {
      __builtin_prefetch(part->data());
    }
  }
};

using EntityPtr = boost::intrusive_ptr<const Entity>;

// Makes the entity: relations are the definition's own and those that others' definitions say of it (inverted already),
// in any order, repetitions allowed; they come out distinct, sorted by type, then target.
EntityPtr stitch(entity::DefinitionPtr definition, std::vector<entity::RelationView> relations,
                 std::vector<Problem> problems);

}  // namespace aureacore::catalog
