#include "catalog/id_set.h"

#include <algorithm>
#include <bit>

namespace aureacore::catalog {
namespace {

std::uint64_t bit(std::uint16_t low) { return std::uint64_t{1} << (low & 63); }

}  // namespace

const IdSet::Run* IdSet::find_run(std::uint32_t high) const {
  const auto at = std::ranges::lower_bound(runs_, high, {}, &Slot::high);
  return at != runs_.end() && at->high == high ? at->run.get() : nullptr;
}

IdSet::Run& IdSet::writable_run(std::uint32_t high, base::EditToken token) {
  auto at = std::ranges::lower_bound(runs_, high, {}, &Slot::high);
  if (at == runs_.end() || at->high != high) {
    at = runs_.insert(at, Slot{high, RunPtr(new Run)});
    at->run->token = token;
  } else if (at->run->token != token) {
    RunPtr copy(new Run(*at->run));
    copy->token = token;
    at->run = std::move(copy);
  }
  return *at->run;
}

void IdSet::make_dense(Run& run) {
  run.dense.assign(words_per_run, 0);
  for (const std::uint16_t low : run.sparse) run.dense[low >> 6] |= bit(low);
  run.sparse = std::vector<std::uint16_t>();  // {} would keep its memory
}

std::size_t IdSet::size() const {
  std::size_t sum = few_.size();
  for (const Slot& slot : runs_) sum += slot.run->size;
  return sum;
}

bool IdSet::contains(std::uint32_t id) const {
  if (runs_.empty()) return std::ranges::binary_search(few_, id);
  const Run* run = find_run(id >> run_bits);
  if (run == nullptr) return false;
  const auto low = static_cast<std::uint16_t>(id);
  if (!run->dense.empty()) return (run->dense[low >> 6] & bit(low)) != 0;
  return std::ranges::binary_search(run->sparse, low);
}

IdSet IdSet::of(std::span<const std::uint32_t> ids, base::EditToken token) {
  IdSet set;
  if (ids.size() <= few_limit) {
    set.few_.assign(ids.begin(), ids.end());
    return set;
  }
  for (auto begin = ids.begin(); begin != ids.end();) {
    const std::uint32_t high = *begin >> run_bits;
    const auto end = std::partition_point(begin, ids.end(), [&](std::uint32_t id) { return id >> run_bits == high; });
    Run& run = set.writable_run(high, token);
    run.size = static_cast<std::uint32_t>(end - begin);
    if (run.size > sparse_limit) {
      run.dense.assign(words_per_run, 0);
      for (const std::uint32_t id : std::span(begin, end)) {
        const auto low = static_cast<std::uint16_t>(id);
        run.dense[low >> 6] |= bit(low);
      }
    } else {
      run.sparse.assign(begin, end);
    }
    begin = end;
  }
  return set;
}

void IdSet::insert(std::uint32_t id, base::EditToken token) {
  if (contains(id)) return;
  if (runs_.empty() && few_.size() < few_limit) {
    few_.insert(std::ranges::lower_bound(few_, id), id);
    return;
  }
  for (const std::uint32_t member : few_) insert_into_run(member, token);
  few_ = std::vector<std::uint32_t>();
  insert_into_run(id, token);
}

void IdSet::insert_into_run(std::uint32_t id, base::EditToken token) {
  Run& run = writable_run(id >> run_bits, token);
  const auto low = static_cast<std::uint16_t>(id);
  if (run.dense.empty() && run.size == sparse_limit) make_dense(run);
  if (run.dense.empty()) {
    run.sparse.insert(std::ranges::lower_bound(run.sparse, low), low);
  } else {
    run.dense[low >> 6] |= bit(low);
  }
  ++run.size;
}

void IdSet::erase(std::uint32_t id, base::EditToken token) {
  if (!contains(id)) return;
  if (runs_.empty()) {
    few_.erase(std::ranges::lower_bound(few_, id));
  } else {
    erase_from_run(id, token);
  }
}

void IdSet::erase_from_run(std::uint32_t id, base::EditToken token) {
  const std::uint32_t high = id >> run_bits;
  Run& run = writable_run(high, token);
  const auto low = static_cast<std::uint16_t>(id);
  if (run.dense.empty()) {
    run.sparse.erase(std::ranges::lower_bound(run.sparse, low));
  } else {
    run.dense[low >> 6] &= ~bit(low);
  }
  if (--run.size == 0) runs_.erase(std::ranges::lower_bound(runs_, high, {}, &Slot::high));
}

void IdSet::add_to(Selection& out) const {
  for (const std::uint32_t id : few_) out.insert(id);
  for (const Slot& slot : runs_) {
    std::uint64_t* words = out.words() + slot.high * words_per_run;
    if (slot.run->dense.empty()) {
      for (const std::uint16_t low : slot.run->sparse) words[low >> 6] |= bit(low);
      continue;
    }
    const std::size_t count = std::min(words_per_run, out.blocks() - slot.high * words_per_run);
    for (std::size_t i = 0; i < count; ++i) words[i] |= slot.run->dense[i];
  }
}

std::size_t IdSet::count_in(const Selection& within) const {
  std::size_t sum = 0;
  for (const std::uint32_t id : few_) sum += within.contains(id) ? 1 : 0;
  for (const Slot& slot : runs_) {
    const std::size_t first = slot.high * words_per_run;
    if (slot.run->dense.empty()) {
      for (const std::uint16_t low : slot.run->sparse) sum += (within.word(first + (low >> 6)) & bit(low)) != 0 ? 1 : 0;
      continue;
    }
    const std::size_t count = std::min(words_per_run, within.blocks() - first);
    for (std::size_t i = 0; i < count; ++i) {
      sum += static_cast<std::size_t>(std::popcount(within.word(first + i) & slot.run->dense[i]));
    }
  }
  return sum;
}

}  // namespace aureacore::catalog
