#include "catalog/slots.h"

#include <algorithm>

#include "base/hash.h"

namespace aureacore::catalog {
namespace {

const std::string& key_at(const Slots::Block& block, std::size_t rank) {
  return block.entities[block.order[rank]]->key();
}

// The two cache lines that hold what an answer needs of it.
template <class Object>
void ask_for(const Object& object) {
  constexpr std::size_t cache_line = 64;
  const auto* at = reinterpret_cast<const char*>(&object);
  __builtin_prefetch(at);
  __builtin_prefetch(at + cache_line);
}

std::uint8_t free_offset(const Slots::Block& block) {
  std::uint8_t offset = 0;
  while (block.entities[offset]) ++offset;
  return offset;
}

void insert_rank(Slots::Block& block, std::size_t rank, std::uint8_t offset) {
  std::copy_backward(block.order.begin() + rank, block.order.begin() + block.count,
                     block.order.begin() + block.count + 1);
  block.order[rank] = offset;
  ++block.count;
}

}  // namespace

std::uint64_t Slots::hash(std::string_view key, std::uint64_t attempt) const {
  return base::hash64(key, seed_ + attempt);
}

const Slots::Home* Slots::home(std::string_view key) const {
  // Two references of one hash are told apart by trying the next seed: about once in 10^8 catalogs of a million
  // entities.
  for (std::uint64_t attempt = 0;; ++attempt) {
    const Home* found = by_key_.find(hash(key, attempt));
    if (found == nullptr || found->entity->key() == key) return found;
  }
}

std::uint32_t Slots::slot_of(std::string_view key) const {
  const Home* found = home(key);
  return found == nullptr ? none : found->slot;
}

const Entity* Slots::find(std::string_view key) const {
  const Home* found = home(key);
  return found == nullptr ? nullptr : found->entity.get();
}

void Slots::find_all(std::span<const std::string_view> keys, std::span<const Entity*> found) const {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(keys.size());
  for (const std::string_view key : keys) hashes.push_back(hash(key, 0));
  std::vector<const Home*> homes(keys.size());
  by_key_.find_all(hashes, homes);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    found[i] = homes[i] == nullptr ? nullptr : homes[i]->entity.get();
    if (found[i] != nullptr) ask_for(*found[i]);
  }
  for (const Entity* entity : found) {
    if (entity != nullptr) ask_for(*entity->definition);
  }
  for (const Entity* entity : found) {
    if (entity != nullptr) __builtin_prefetch(entity->key().data());
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (found[i] != nullptr && found[i]->key() != keys[i]) found[i] = find(keys[i]);
  }
}

void Slots::remember(EntityPtr entity, std::uint32_t slot, base::EditToken token) {
  std::uint64_t attempt = 0;
  const Home* other = by_key_.find(hash(entity->key(), attempt));
  while (other != nullptr && other->entity->key() != entity->key()) {
    other = by_key_.find(hash(entity->key(), ++attempt));
  }
  const std::uint64_t place = hash(entity->key(), attempt);
  by_key_.set(place, {std::move(entity), slot}, token);
}

void Slots::forget(std::string_view key, base::EditToken token) {
  std::uint64_t attempt = 0;
  while (by_key_.find(hash(key, attempt))->entity->key() != key) ++attempt;
  by_key_.erase(hash(key, attempt), token);
}

std::size_t Slots::rank_in(const Block& block, std::string_view key) {
  const auto first = block.order.begin();
  const auto at = std::lower_bound(first, first + block.count, key, [&](std::uint8_t offset, std::string_view wanted) {
    return block.entities[offset]->key() < wanted;
  });
  return static_cast<std::size_t>(at - first);
}

std::size_t Slots::order_position(std::string_view key) const {
  const auto& order = *order_;
  const auto after =
      std::upper_bound(order.begin(), order.end(), key,
                       [&](std::string_view wanted, std::uint32_t index) { return wanted < key_at(block(index), 0); });
  return after == order.begin() ? 0 : static_cast<std::size_t>(after - order.begin()) - 1;
}

Slots::Group& Slots::writable_group(std::size_t index, base::EditToken token) {
  GroupPtr& group = groups_[index];
  if (group->token != token) {
    group = GroupPtr(new Group(*group));
    group->token = token;
  }
  return *group;
}

Slots::Block& Slots::writable_block(std::size_t index, base::EditToken token) {
  BlockPtr& block = writable_group(index / group_size, token).blocks[index % group_size];
  if (block->token != token) {
    block = BlockPtr(new Block(*block));
    block->token = token;
  }
  return *block;
}

std::vector<std::uint32_t>& Slots::writable_order(base::EditToken token) {
  if (order_token_ != token) {
    order_ = std::make_shared<std::vector<std::uint32_t>>(*order_);
    order_token_ = token;
  }
  return *order_;
}

