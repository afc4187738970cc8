// Index: which entities have which value at which path, for filters and facets.
//
// Terms come from flattening (flatten.h). Paths and values are told apart by 64-bit hashes under the lineage's seed; a
// value that only one entity has takes no more than its hash and slot. Persistent: a copy shares everything; edits by
// its single writer leave older copies untouched.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/persistent_map.h"
#include "catalog/flatten.h"
#include "catalog/id_set.h"

namespace aureacore::catalog {

struct FacetCount {
  std::string value;  // as written
  std::size_t count = 0;
};

// The entities that share a value at a path, apart by how the value is written ("Java", "java").
struct Posting : boost::intrusive_ref_counter<Posting> {
  struct Spelling {
    std::string value;
    IdSet ids;
  };
  base::EditToken token = 0;
  std::vector<Spelling> spellings;  // mostly one
};

// 31 bits of how a value is written: two values of one hash with one trace are taken to be written the same.
inline std::uint32_t spelling_trace(std::string_view value) {
  return static_cast<std::uint32_t>(base::hash64(value) >> 33);
}

// One slot with a trace of how its entity writes the value, or a Posting, in eight bytes.
class PostingRef {
 public:
  PostingRef() = default;
  PostingRef(std::uint32_t slot, std::uint32_t trace)
      : bits_((std::uintptr_t{trace} << 33) | (std::uintptr_t{slot} << 1) | 1) {}
  explicit PostingRef(boost::intrusive_ptr<Posting> posting)
      : bits_(reinterpret_cast<std::uintptr_t>(posting.detach())) {}
  PostingRef(const PostingRef& other) : bits_(other.bits_) {
    if (Posting* held = posting()) intrusive_ptr_add_ref(held);
  }
  PostingRef(PostingRef&& other) noexcept : bits_(std::exchange(other.bits_, 1)) {}
  PostingRef& operator=(PostingRef other) noexcept {
    std::swap(bits_, other.bits_);
    return *this;
  }
  ~PostingRef() {
    if (Posting* held = posting()) intrusive_ptr_release(held);
  }

  // Null where this is a single slot.
  [[nodiscard]] Posting* posting() const { return (bits_ & 1) != 0 ? nullptr : reinterpret_cast<Posting*>(bits_); }
  [[nodiscard]] std::uint32_t slot() const { return static_cast<std::uint32_t>(bits_ >> 1); }
  // Of a single slot: whether its entity writes the value just so. The value is known to be equal but for case.
  [[nodiscard]] bool spells(std::uint32_t trace) const { return (bits_ >> 33) == trace; }

 private:
  std::uintptr_t bits_ = 1;
};

// A term (see flatten.h) of the entity at a slot; the value's text is valid as long as whoever made this says.
struct SlotTerm {
  std::uint64_t path_hash = 0;
  std::uint64_t value_hash = 0;
  std::string_view value;
  std::uint32_t slot = 0;
  std::uint32_t trace = 0;  // of the value, see spelling_trace()
  bool has_value = false;
};

// A value at a path, as it was read instead of computed. Small: a load has millions of them.
struct ReadValue {
  const char* begin = nullptr;
  std::uint64_t hash = 0;        // as terms have it, under the seed of the index; of no value: 0
  std::uint32_t bytes = 0;       // of its text
  std::uint32_t path = 0;        // as whoever reads it numbers them
  std::uint32_t trace : 31 = 0;  // see spelling_trace()
  std::uint32_t has_value : 1 = 0;

  // As written; empty where the path has no value.
  [[nodiscard]] std::string_view text() const { return {begin, bytes}; }
};

class Index {
 public:
  // How the entity at a slot wrote the value of a term: asked when a second entity joins a value that so far one had, and writes
  // it otherwise.
  using Spelling = std::function<std::string(std::uint32_t slot, const Term& term)>;

  explicit Index(std::uint64_t seed = 0) : seed_(seed) {}

  void add(const Term& term, std::uint32_t slot, const Spelling& spelling, base::EditToken token);
  // Many at once, sorted by path hash, value hash and slot: no entity has a term at any of the paths yet.
  void add_all(std::span<const SlotTerm> terms, const Spelling& spelling, base::EditToken token);
  // What the entity at a slot has at a path.
  struct Loaded {
    std::uint64_t hash = 0;
    std::uint32_t slot = 0;
    std::uint32_t trace = 0;
    const ReadValue* value = nullptr;
  };
  // Appends all at a path, by slot. Any thread.
  using LoadedAt = std::function<void(std::size_t path, std::vector<Loaded>& out)>;
  // All that there is, into an empty index, by the hashes of all paths. On all processors.
  void load(std::span<const std::uint64_t> paths, const LoadedAt& loaded_at, base::EditToken token);
  void remove(const Term& term, std::uint32_t slot, base::EditToken token);

  // Regardless of case; added to `out`.
  void match(std::string_view path, std::string_view value, Selection& out) const;
  void match_exists(std::string_view path, Selection& out) const;

  // Number of distinct values at a path, regardless of case.
  [[nodiscard]] std::size_t values(std::string_view path) const;
  // Each distinct value at a path with its number of entities (in `within` if given), unsorted, without zeros.
  // `spelling` as above, for values that one entity has.
  [[nodiscard]] std::vector<FacetCount> facet(std::string_view path, const Selection* within,
                                              const Spelling& spelling) const;

 private:
  struct Path : boost::intrusive_ref_counter<Path> {
    base::EditToken token = 0;
    IdSet present;
    // Not every term has a value, and one entity may have several values at a path: how often each has any is in
    // `several`.
    base::PersistentMap<std::uint32_t> terms_of;  // slot, spread → number of its terms here, where more than one
    base::PersistentMap<PostingRef> values;
  };
  using PathPtr = boost::intrusive_ptr<Path>;

  [[nodiscard]] const Path* find(std::string_view path) const;
  // Visits the postings of what Backstage's table has as "path.item" = "true": for each way to take the path's end for an item.
  template <class Visit>
  void for_each_item_posting(std::string_view path, const Visit& visit) const;
  Path& writable(std::uint64_t path_hash, base::EditToken token);
  // Terms of one path, sorted as for add_all().
  static void join_all(Path& path, std::span<const SlotTerm> of_path, const Spelling& spelling, base::EditToken token);
  // All of one path by slot, into a path that has none.
  static void load_counts(Path& path, std::span<const Loaded> of_path, base::EditToken token);
  // Those that have a value, by hash and slot.
  static void load_values(Path& path, std::span<const Loaded> of_path, base::EditToken token);
  static boost::intrusive_ptr<Posting> make_posting(std::span<const Loaded> same, base::EditToken token);
  static void count_terms(Path& path, std::span<const SlotTerm> of_path, base::EditToken token);
  // Terms of one value.
  static void join(Path& path, std::span<const SlotTerm> same, const Spelling& spelling, base::EditToken token);
  // The posting of the value, for this edit to change; made where there was none, or a single slot.
  static Posting& writable_posting(Path& path, const SlotTerm& term, const Spelling& spelling, base::EditToken token);
  static void leave(Path& path, const Term& term, std::uint32_t slot, base::EditToken token);

  std::uint64_t seed_;
  base::PersistentMap<PathPtr> paths_;
};

}  // namespace aureacore::catalog
