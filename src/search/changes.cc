#include "search/changes.h"

#include <algorithm>

#include "base/hash.h"

namespace aureacore::search {
namespace {

constexpr std::size_t first_table_size = 1024;

constexpr std::uint64_t cell(std::size_t entry, std::uint64_t hash) { return (hash >> 32 << 32) | (entry + 1); }
constexpr std::uint32_t entry_in(std::uint64_t cell) { return static_cast<std::uint32_t>(cell) - 1; }

}  // namespace

Changes::Changes() : table_(first_table_size, 0) {}

std::size_t Changes::find(std::string_view term, std::uint64_t hash) const {
  std::size_t at = hash & (table_.size() - 1);
  while (table_[at] != 0) {
    if (table_[at] >> 32 == hash >> 32 && text_of(entries_[entry_in(table_[at])]) == term) break;
    at = (at + 1) & (table_.size() - 1);
  }
  return at;
}

void Changes::grow() {
  table_.assign(2 * table_.size(), 0);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    table_[find(text_of(entries_[i]), entries_[i].hash)] = cell(i, entries_[i].hash);
  }
}

std::uint32_t Changes::number_of(std::string_view term) {
  const std::uint64_t hash = base::hash64(term);
  std::size_t at = find(term, hash);
  if (table_[at] == 0) {
    if (2 * entries_.size() >= table_.size()) {
      grow();
      at = find(term, hash);
    }
    Entry& fresh = entries_.emplace_back();
    fresh.hash = hash;
    fresh.text = texts_.size();
    fresh.size = static_cast<std::uint8_t>(term.size());
    texts_.append(term);
    table_[at] = cell(entries_.size() - 1, hash);
  }
  return entry_in(table_[at]);
}

Changes::Entry& Changes::touch(std::string_view term) {
  const std::uint32_t index = number_of(term);
  Entry& entry = entries_[index];
  if (!entry.is_touched) {
    entry.is_touched = true;
    touched_.push_back(index);
  }
  return entry;
}

void Changes::read(const Document& document, Fields Entry::* side) {
  reader_.read(document, [&](std::string_view term, Fields fields) { (touch(term).*side).add(fields); });
}

void Changes::set(std::uint32_t number, const Document* before, const Document* after) {
  if (before != nullptr) read(*before, &Entry::before);
  if (after != nullptr) read(*after, &Entry::after);
  added_ += (after != nullptr ? 1 : 0) - (before != nullptr ? 1 : 0);
  for (const std::uint32_t index : touched_) {
    Entry& entry = entries_[index];
    if (entry.before != entry.after) entry.writer.put(entry.postings, {number, entry.after});
    entry.before = entry.after = {};
    entry.is_touched = false;
  }
  touched_.clear();
}

void Changes::add(std::uint32_t number, std::span<const TermFields> terms) {
  ++added_;
  for (const auto& [term, fields] : terms) entries_[term].writer.put(entries_[term].postings, {number, fields});
}

std::vector<Changes::Term> Changes::terms() const {
  std::vector<Term> terms;
  terms.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (!entry.postings.empty()) terms.push_back({text_of(entry), entry.postings});
  }
  std::ranges::sort(terms, {}, &Term::term);
  return terms;
}

}  // namespace aureacore::search
