#include "catalog/index.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <numeric>

#include "base/parallel.h"
#include "base/text.h"

namespace aureacore::catalog {
namespace {

Posting::Spelling& spelling_of(Posting& posting, std::string_view value) {
  const auto at = std::ranges::find(posting.spellings, value, &Posting::Spelling::value);
  if (at != posting.spellings.end()) return *at;
  return posting.spellings.emplace_back(Posting::Spelling{std::string(value), {}});
}

void add_to(const PostingRef& ref, Selection& out) {
  if (ref.posting() == nullptr) return out.insert(ref.slot());
  for (const auto& spelling : ref.posting()->spellings) spelling.ids.add_to(out);
}

std::size_t count_in(const IdSet& ids, const Selection* within) {
  return within == nullptr ? ids.size() : ids.count_in(*within);
}

std::size_t count_in(const PostingRef& ref, const Selection* within) {
  if (ref.posting() == nullptr) return within == nullptr || within->contains(ref.slot()) ? 1 : 0;
  std::size_t sum = 0;
  for (const auto& spelling : ref.posting()->spellings) sum += count_in(spelling.ids, within);
  return sum;
}

boost::intrusive_ptr<Posting> copy_for_edit(const Posting& posting, base::EditToken token) {
  boost::intrusive_ptr<Posting> copy(new Posting(posting));
  copy->token = token;
  return copy;
}

// A slot as a key of a persistent map.
std::uint64_t spread(std::uint32_t slot) { return slot * item_mark; }

// The length of the run at the front whose members are alike.
template <class Each, class Alike>
std::size_t run_length(std::span<const Each> all, const Alike& alike) {
  std::size_t length = 1;
  while (length < all.size() && alike(all[length], all[0])) ++length;
  return length;
}

// Sorts what is in order of slots by hash, then slot: hashes are spread evenly, so their first bits say nearly where each belongs.
class HashSorter {
 public:
  using Loaded = Index::Loaded;

  // Valid until the next call.
  std::span<const Loaded> sort(std::span<const Loaded> by_slot) {
    constexpr std::size_t bucket_size = 4;
    const auto bits = static_cast<int>(std::bit_width(by_slot.size() / bucket_size));
    const auto bucket_of = [bits](const Loaded& each) { return bits == 0 ? 0 : each.hash >> (64 - bits); };
    ends_.assign((std::size_t{1} << bits) + 1, 0);
    for (const Loaded& each : by_slot) ++ends_[bucket_of(each) + 1];
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    sorted_.resize(by_slot.size());
    for (const Loaded& each : by_slot) sorted_[ends_[bucket_of(each)]++] = each;
    std::size_t begin = 0;
    for (const std::size_t end : std::span(ends_).first(ends_.size() - 1)) {
      const auto bucket = std::span(sorted_).subspan(begin, end - begin);
      if (!std::ranges::is_sorted(bucket, before)) std::ranges::sort(bucket, before);
      begin = end;
    }
    return sorted_;
  }

 private:
  static bool before(const Loaded& a, const Loaded& b) { return a.hash != b.hash ? a.hash < b.hash : a.slot < b.slot; }

