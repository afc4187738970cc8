// Flattening: an entity's JSON → the (path, value) terms under which it is found.
//
// As Backstage's search table: members joined with dots, items of an array under the array's path, relations as
// "relations.<type>" = target; `status` and the etag are left out. That table has a string item a second time, as
// "path.item" = "true"; here the term says that it is an item, and the index answers for those paths too. Paths are folded to lower
// case; values keep theirs, for facets. One Flattener belongs to one thread; it keeps its buffers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/entity.h"

namespace aureacore::catalog {

struct Term {
  std::uint64_t path_hash = 0;
  std::uint64_t value_hash = 0;  // of the value in lower case, with `item_mark` for an item; of no value: 0
  std::string_view path;         // lower case
  std::string_view value;        // as written; JavaScript's text for numbers and booleans
  bool has_value = false;        // null and the empty object have none: the path exists and that is all

  friend bool operator==(const Term& a, const Term& b) {
    return a.path_hash == b.path_hash && a.value_hash == b.value_hash && a.value == b.value &&
           a.has_value == b.has_value;
  }
};

// Set apart, in the hash of its value, a string that is an item of an array.
constexpr std::uint64_t item_mark = 0x9E37'79B9'7F4A'7C15ULL;

// Hashes as terms have them, of a path and a value in any case.
std::uint64_t hash_folded(std::string_view text, std::uint64_t seed);

// How the value of a term is written in these terms (found by its hashes); empty where it is not among them.
std::string spelling(const std::vector<Term>& terms, const Term& wanted);

class Flattener {
 public:
  explicit Flattener(std::uint64_t seed);
  ~Flattener();
  Flattener(const Flattener&) = delete;
  Flattener& operator=(const Flattener&) = delete;

  // Sorted by (path hash, value hash, value), distinct. Valid until the next call.
  const std::vector<Term>& terms(const Entity& entity);
  // For many entities: the same behind what was appended since clear(). Texts stay where they are until then; the terms
  // themselves move.
  const std::vector<Term>& append(const Entity& entity);
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aureacore::catalog
