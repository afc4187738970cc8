// Slots: where the entities of a snapshot live, by number, in order of reference, and by reference.
//
// A slot is 64 × block + offset. The blocks, taken in their order, and within each the offsets in its order, give the
// entities sorted by reference; so a set of slots (one word per block) can be walked in order without sorting anything.
// An entity keeps its slot until its block splits. Persistent: a copy shares all blocks, an edit copies the blocks it
// touches.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/persistent_map.h"
#include "catalog/entity.h"

namespace aureacore::catalog {

class Slots {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  static constexpr std::size_t block_size = 64;

  struct Block : boost::intrusive_ref_counter<Block> {
    base::EditToken token = 0;
    std::uint8_t count = 0;
    std::array<std::uint8_t, block_size> order{};  // offsets sorted by reference, the first `count`
    std::array<EntityPtr, block_size> entities;    // by offset
  };
  using BlockPtr = boost::intrusive_ptr<Block>;
  // An entity that a split moved.
  struct Move {
    std::uint32_t from;
    std::uint32_t to;
  };

  // `seed` keys the hash of references; the same for a whole lineage.
  explicit Slots(std::uint64_t seed = 0) : seed_(seed) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  // Number of blocks, those that are empty just now included: how many words a set of slots takes.
  [[nodiscard]] std::size_t blocks() const { return block_count_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  [[nodiscard]] const Entity* find(std::string_view key) const;
  // find() of each key, waiting for memory once for many; `found` has the size of `keys`.
  void find_all(std::span<const std::string_view> keys, std::span<const Entity*> found) const;
  [[nodiscard]] std::uint32_t slot_of(std::string_view key) const;  // `none` where there is none
  [[nodiscard]] const EntityPtr& at(std::uint32_t slot) const {
    return block(slot / block_size).entities[slot % block_size];
  }
  [[nodiscard]] const Block& block(std::size_t index) const {
    return *groups_[index / group_size]->blocks[index % group_size];
  }

  // Block indices in order of reference.
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return *order_; }
  // Position in order() of the block where this reference stands or would stand; 0 where there is no block.
  [[nodiscard]] std::size_t order_position(std::string_view key) const;

  // Adds an entity whose reference is not there yet. Moves that it caused are appended; the entities are at their new
  // slots then.
  std::uint32_t insert(EntityPtr entity, std::vector<Move>& moves, base::EditToken token);
  // All that there are, into empty slots, in order of reference: each has its rank as its slot.
  void load(std::span<const EntityPtr> entities, base::EditToken token);
  // Another entity of the same reference.
  void replace(std::uint32_t slot, EntityPtr entity, base::EditToken token);
  void erase(std::uint32_t slot, base::EditToken token);

 private:
  static constexpr std::size_t group_size = 128;

  // Where an entity is found by its reference: itself at once for look-ups, its slot for whoever needs that.
  struct Home {
    EntityPtr entity;
    std::uint32_t slot;
  };
  struct Group : boost::intrusive_ref_counter<Group> {
    base::EditToken token = 0;
    std::array<BlockPtr, group_size> blocks;
  };
  using GroupPtr = boost::intrusive_ptr<Group>;

  [[nodiscard]] std::uint64_t hash(std::string_view key, std::uint64_t attempt) const;
  [[nodiscard]] const Home* home(std::string_view key) const;
  // Sets or replaces what is known of the entity's reference.
  void remember(EntityPtr entity, std::uint32_t slot, base::EditToken token);
  void forget(std::string_view key, base::EditToken token);

  Group& writable_group(std::size_t index, base::EditToken token);
  Block& writable_block(std::size_t index, base::EditToken token);
  std::vector<std::uint32_t>& writable_order(base::EditToken token);
  std::uint32_t new_block(std::size_t order_position, base::EditToken token);
  void split(std::uint32_t index, std::size_t position, std::vector<Move>& moves, base::EditToken token);
  // The entity of a reference that is greater than all.
  std::uint32_t append(EntityPtr entity, base::EditToken token);
  [[nodiscard]] static std::size_t rank_in(const Block& block, std::string_view key);

  std::uint64_t seed_;
  std::size_t size_ = 0;
  std::size_t block_count_ = 0;
  base::PersistentMap<Home> by_key_;
  std::vector<GroupPtr> groups_;
  std::shared_ptr<std::vector<std::uint32_t>> order_ = std::make_shared<std::vector<std::uint32_t>>();
  base::EditToken order_token_ = 0;
  std::vector<std::uint32_t> free_blocks_;
};

}  // namespace aureacore::catalog
