#include "catalog/index.h"

#include <algorithm>

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

boost::intrusive_ptr<Posting> writable_posting(const Posting& posting, base::EditToken token) {
  boost::intrusive_ptr<Posting> copy(new Posting(posting));
  copy->token = token;
  return copy;
}

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

void Index::join(Path& path, const Term& term, std::uint32_t slot, const Spelling& spelling, base::EditToken token) {
  const PostingRef* found = path.values.find(term.value_hash);
  if (found == nullptr) {
    path.values.set(term.value_hash, PostingRef(slot, term.value), token);
    return;
  }
  if (found->posting() != nullptr && found->posting()->token == token) {
    spelling_of(*found->posting(), term.value).ids.insert(slot, token);
    return;
  }
  boost::intrusive_ptr<Posting> posting;
  if (found->posting() != nullptr) {
    posting = writable_posting(*found->posting(), token);
  } else {
    posting.reset(new Posting);
    posting->token = token;
    const bool same = found->spells(term.value);
    spelling_of(*posting, same ? term.value : spelling(found->slot(), term)).ids.insert(found->slot(), token);
  }
  spelling_of(*posting, term.value).ids.insert(slot, token);
  path.values.set(term.value_hash, PostingRef(std::move(posting)), token);
}

void Index::leave(Path& path, const Term& term, std::uint32_t slot, base::EditToken token) {
  const PostingRef* found = path.values.find(term.value_hash);
  if (found == nullptr) return;
  if (found->posting() == nullptr) {
    if (found->slot() == slot) path.values.erase(term.value_hash, token);
    return;
  }
  boost::intrusive_ptr<Posting> posting(found->posting());
  if (posting->token != token) posting = writable_posting(*posting, token);
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
    const std::uint32_t* before = path.terms_of.find(slot);
    path.terms_of.set(slot, before == nullptr ? 2 : *before + 1, token);
  } else {
    path.present.insert(slot, token);
  }
  if (term.has_value) join(path, term, slot, spelling, token);
}

void Index::remove(const Term& term, std::uint32_t slot, base::EditToken token) {
  Path& path = writable(term.path_hash, token);
  if (const std::uint32_t* count = path.terms_of.find(slot)) {
    if (*count == 2) {
      path.terms_of.erase(slot, token);
    } else {
      path.terms_of.set(slot, *count - 1, token);
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