std::uint32_t Slots::new_block(std::size_t order_position, base::EditToken token) {
  std::uint32_t index = 0;
  if (!free_blocks_.empty()) {
    index = free_blocks_.back();
    free_blocks_.pop_back();
  } else {
    index = static_cast<std::uint32_t>(block_count_++);
    if (index % group_size == 0) {
      groups_.emplace_back(new Group);
      groups_.back()->token = token;
    }
  }
  BlockPtr block(new Block);
  block->token = token;
  writable_group(index / group_size, token).blocks[index % group_size] = std::move(block);
  auto& order = writable_order(token);
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(order_position), index);
  return index;
}

// The upper half goes to a new block behind this one.
void Slots::split(std::uint32_t index, std::size_t position, std::vector<Move>& moves, base::EditToken token) {
  const std::uint32_t other = new_block(position + 1, token);
  Block& lower = writable_block(index, token);
  Block& upper = writable_block(other, token);
  const std::uint8_t half = lower.count / 2;
  for (std::uint8_t rank = half; rank < lower.count; ++rank) {
    const std::uint8_t offset = lower.order[rank];
    const auto rank_above = static_cast<std::uint8_t>(rank - half);
    const Move move{static_cast<std::uint32_t>(index * block_size + offset),
                    static_cast<std::uint32_t>(other * block_size + rank_above)};
    upper.entities[rank_above] = lower.entities[offset];
    upper.order[rank_above] = rank_above;
    ++upper.count;
    remember(upper.entities[rank_above], move.to, token);
    lower.entities[offset] = nullptr;
    moves.push_back(move);
  }
  lower.count = half;
}

std::uint32_t Slots::insert(EntityPtr entity, std::vector<Move>& moves, base::EditToken token) {
  const std::string_view key = entity->key();
  std::size_t position = order_position(key);
  if (order_->empty()) new_block(0, token);
  std::uint32_t index = (*order_)[position];
  if (block(index).count == block_size) {
    const bool append = position + 1 == order_->size() && key_at(block(index), block_size - 1) < key;
    if (append) {
      index = new_block(++position, token);  // entities that come in order fill their blocks
    } else {
      split(index, position, moves, token);
      const std::uint32_t upper = (*order_)[position + 1];
      if (key_at(block(upper), 0) < key) index = upper;
    }
  }
  Block& target = writable_block(index, token);
  const std::uint8_t offset = free_offset(target);
  insert_rank(target, rank_in(target, key), offset);
  const auto slot = static_cast<std::uint32_t>(index * block_size + offset);
  remember(entity, slot, token);
  target.entities[offset] = std::move(entity);
  ++size_;
  return slot;
}

std::uint32_t Slots::append(EntityPtr entity, base::EditToken token) {
  if (order_->empty() || block(order_->back()).count == block_size) new_block(order_->size(), token);
  const std::uint32_t index = order_->back();
  Block& target = writable_block(index, token);
  const std::uint8_t offset = target.count;
  target.order[offset] = offset;
  target.entities[offset] = std::move(entity);
  ++target.count;
  ++size_;
  return static_cast<std::uint32_t>(index * block_size + offset);
}

void Slots::load(std::span<const EntityPtr> entities, base::EditToken token) {
  std::vector<base::PersistentMap<Home>::Item> homes;
  homes.reserve(entities.size());
  for (const EntityPtr& entity : entities) {
    homes.push_back({hash(entity->key(), 0), {entity, append(entity, token)}});
  }
  const auto hash_of = [](const auto& item) { return item.hash; };
  std::ranges::sort(homes, {}, hash_of);
  // Of several of one hash the first; the others find their places one by one.
  std::vector<Home> others;
  const auto end = std::unique(homes.begin(), homes.end(), [&](const auto& first, const auto& next) {
    if (first.hash != next.hash) return false;
    others.push_back(next.value);
    return true;
  });
  homes.erase(end, homes.end());
  by_key_ = base::PersistentMap<Home>::of(homes, token);
  for (Home& other : others) remember(std::move(other.entity), other.slot, token);
}

void Slots::replace(std::uint32_t slot, EntityPtr entity, base::EditToken token) {
  remember(entity, slot, token);
  writable_block(slot / block_size, token).entities[slot % block_size] = std::move(entity);
}

void Slots::erase(std::uint32_t slot, base::EditToken token) {
  const auto index = static_cast<std::uint32_t>(slot / block_size);
  forget(at(slot)->key(), token);
  if (block(index).count == 1) {
    auto& order = writable_order(token);
    order.erase(std::ranges::find(order, index));
    free_blocks_.push_back(index);
  }
  Block& target = writable_block(index, token);
  const auto end = target.order.begin() + target.count;
  const auto rank = std::find(target.order.begin(), end, static_cast<std::uint8_t>(slot % block_size));
  std::copy(rank + 1, end, rank);
  --target.count;
  target.entities[slot % block_size] = nullptr;
  --size_;
}

}  // namespace aureacore::catalog
