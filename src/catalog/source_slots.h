// SourceSlots: which slots hold entities whose definition stands in a source. Persistent like the index.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/hash.h"
#include "base/persistent_map.h"
#include "catalog/id_set.h"

namespace aureacore::catalog {

class SourceSlots {
 public:
  explicit SourceSlots(std::uint64_t seed = 0) : seed_(seed) {}

  // Added to `out`; of sources of one hash those of all: ask the definitions.
  void of(std::string_view source, Selection& out) const {
    if (const IdSet* found = slots_.find(place(source))) found->add_to(out);
  }
  // How many there are, of sources of one hash those of all.
  [[nodiscard]] std::size_t size(std::string_view source) const {
    const IdSet* found = slots_.find(place(source));
    return found == nullptr ? 0 : found->size();
  }
  // Whether holds(slot) is true of any of them that is in `within`; of sources of one hash as above.
  template <class Holds>
  [[nodiscard]] bool any_in(std::string_view source, const Selection& within, const Holds& holds) const {
    const IdSet* found = slots_.find(place(source));
    return found != nullptr && found->any_in(within, holds);
  }
  void insert(std::string_view source, std::uint32_t slot, base::EditToken token) {
    IdSet slots = at(source);
    slots.insert(slot, token);
    slots_.set(place(source), std::move(slots), token);
  }
  // All slots of a source that has none yet, in growing order.
  void load(std::string_view source, std::span<const std::uint32_t> slots, base::EditToken token) {
    slots_.set(place(source), IdSet::of(slots, token), token);
  }
  void erase(std::string_view source, std::uint32_t slot, base::EditToken token) {
    IdSet slots = at(source);
    slots.erase(slot, token);
    if (slots.empty()) {
      slots_.erase(place(source), token);
    } else {
      slots_.set(place(source), std::move(slots), token);
    }
  }

 private:
  [[nodiscard]] std::uint64_t place(std::string_view source) const { return base::hash64(source, seed_); }
  [[nodiscard]] IdSet at(std::string_view source) const {
    const IdSet* found = slots_.find(place(source));
    return found == nullptr ? IdSet() : *found;
  }

  std::uint64_t seed_;
  base::PersistentMap<IdSet> slots_;
};

}  // namespace aureacore::catalog