  std::vector<std::size_t> ends_;
  std::vector<Loaded> sorted_;
};

}  // namespace

const Index::Path* Index::find(std::string_view path) const {
  const PathPtr* found = paths_.find(hash_folded(path, seed_));
  return found == nullptr ? nullptr : found->get();
}

Index::Path& Index::writable(std::uint64_t path_hash, base::EditToken token) {
  const PathPtr* found = paths_.find(path_hash);
  if (found != nullptr && (*found)->token == token) return **found;
  PathPtr path(found == nullptr ? new Path : new Path(**found));
  path->token = token;
  Path& result = *path;
  paths_.set(path_hash, std::move(path), token);
  return result;
}

Posting& Index::writable_posting(Path& path, const SlotTerm& term, const Spelling& spelling, base::EditToken token) {
  const PostingRef* found = path.values.find(term.value_hash);
  if (found != nullptr && found->posting() != nullptr && found->posting()->token == token) return *found->posting();
  boost::intrusive_ptr<Posting> posting;
  if (found != nullptr && found->posting() != nullptr) {
    posting = copy_for_edit(*found->posting(), token);
  } else {
    posting.reset(new Posting);
    posting->token = token;
    if (found != nullptr) {
      if (found->spells(term.trace)) {
        spelling_of(*posting, term.value).ids.insert(found->slot(), token);
      } else {
        Term wanted;
        wanted.path_hash = term.path_hash;
        wanted.value_hash = term.value_hash;
        spelling_of(*posting, spelling(found->slot(), wanted)).ids.insert(found->slot(), token);
      }
    }
  }
  Posting& result = *posting;
  path.values.set(term.value_hash, PostingRef(std::move(posting)), token);
  return result;
}

void Index::join(Path& path, std::span<const SlotTerm> same, const Spelling& spelling, base::EditToken token) {
  const SlotTerm& first = same.front();
  if (same.size() == 1 && path.values.find(first.value_hash) == nullptr) {
    path.values.set(first.value_hash, PostingRef(first.slot, first.trace), token);
    return;
  }
  Posting& posting = writable_posting(path, first, spelling, token);
  Posting::Spelling* spelled = nullptr;
  std::uint32_t trace = 0;
  for (const SlotTerm& each : same) {
    if (spelled == nullptr || trace != each.trace) spelled = &spelling_of(posting, each.value);
    trace = each.trace;
    spelled->ids.insert(each.slot, token);
  }
}

void Index::leave(Path& path, const Term& term, std::uint32_t slot, base::EditToken token) {
  const PostingRef* found = path.values.find(term.value_hash);
  if (found == nullptr) return;
  if (found->posting() == nullptr) {
    if (found->slot() == slot) path.values.erase(term.value_hash, token);
    return;
  }
  boost::intrusive_ptr<Posting> posting(found->posting());
  if (posting->token != token) posting = copy_for_edit(*posting, token);
  const auto at = std::ranges::find(posting->spellings, term.value, &Posting::Spelling::value);
  if (at == posting->spellings.end()) return;
  at->ids.erase(slot, token);
  if (at->ids.empty()) posting->spellings.erase(at);
  if (posting->spellings.empty()) {
    path.values.erase(term.value_hash, token);
  } else {
    path.values.set(term.value_hash, PostingRef(std::move(posting)), token);
  }
}

void Index::add(const Term& term, std::uint32_t slot, const Spelling& spelling, base::EditToken token) {
  Path& path = writable(term.path_hash, token);
  if (path.present.contains(slot)) {
    const std::uint32_t* before = path.terms_of.find(spread(slot));
    path.terms_of.set(spread(slot), before == nullptr ? 2 : *before + 1, token);
  } else {
    path.present.insert(slot, token);
  }
  const SlotTerm one{term.path_hash, term.value_hash, term.value, slot, spelling_trace(term.value), term.has_value};
  if (term.has_value) join(path, {&one, 1}, spelling, token);
}

void Index::add_all(std::span<const SlotTerm> terms, const Spelling& spelling, base::EditToken token) {
  while (!terms.empty()) {
    const auto of_path =
        terms.first(run_length(terms, [](const SlotTerm& a, const SlotTerm& b) { return a.path_hash == b.path_hash; }));
    Path& path = writable(of_path.front().path_hash, token);
    count_terms(path, of_path, token);
    join_all(path, of_path, spelling, token);
    terms = terms.subspan(of_path.size());
  }
}

void Index::join_all(Path& path, std::span<const SlotTerm> of_path, const Spelling& spelling, base::EditToken token) {
  for (auto rest = of_path; !rest.empty();) {
    const auto same = rest.first(run_length(rest, [](const SlotTerm& a, const SlotTerm& b) {
      return a.value_hash == b.value_hash && a.has_value == b.has_value;
    }));
    if (same.front().has_value) join(path, same, spelling, token);
    rest = rest.subspan(same.size());
  }
}

// Paths share nothing, so each is one thread's work.
void Index::load(std::span<const std::uint64_t> paths, const LoadedAt& loaded_at, base::EditToken token) {
  std::vector<Path*> fresh;
  fresh.reserve(paths.size());
  for (const std::uint64_t hash : paths) fresh.push_back(&writable(hash, token));
  std::atomic<std::size_t> next{0};
  base::in_parallel(paths.size(), [&](std::size_t, std::size_t) {
    std::vector<Loaded> loaded;
    HashSorter by_hash;
    for (std::size_t i = next++; i < paths.size(); i = next++) {
      loaded.clear();
      loaded_at(i, loaded);
      load_counts(*fresh[i], loaded, token);
      std::erase_if(loaded, [](const Loaded& each) { return each.value->has_value == 0; });
      load_values(*fresh[i], by_hash.sort(loaded), token);
    }
  });
}

void Index::load_counts(Path& path, std::span<const Loaded> of_path, base::EditToken token) {
  std::vector<std::uint32_t> slots;
  std::vector<base::PersistentMap<std::uint32_t>::Item> several;
  slots.reserve(of_path.size());
  for (auto rest = of_path; !rest.empty();) {
    const std::size_t count = run_length(rest, [](const Loaded& a, const Loaded& b) { return a.slot == b.slot; });
    slots.push_back(rest.front().slot);
    if (count > 1) several.push_back({spread(rest.front().slot), static_cast<std::uint32_t>(count)});
    rest = rest.subspan(count);
  }
  path.present = IdSet::of(slots, token);
  std::ranges::sort(several, {}, [](const auto& item) { return item.hash; });
  path.terms_of = base::PersistentMap<std::uint32_t>::of(several, token);
}

void Index::load_values(Path& path, std::span<const Loaded> of_path, base::EditToken token) {
  std::vector<base::PersistentMap<PostingRef>::Item> items;
  for (auto rest = of_path; !rest.empty();) {
    const auto same = rest.first(run_length(rest, [](const Loaded& a, const Loaded& b) { return a.hash == b.hash; }));
    rest = rest.subspan(same.size());
    const Loaded& first = same.front();
    items.push_back(
        {first.hash, same.size() == 1 ? PostingRef(first.slot, first.trace) : PostingRef(make_posting(same, token))});
  }
  path.values = base::PersistentMap<PostingRef>::of(items, token);
}

boost::intrusive_ptr<Posting> Index::make_posting(std::span<const Loaded> same, base::EditToken token) {
  boost::intrusive_ptr<Posting> posting(new Posting);
  posting->token = token;
  // Mostly all write it the same way.
  std::vector<Loaded> others;
  for (auto left = same; !left.empty(); left = others) {
    const Loaded first = left.front();
    std::vector<std::uint32_t> slots;
    std::vector<Loaded> next;
    for (const Loaded& each : left) {
      if (each.trace != first.trace) {
        next.push_back(each);
      } else if (slots.empty() || slots.back() != each.slot) {
        slots.push_back(each.slot);
      }
    }
    posting->spellings.push_back({std::string(first.value->text()), IdSet::of(slots, token)});
    others = std::move(next);
  }
  return posting;
}

void Index::count_terms(Path& path, std::span<const SlotTerm> of_path, base::EditToken token) {
  std::vector<std::uint32_t> slots;
  slots.reserve(of_path.size());
  for (const SlotTerm& each : of_path) slots.push_back(each.slot);
  if (!std::ranges::is_sorted(slots)) std::ranges::sort(slots);
  for (auto at = slots.begin(); at != slots.end();) {
    const auto next = std::upper_bound(at, slots.end(), *at);
    path.present.insert(*at, token);
    if (next - at > 1) path.terms_of.set(spread(*at), static_cast<std::uint32_t>(next - at), token);
    at = next;
  }
}

void Index::remove(const Term& term, std::uint32_t slot, base::EditToken token) {
  Path& path = writable(term.path_hash, token);
  if (const std::uint32_t* count = path.terms_of.find(spread(slot))) {
    if (*count == 2) {
      path.terms_of.erase(spread(slot), token);
    } else {
      path.terms_of.set(spread(slot), *count - 1, token);
    }
  } else {
    path.present.erase(slot, token);
  }
  if (term.has_value) leave(path, term, slot, token);
  if (path.present.empty()) paths_.erase(term.path_hash, token);
}

template <class Visit>
void Index::for_each_item_posting(std::string_view path, const Visit& visit) const {
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const Path* list = find(path.substr(0, dot));
    if (list == nullptr) continue;
    const PostingRef* ref = list->values.find(hash_folded(path.substr(dot + 1), seed_) ^ item_mark);
    if (ref != nullptr) visit(*ref);
  }
}

