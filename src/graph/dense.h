// Dense: the whole graph of a snapshot in flat arrays, for questions that visit much of it.
//
// Made once per snapshot by whoever asks first, in time that follows the catalog's size (about 1 µs per relation), and never
// on the way of a publication or of a look-up. Nodes are numbered in order of reference, dangling references among them.
// Immutable: any number of threads; valid as long as the snapshot it was made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "catalog/snapshot.h"
#include "graph/type_set.h"
#include "graph/walk.h"

namespace aureacore::graph {

class Dense {
 public:
  explicit Dense(const catalog::Snapshot& snapshot);

  [[nodiscard]] std::optional<Node> find(std::string_view key) const;

  [[nodiscard]] Node size() const { return static_cast<Node>(keys_.size()); }
  [[nodiscard]] std::string_view key(Node node) const { return keys_[node]; }
  [[nodiscard]] const catalog::Entity* entity(Node node) const { return entities_[node]; }
  [[nodiscard]] bool less(Node a, Node b) const { return a < b; }
  [[nodiscard]] std::size_t degree(Node node) const { return first_[node + 1] - first_[node]; }

  // visit(to, type) for each relation of these types that the node shows, by target, then type; each once.
  template <class Visit>
  void visit(Node node, TypeSet types, const Visit& visit) const {
    for (std::size_t at = first_[node]; at < first_[node + 1]; ++at) {
      if (const auto type = type_of(arrows_[at]); types.has(type)) visit(target_of(arrows_[at]), type);
    }
  }

  // The arrow at a place of degree(): for walks that stop and go on.
  struct Arrow {
    Node to;
    entity::RelationType type;
  };
  [[nodiscard]] Arrow arrow(Node node, std::size_t place) const {
    const std::uint32_t packed = arrows_[first_[node] + place];
    return {target_of(packed), type_of(packed)};
  }

 private:
  // A target and a type in one word: room for 2^28 nodes.
  static constexpr unsigned type_bits = 4;
  static std::uint32_t pack(Node to, entity::RelationType type) {
    return to << type_bits | static_cast<std::uint32_t>(type);
  }
  static Node target_of(std::uint32_t packed) { return packed >> type_bits; }
  static entity::RelationType type_of(std::uint32_t packed) {
    return static_cast<entity::RelationType>(packed & ((1U << type_bits) - 1));
  }

  // A definition's relation by the places of its ends: an entity's rank, or behind all of them a dangling reference's.
  struct Said {
    std::uint32_t from;
    std::uint32_t to;
    entity::RelationType type;
  };

  std::vector<Said> collect(const catalog::Snapshot& snapshot, std::vector<std::string_view>& dangling);
  std::vector<Node> number(const std::vector<std::string_view>& dangling);
  void connect(const std::vector<Said>& said, const std::vector<Node>& node_of);
  void drop_repeated();

  std::vector<std::string_view> keys_;
  std::vector<const catalog::Entity*> entities_;
  std::vector<std::uint32_t> first_;   // of each node in arrows_, and the end
  std::vector<std::uint32_t> arrows_;  // packed
};

}  // namespace aureacore::graph
