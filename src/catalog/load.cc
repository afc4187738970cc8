#include "catalog/load.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <unordered_map>

#include "base/hash.h"
#include "base/parallel.h"

namespace aureacore::catalog {
namespace {

// So many values are gathered and sorted at a time.
constexpr std::size_t values_at_once = 1'000'000;

// An entity of a segment, found by its rank among all, which is its slot.
struct Entry {
  const Segment* segment;
  std::uint32_t segment_number;
  std::uint32_t row;

  [[nodiscard]] const EntityPtr& entity() const { return segment->rows[row].entity; }
  [[nodiscard]] std::span<const Segment::Value> values() const {
    const std::size_t begin = row == 0 ? 0 : segment->rows[row - 1].values_end;
    return std::span(segment->values).subspan(begin, segment->rows[row].values_end - begin);
  }
  [[nodiscard]] std::span<const Segment::Word> words() const {
    const std::size_t begin = row == 0 ? 0 : segment->rows[row - 1].words_end;
    return std::span(segment->words).subspan(begin, segment->rows[row].words_end - begin);
  }
};

std::vector<Entry> in_order(const std::vector<Segment>& segments) {
  std::vector<std::pair<std::string_view, Entry>> keyed;
  for (std::uint32_t number = 0; number < segments.size(); ++number) {
    const auto& rows = segments[number].rows;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      keyed.push_back({rows[row].entity->key(), {&segments[number], number, row}});
    }
  }
  std::ranges::sort(keyed, {}, &std::pair<std::string_view, Entry>::first);
  std::vector<Entry> entries;
  entries.reserve(keyed.size());
  for (const auto& [key, entry] : keyed) entries.push_back(entry);
  return entries;
}

// Numbers for texts that several segments have, each by its own number.
class Numbering {
 public:
  explicit Numbering(std::size_t segments) : of_segment_(segments) {}

  template <class Number>
  void add(std::size_t segment, const std::vector<std::string_view>& texts, const Number& number) {
    for (const std::string_view text : texts) of_segment_[segment].push_back(number(text));
  }
  [[nodiscard]] std::uint32_t at(std::size_t segment, std::uint32_t text) const { return of_segment_[segment][text]; }

 private:
  std::vector<std::vector<std::uint32_t>> of_segment_;
};

// Of the values at all paths, those of some paths at a time.
class Values {
 public:
  Values(const std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed)
      : entries_(entries), numbers_(segments.size()) {
    std::unordered_map<std::string_view, std::uint32_t> known;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      numbers_.add(i, segments[i].paths, [&](std::string_view path) {
        const auto [at, is_new] = known.emplace(path, static_cast<std::uint32_t>(paths_.size()));
        if (is_new) paths_.push_back({base::hash64(path, seed), 0});
        return at->second;
      });
      for (const Segment::Value& value : segments[i].values) ++paths_[numbers_.at(i, value.path)].count;
    }
  }

  void add_to(Index& index, base::EditToken token) {
    for (std::size_t first = 0; first < paths_.size();) {
      std::size_t last = first;
      for (std::size_t count = 0; last < paths_.size() && (last == first || count < values_at_once); ++last) {
        count += paths_[last].count;
      }
      add_to(index, first, last, token);
      first = last;
    }
  }

 private:
  struct Path {
    std::uint64_t hash;
    std::size_t count;
  };

  void add_to(Index& index, std::size_t first, std::size_t last, base::EditToken token) {
    std::vector<std::vector<SlotTerm>> terms(last - first);
    for (std::size_t i = first; i < last; ++i) terms[i - first].reserve(paths_[i].count);
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      for (const Segment::Value& value : entries_[slot].values()) {
        const std::size_t path = numbers_.at(entries_[slot].segment_number, value.path);
        if (path < first || path >= last) continue;
        terms[path - first].push_back({.path_hash = paths_[path].hash,
                                       .value_hash = value.hash,
                                       .value = value.text,
                                       .slot = slot,
                                       .trace = value.trace,
                                       .has_value = value.has_value});
      }
    }
    index.load(std::move(terms), token);
  }

  const std::vector<Entry>& entries_;
  Numbering numbers_;
  std::vector<Path> paths_;
};

void add_texts(const std::vector<Segment>& segments, const std::vector<Entry>& entries, search::Index& index) {
  search::Changes changes;
  Numbering numbers(segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) {
    numbers.add(i, segments[i].terms, [&](std::string_view term) { return changes.number_of(term); });
  }
  std::vector<search::Changes::TermFields> terms;
  for (std::uint32_t slot = 0; slot < entries.size(); ++slot) {
    terms.clear();
    for (const Segment::Word& word : entries[slot].words()) {
      terms.push_back({numbers.at(entries[slot].segment_number, word.term), word.fields});
    }
    changes.add(slot, terms);
  }
  index.apply(changes);
}

void add_relations(const std::vector<Entry>& entries, Edges& edges, SourceSlots& by_source, base::EditToken token) {
  for (std::uint32_t slot = 0; slot < entries.size(); ++slot) {
    const entity::Definition& definition = *entries[slot].entity()->definition;
    for (const auto& [type, target] : definition.relations) edges.add(target, {slot, inverse(type)}, token);
    by_source.insert(definition.place.file->source, slot, token);
  }
}

}  // namespace

class Loader {
 public:
  static SnapshotPtr load(const std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed) {
    boost::intrusive_ptr<Snapshot> snapshot(new Snapshot(seed));
    const base::EditToken token = ++snapshot->edit_;
    auto texts = std::async(std::launch::async, [&] { add_texts(segments, entries, snapshot->texts_); });
    auto relations = std::async(std::launch::async, [&] {
      for (const Entry& entry : entries) snapshot->slots_.append(entry.entity(), token);
      add_relations(entries, snapshot->edges_, snapshot->by_source_, token);
    });
    Values(segments, entries, seed).add_to(snapshot->index_, token);
    texts.get();
    relations.get();
    snapshot->token_ = snapshot->version_.token();
    return snapshot;
  }
};

base::Result<SnapshotPtr> load(const std::vector<Segment>& segments, std::uint64_t seed) {
  const auto entries = in_order(segments);
  const auto same_key = [](const Entry& a, const Entry& b) { return a.entity()->key() == b.entity()->key(); };
  if (const auto twice = std::ranges::adjacent_find(entries, same_key); twice != entries.end()) {
    return base::fail(base::Code::corrupt, "expected each entity once, found {} twice", twice->entity()->key());
  }
  return Loader::load(segments, entries, seed);
}

}  // namespace aureacore::catalog