void Index::match(std::string_view path, std::string_view value, Selection& out) const {
  if (const Path* found = find(path)) {
    const std::uint64_t hash = hash_folded(value, seed_);
    for (const std::uint64_t form : {hash, hash ^ item_mark}) {
      if (const PostingRef* ref = found->values.find(form)) add_to(*ref, out);
    }
  }
  if (base::equal_ignoring_case(value, "true")) {
    for_each_item_posting(path, [&](const PostingRef& ref) { add_to(ref, out); });
  }
}

void Index::match_exists(std::string_view path, Selection& out) const {
  if (const Path* found = find(path)) found->present.add_to(out);
  for_each_item_posting(path, [&](const PostingRef& ref) { add_to(ref, out); });
}

std::size_t Index::values(std::string_view path) const {
  const Path* found = find(path);
  return found == nullptr ? 0 : found->values.size();
}

std::vector<FacetCount> Index::facet(std::string_view path, const Selection* within, const Spelling& spelling) const {
  std::vector<FacetCount> counts;
  std::size_t items = 0;
  for_each_item_posting(path, [&](const PostingRef& ref) { items += count_in(ref, within); });
  if (items > 0) counts.push_back({"true", items});
  const Path* found = find(path);
  if (found == nullptr) return counts;
  const std::uint64_t path_hash = hash_folded(path, seed_);
  found->values.for_each([&](std::uint64_t value_hash, const PostingRef& ref) {
    if (ref.posting() == nullptr) {
      if (count_in(ref, within) == 0) return;
      Term term;
      term.path_hash = path_hash;
      term.value_hash = value_hash;
      counts.push_back({spelling(ref.slot(), term), 1});
      return;
    }
    for (const auto& [value, ids] : ref.posting()->spellings) {
      const std::size_t count = count_in(ids, within);
      if (count > 0) counts.push_back({value, count});
    }
  });
  return counts;
}

}  // namespace aureacore::catalog
