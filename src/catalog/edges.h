// Edges: for each reference, what other entities' definitions say of it, whether or not it exists.
//
// An edge is kept by the slot of the entity that says it. Persistent like the index.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/persistent_map.h"
#include "entity/relation.h"

namespace aureacore::catalog {

struct Edge {
  std::uint32_t slot;         // of the entity whose definition says it
  entity::RelationType type;  // as the target sees it: "ownerOf" where the definition says ownedBy
  friend bool operator==(const Edge&, const Edge&) = default;
};

class Edges {
 public:
  struct Statement {
    std::string_view target;
    Edge edge;
  };

  explicit Edges(std::uint64_t seed = 0) : seed_(seed) {}

  // In no particular order.
  [[nodiscard]] std::span<const Edge> to(std::string_view target) const;
  // All that there are, into none.
  void load(std::span<const Statement> statements, base::EditToken token);
  void add(std::string_view target, Edge edge, base::EditToken token);
  void remove(std::string_view target, Edge edge, base::EditToken token);

 private:
  struct Incoming : boost::intrusive_ref_counter<Incoming> {
    base::EditToken token = 0;
    std::string target;
    std::vector<Edge> edges;
  };
  using IncomingPtr = boost::intrusive_ptr<Incoming>;

  // The hash under which the target's edges stand, or would stand.
  [[nodiscard]] std::uint64_t place(std::string_view target) const;
  Incoming& writable(std::string_view target, base::EditToken token);

  std::uint64_t seed_;
  base::PersistentMap<IncomingPtr> by_target_;
};

}  // namespace aureacore::catalog
