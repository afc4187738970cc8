#include "catalog/load.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <unordered_map>

#include "base/hash.h"
#include "base/parallel.h"

namespace aureacore::catalog {
namespace {

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

// The values at each path, by slot.
class Values {
 public:
  Values(const std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed) {
    Numbering numbers(segments.size());
    std::unordered_map<std::string_view, std::uint32_t> known;
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      numbers.add(i, segments[i].paths, [&](std::string_view path) {
        const auto [at, is_new] = known.emplace(path, static_cast<std::uint32_t>(hashes_.size()));
        if (is_new) hashes_.push_back(base::hash64(path, seed));
        return at->second;
      });
      counts.resize(hashes_.size());
      for (const Segment::Value& value : segments[i].values) ++counts[numbers.at(i, value.path)];
    }
    begins_.assign(1, 0);
    for (const std::size_t count : counts) begins_.push_back(begins_.back() + count);
    values_.resize(begins_.back());
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::uint32_t slot = 0; slot < entries.size(); ++slot) {
      for (const Segment::Value& value : entries[slot].values()) {
        values_[next[numbers.at(entries[slot].segment_number, value.path)]++] = {&value, slot};
      }
    }
  }

  void add_to(Index& index, base::EditToken token) const {
    const auto terms_at = [this](std::size_t path, std::vector<SlotTerm>& terms) {
      for (std::size_t i = begins_[path]; i < begins_[path + 1]; ++i) {
        const Segment::Value& value = *values_[i].value;
        terms.push_back({.path_hash = hashes_[path],
                         .value_hash = value.hash,
                         .value = value.text,
                         .slot = values_[i].slot,
                         .trace = value.trace,
                         .has_value = value.has_value});
      }
    };
    index.load(hashes_, terms_at, token);
  }

 private:
  struct Place {
    const Segment::Value* value = nullptr;
    std::uint32_t slot = 0;
  };

  std::vector<std::uint64_t> hashes_;  // of the paths
  std::vector<std::size_t> begins_;    // where each path's values begin, and the end of all
  std::vector<Place> values_;
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

void add_relations(const std::vector<Entry>& entries, Edges& edges, base::EditToken token) {
  std::vector<Edges::Statement> statements;
  for (std::uint32_t slot = 0; slot < entries.size(); ++slot) {
    for (const auto& [type, target] : entries[slot].entity()->definition->relations) {
      statements.push_back({target, {slot, inverse(type)}});
    }
  }
  edges.load(statements, token);
}

void add_entities(const std::vector<Entry>& entries, Slots& slots, SourceSlots& by_source, base::EditToken token) {
  std::vector<EntityPtr> entities;
  entities.reserve(entries.size());
  std::map<std::string_view, std::vector<std::uint32_t>> slots_of;
  for (const Entry& entry : entries) {
    slots_of[entry.entity()->definition->place.file->source].push_back(static_cast<std::uint32_t>(entities.size()));
    entities.push_back(entry.entity());
  }
  slots.load(entities, token);
  for (const auto& [source, its] : slots_of) by_source.load(source, its, token);
}

}  // namespace

class Loader {
 public:
  static SnapshotPtr load(const std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed) {
    boost::intrusive_ptr<Snapshot> snapshot(new Snapshot(seed));
    const base::EditToken token = ++snapshot->edit_;
    auto texts = std::async(std::launch::async, [&] { add_texts(segments, entries, snapshot->texts_); });
    auto relations = std::async(std::launch::async, [&] {
      add_entities(entries, snapshot->slots_, snapshot->by_source_, token);
      add_relations(entries, snapshot->edges_, token);
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
