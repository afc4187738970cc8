// TypeSet: which relation types a question follows, each as the entity shows it that stands at the arrow's beginning.
//
// "x depends on y" means here: x may break when y does. By default that is said by
//
//   dependsOn      x names y
//   consumesApi    a component and the API that it calls
//   apiProvidedBy  an API and the component that answers for it
//   hasPart        a system (domain, component) and what it is made of
//
// and not by the other direction of these (a system's failure is that of its parts, not its cause), nor by ownership and
// membership: people are told, they don't break. A value; any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "entity/relation.h"

namespace aureacore::graph {

class TypeSet {
 public:
  constexpr TypeSet() = default;
  constexpr TypeSet(std::initializer_list<entity::RelationType> types) {
    for (const entity::RelationType type : types) bits_ |= bit(type);
  }

  [[nodiscard]] constexpr bool has(entity::RelationType type) const { return (bits_ & bit(type)) != 0; }
  // The same arrows seen from their other ends.
  [[nodiscard]] TypeSet inverse() const;
  // In the order of their names.
  [[nodiscard]] std::vector<entity::RelationType> list() const;

  friend constexpr TypeSet operator|(TypeSet a, TypeSet b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend bool operator==(TypeSet, TypeSet) = default;

 private:
  static constexpr std::uint16_t bit(entity::RelationType type) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
  }

  std::uint16_t bits_ = 0;
};

inline constexpr TypeSet depends_on{entity::RelationType::depends_on, entity::RelationType::consumes_api,
                                    entity::RelationType::api_provided_by, entity::RelationType::has_part};

// One direction of each pair of types: besides depends_on also ownedBy, memberOf and childOf.
inline constexpr TypeSet every_type =
    depends_on |
    TypeSet{entity::RelationType::owned_by, entity::RelationType::member_of, entity::RelationType::child_of};

// Names of types ("dependsOn", in any case), or "all"; each text may list several, with commas. None at all: depends_on.
// Error: invalid, naming the word and those that are known.
base::Result<TypeSet> parse_types(std::span<const std::string> lists);

}  // namespace aureacore::graph
