// IdSet: a persistent set of slots, kept small whether it has one member or all (after Roaring bitmaps: runs of 65,536
// slots, each a sorted array while sparse and plain bits once dense).
//
// A copy shares everything; edits copy the one run that they touch, once per edit token (see base/persistent_map.h).
#pragma once

#include <algorithm>
#include <bit>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "base/persistent_map.h"
#include "catalog/selection.h"

namespace aureacore::catalog {

class IdSet {
 public:
  // Of these: in growing order, each once.
  static IdSet of(std::span<const std::uint32_t> ids, base::EditToken token);

  // Both are without effect where it is so already.
  void insert(std::uint32_t id, base::EditToken token);
  void erase(std::uint32_t id, base::EditToken token);

  // Counted run by run rather than kept: there are very many small sets, and few runs in a large one.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return few_.empty() && runs_.empty(); }
  [[nodiscard]] bool contains(std::uint32_t id) const;

  // Adds all members to `out`.
  void add_to(Selection& out) const;
  // How many members are in `within` too.
  [[nodiscard]] std::size_t count_in(const Selection& within) const;
  // Whether holds(id) is true of any member that is in `within` too; asked of no more than need be.
  template <class Holds>
  [[nodiscard]] bool any_in(const Selection& within, const Holds& holds) const {
    const auto is_one = [&](std::size_t id) {
      return within.contains(static_cast<std::uint32_t>(id)) && holds(static_cast<std::uint32_t>(id));
    };
    if (std::ranges::any_of(few_, is_one)) return true;
    for (const Slot& slot : runs_) {
      const std::size_t first = std::size_t{slot.high} << run_bits;
      const auto is_one_of_run = [&](std::size_t low) { return is_one(first + low); };
      if (std::ranges::any_of(slot.run->sparse, is_one_of_run)) return true;
      for (std::size_t i = 0; i < slot.run->dense.size() && first / 64 + i < within.blocks(); ++i) {
        for (std::uint64_t rest = slot.run->dense[i] & within.word(first / 64 + i); rest != 0; rest &= rest - 1) {
          if (is_one_of_run(64 * i + static_cast<std::size_t>(std::countr_zero(rest)))) return true;
        }
      }
    }
    return false;
  }

 private:
  static constexpr unsigned run_bits = 16;
  static constexpr std::size_t few_limit = 64;
  static constexpr std::size_t sparse_limit = 4096;  // an array of so many takes as much as the bits
  static constexpr std::size_t words_per_run = (1U << run_bits) / 64;

  struct Run : boost::intrusive_ref_counter<Run> {
    base::EditToken token = 0;
    std::uint32_t size = 0;
    std::vector<std::uint16_t> sparse;  // sorted; empty once dense
    std::vector<std::uint64_t> dense;
  };
  using RunPtr = boost::intrusive_ptr<Run>;
  struct Slot {
    std::uint32_t high = 0;  // the members' upper bits
    RunPtr run;
  };

  [[nodiscard]] const Run* find_run(std::uint32_t high) const;
  Run& writable_run(std::uint32_t high, base::EditToken token);
  static void make_dense(Run& run);
  void insert_into_run(std::uint32_t id, base::EditToken token);
  void erase_from_run(std::uint32_t id, base::EditToken token);

  std::vector<std::uint32_t> few_;  // sorted; all members as long as there are no runs
  std::vector<Slot> runs_;          // sorted by high; once there are any they hold all members
};

}  // namespace aureacore::catalog
