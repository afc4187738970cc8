// PersistentMap: 64-bit hash → value, with structural sharing (a compressed hash-array-mapped trie, 32 ways).
//
// A copy costs one pointer and shares everything. An edit copies only the path to what it changes, and not even that
// for nodes made under the same edit token: the single writer of a lineage passes a token that no ancestor of the map
// has seen, and may then change its own fresh nodes in place. Any number of threads read any version meanwhile. Hashes
// are the keys: telling apart two keys of one hash is the caller's business. They are spent from the top bits down, so that
// edits in the order of their hashes touch neighbouring nodes; keys that are no hashes must be spread over all 64 bits.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace aureacore::base {

using EditToken = std::uint64_t;

template <class Value>
class PersistentMap {
 public:
  PersistentMap() = default;
  PersistentMap(const PersistentMap& other) : root_(other.root_), size_(other.size_) { retain(root_); }
  PersistentMap(PersistentMap&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  PersistentMap& operator=(PersistentMap other) noexcept {
    std::swap(root_, other.root_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~PersistentMap() { release(root_); }

  struct Item {
    std::uint64_t hash;
    Value value;
  };
  // Of these, sorted by hash, each hash once; the values are moved out. Far cheaper than set() for each: no node is made that
  // the next item makes too small.
  static PersistentMap of(std::span<Item> items, EditToken token) {
    PersistentMap map;
    if (!items.empty()) map.root_ = build(items, token, 0);
    map.size_ = items.size();
    return map;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  // Null where there is none. Valid as long as this version is.
  [[nodiscard]] const Value* find(std::uint64_t hash) const {
    unsigned shift = 0;
    for (const Node* node = root_; node != nullptr; shift += bits) {
      const std::uint32_t bit = bit_of(hash, shift);
      if ((node->entry_map & bit) != 0) {
        const Entry& entry = node->entries()[node->entry_index(bit)];
        return entry.hash == hash ? &entry.value : nullptr;
      }
      if ((node->child_map & bit) == 0) return nullptr;
      node = node->children()[node->child_index(bit)];
    }
    return nullptr;
  }

  // find() of each hash. Memory is asked for what several of them need next at once, where find() after find() would wait for it
  // one by one.
  void find_all(std::span<const std::uint64_t> hashes, std::span<const Value*> found) const {
    for (std::size_t at = 0; at < hashes.size(); at += together) {
      const std::size_t count = std::min(together, hashes.size() - at);
      find_together(hashes.subspan(at, count), found.subspan(at, count));
    }
  }

  void set(std::uint64_t hash, Value value, EditToken token) {
    bool added = false;
    root_ = insert(root_, hash, std::move(value), token, 0, added);
    size_ += added ? 1 : 0;
  }

  // No effect where there is none.
  void erase(std::uint64_t hash, EditToken token) {
    if (find(hash) == nullptr) return;
    root_ = remove(root_, hash, token, 0);
    --size_;
  }

  // visit(hash, value) for each, in an order of its own.
  template <class Visit>
  void for_each(const Visit& visit) const {
    walk(root_, visit);
  }

 private:
  static constexpr unsigned bits = 5;
  static constexpr std::size_t together = 16;  // about as many reads as a processor keeps under way

  using Entry = Item;

  // Followed in the same allocation by its entries, then its children.
  struct Node {
    std::atomic<std::uint32_t> references{1};
    std::uint32_t entry_map = 0;
    std::uint32_t child_map = 0;
    EditToken token = 0;

    [[nodiscard]] unsigned entry_count() const { return static_cast<unsigned>(std::popcount(entry_map)); }
    [[nodiscard]] unsigned child_count() const { return static_cast<unsigned>(std::popcount(child_map)); }
    [[nodiscard]] unsigned entry_index(std::uint32_t bit) const {
      return static_cast<unsigned>(std::popcount(entry_map & (bit - 1)));
    }
    [[nodiscard]] unsigned child_index(std::uint32_t bit) const {
      return static_cast<unsigned>(std::popcount(child_map & (bit - 1)));
    }
    Entry* entries() { return reinterpret_cast<Entry*>(this + 1); }
    const Entry* entries() const { return reinterpret_cast<const Entry*>(this + 1); }
    Node** children() { return reinterpret_cast<Node**>(entries() + entry_count()); }
    Node* const* children() const { return reinterpret_cast<Node* const*>(entries() + entry_count()); }
  };
  static_assert(sizeof(Node) % alignof(Entry) == 0 && sizeof(Entry) % alignof(Node*) == 0);

  // Where one of several look-ups stands: before a node, a child's pointer or an entry that has been asked for.
  struct Step {
    const Node* node;
    Node* const* child;
    const Entry* entry;
    std::uint64_t hash;
    unsigned shift;
    const Value** found;

    // Goes on by one read; false once the outcome is known.
    bool advance() {
      if (entry != nullptr) {
        *found = entry->hash == hash ? &entry->value : nullptr;
        return false;
      }
      if (child != nullptr) {
        node = *child;
        child = nullptr;
        __builtin_prefetch(node);
        return true;
      }
      const std::uint32_t bit = bit_of(hash, shift);
      shift += bits;
      if ((node->entry_map & bit) != 0) {
        entry = node->entries() + node->entry_index(bit);
        __builtin_prefetch(entry);
        return true;
      }
      *found = nullptr;
      if ((node->child_map & bit) == 0) return false;
      child = node->children() + node->child_index(bit);
      __builtin_prefetch(static_cast<const void*>(child));
      return true;
    }
  };

  void find_together(std::span<const std::uint64_t> hashes, std::span<const Value*> found) const {
    std::array<Step, together> steps;  // NOLINT(cppcoreguidelines-pro-type-member-init): written as far as it is read
    std::ranges::fill(found, nullptr);
    std::size_t open = root_ == nullptr ? 0 : hashes.size();
    for (std::size_t i = 0; i < open; ++i) steps[i] = {root_, nullptr, nullptr, hashes[i], 0, &found[i]};
    while (open > 0) {
      for (std::size_t i = 0; i < open;) {
        if (steps[i].advance()) {
          ++i;
        } else {
          steps[i] = steps[--open];
        }
      }
    }
  }

  static std::uint32_t bit_of(std::uint64_t hash, unsigned shift) {
    return std::uint32_t{1} << ((hash << shift) >> (64 - bits));
  }

  // A node with these maps; the caller constructs all its entries and children.
  static Node* allocate(std::uint32_t entry_map, std::uint32_t child_map, EditToken token) {
    const auto entries = static_cast<unsigned>(std::popcount(entry_map));
    const auto children = static_cast<unsigned>(std::popcount(child_map));
    void* memory = ::operator new(sizeof(Node) + entries * sizeof(Entry) + children * sizeof(Node*));
    Node* node = new (memory) Node;
    node->entry_map = entry_map;
    node->child_map = child_map;
    node->token = token;
    return node;
  }

  static Node* retain(Node* node) {
    if (node != nullptr) node->references.fetch_add(1, std::memory_order_relaxed);
    return node;
  }

  static void release(Node* node) {
    if (node == nullptr || node->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    for (unsigned i = 0; i < node->child_count(); ++i) release(node->children()[i]);
    free_shell(node);
  }

  // Destroys the entries and the memory; the children's references are no longer this node's.
  static void free_shell(Node* node) {
    std::destroy_n(node->entries(), node->entry_count());
    node->~Node();
    ::operator delete(node);
  }

  static bool owned(const Node* node, EditToken token) { return node->token == token; }

  // Takes over a reference to `old` and gives a node with other maps, whose common entries and children are those of
  // `old`. A slot for a bit that only the new maps have is left for the caller to construct.
  static Node* reshape(Node* old, std::uint32_t entry_map, std::uint32_t child_map, EditToken token) {
    Node* node = allocate(entry_map, child_map, token);
    const bool move = owned(old, token);
    for (std::uint32_t rest = entry_map & old->entry_map; rest != 0; rest &= rest - 1) {
      const std::uint32_t bit = rest & (~rest + 1);
      Entry& from = old->entries()[old->entry_index(bit)];
      Entry* to = node->entries() + node->entry_index(bit);
      if (move) {
        new (to) Entry{from.hash, std::move(from.value)};
      } else {
        new (to) Entry{from.hash, from.value};
      }
    }
    for (std::uint32_t rest = child_map & old->child_map; rest != 0; rest &= rest - 1) {
      const std::uint32_t bit = rest & (~rest + 1);
      Node* child = old->children()[old->child_index(bit)];
      node->children()[node->child_index(bit)] = move ? child : retain(child);
    }
    if (move) {
      free_shell(old);
    } else {
      release(old);
    }
    return node;
  }

  static Node* writable(Node* node, EditToken token) {
    return owned(node, token) ? node : reshape(node, node->entry_map, node->child_map, token);
  }

  // The items share the bits of their hashes before `shift`.
  static Node* build(std::span<Item> items, EditToken token, unsigned shift) {
    std::array<std::size_t, (std::size_t{1} << bits) + 1> begins{};  // of the items of a node each, one after the other
    std::size_t nodes = 0;
    std::uint32_t entry_map = 0;
    std::uint32_t child_map = 0;
    for (std::size_t begin = 0; begin < items.size();) {
      const std::uint32_t bit = bit_of(items[begin].hash, shift);
      std::size_t end = begin + 1;
      while (end < items.size() && bit_of(items[end].hash, shift) == bit) ++end;
      (end - begin == 1 ? entry_map : child_map) |= bit;
      begins[nodes++] = begin;
      begin = end;
    }
    begins[nodes] = items.size();
    Node* node = allocate(entry_map, child_map, token);
    Entry* entry = node->entries();
    Node** child = node->children();
    for (std::size_t i = 0; i < nodes; ++i) {
      const auto of_node = items.subspan(begins[i], begins[i + 1] - begins[i]);
      if (of_node.size() == 1) {
        new (entry++) Entry{of_node[0].hash, std::move(of_node[0].value)};
      } else {
        *child++ = build(of_node, token, shift + bits);
      }
    }
    return node;
  }

  // All of these take over the reference to `node` and return the reference that replaces it.
  static Node* insert(Node* node, std::uint64_t hash, Value value, EditToken token, unsigned shift, bool& added) {
    const std::uint32_t bit = bit_of(hash, shift);
    if (node == nullptr) node = allocate(0, 0, token);
    if ((node->child_map & bit) != 0) {
      node = writable(node, token);
      Node*& child = node->children()[node->child_index(bit)];
      child = insert(child, hash, std::move(value), token, shift + bits, added);
      return node;
    }
    if ((node->entry_map & bit) == 0) {
      added = true;
      node = reshape(node, node->entry_map | bit, node->child_map, token);
      new (node->entries() + node->entry_index(bit)) Entry{hash, std::move(value)};
      return node;
    }
    node = writable(node, token);
    Entry& entry = node->entries()[node->entry_index(bit)];
    if (entry.hash == hash) {
      entry.value = std::move(value);
      return node;
    }
    added = true;
    bool ignored = false;
    Node* child = insert(nullptr, entry.hash, std::move(entry.value), token, shift + bits, ignored);
    child = insert(child, hash, std::move(value), token, shift + bits, ignored);
    node = reshape(node, node->entry_map & ~bit, node->child_map | bit, token);
    node->children()[node->child_index(bit)] = child;
    return node;
  }

  // The hash is there.
  static Node* remove(Node* node, std::uint64_t hash, EditToken token, unsigned shift) {
    const std::uint32_t bit = bit_of(hash, shift);
    if ((node->entry_map & bit) != 0) {
      if (node->entry_count() == 1 && node->child_count() == 0) {
        release(node);
        return nullptr;
      }
      return reshape(node, node->entry_map & ~bit, node->child_map, token);
    }
    node = writable(node, token);
    Node*& child = node->children()[node->child_index(bit)];
    child = remove(child, hash, token, shift + bits);
    if (child != nullptr) return node;
    if (node->entry_count() == 0 && node->child_count() == 1) {
      free_shell(node);
      return nullptr;
    }
    return reshape(node, node->entry_map, node->child_map & ~bit, token);
  }

  template <class Visit>
  static void walk(const Node* node, const Visit& visit) {
    if (node == nullptr) return;
    for (unsigned i = 0; i < node->entry_count(); ++i) visit(node->entries()[i].hash, node->entries()[i].value);
    for (unsigned i = 0; i < node->child_count(); ++i) walk(node->children()[i], visit);
  }

  Node* root_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace aureacore::base
