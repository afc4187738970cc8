#include "catalog/load.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <mutex>
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
  [[nodiscard]] std::size_t values_begin() const { return row == 0 ? 0 : segment->rows[row - 1].values_end; }
  [[nodiscard]] std::size_t values_end() const { return segment->rows[row].values_end; }
  [[nodiscard]] std::span<const Segment::Word> words() const {
    const std::size_t begin = row == 0 ? 0 : segment->rows[row - 1].words_end;
    return std::span(segment->words).subspan(begin, segment->rows[row].words_end - begin);
  }
};

std::vector<Entry> in_order(const std::vector<Segment>& segments) {
  using Keyed = std::pair<std::string_view, Entry>;
  std::mutex mutex;
  std::vector<Keyed> all;
  base::in_parallel(segments.size(), [&](std::size_t begin, std::size_t end) {
    std::vector<Keyed> some;
    for (std::size_t number = begin; number < end; ++number) {
      const auto& rows = segments[number].rows;
      for (std::uint32_t row = 0; row < rows.size(); ++row) {
        some.push_back({rows[row].entity->key(), {&segments[number], static_cast<std::uint32_t>(number), row}});
      }
    }
    std::ranges::sort(some, {}, &Keyed::first);
    const std::scoped_lock lock(mutex);
    std::vector<Keyed> merged;
    merged.reserve(all.size() + some.size());
    std::ranges::merge(all, some, std::back_inserter(merged), {}, &Keyed::first, &Keyed::first);
    all = std::move(merged);
  });
  std::vector<Entry> entries;
  entries.reserve(all.size());
  for (const auto& [key, entry] : all) entries.push_back(entry);
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
  Values(const std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed)
      : entries_(entries) {
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
      for (const ReadValue& value : segments[i].values) ++counts[numbers.at(i, value.path)];
    }
    begins_.assign(1, 0);
    for (const std::size_t count : counts) begins_.push_back(begins_.back() + count);
    values_.resize(begins_.back());
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::uint32_t slot = 0; slot < entries.size(); ++slot) {
      const Entry& entry = entries[slot];
      for (std::size_t i = entry.values_begin(); i < entry.values_end(); ++i) {
        const std::uint32_t path = numbers.at(entry.segment_number, entry.segment->values[i].path);
        values_[next[path]++] = {slot, static_cast<std::uint32_t>(i)};
      }
    }
  }

  void add_to(Index& index, base::EditToken token) const {
    const auto loaded_at = [this](std::size_t path, std::vector<Index::Loaded>& out) {
      for (std::size_t i = begins_[path]; i < begins_[path + 1]; ++i) {
        const auto [slot, number] = values_[i];
        const ReadValue& value = entries_[slot].segment->values[number];
        out.push_back({value.hash, slot, value.trace, &value});
      }
    };
    index.load(hashes_, loaded_at, token);
  }

 private:
  struct Place {
    std::uint32_t slot = 0;
    std::uint32_t value = 0;  // its number among the segment's
  };

  const std::vector<Entry>& entries_;
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
  static SnapshotPtr load(std::vector<Segment>& segments, const std::vector<Entry>& entries, std::uint64_t seed) {
    boost::intrusive_ptr<Snapshot> snapshot(new Snapshot(seed));
    const base::EditToken token = ++snapshot->edit_;
    auto texts = std::async(std::launch::async, [&] { add_texts(segments, entries, snapshot->texts_); });
    auto relations = std::async(std::launch::async, [&] {
      add_entities(entries, snapshot->slots_, snapshot->by_source_, token);
      add_relations(entries, snapshot->edges_, token);
    });
    Values(segments, entries, seed).add_to(snapshot->index_, token);
    for (Segment& segment : segments)
      segment.values = std::vector<ReadValue>();  // takes a while, and the texts aren't done
    texts.get();
    relations.get();
    snapshot->token_ = snapshot->version_.token();
    return snapshot;
  }
};

base::Result<SnapshotPtr> load(std::vector<Segment> segments, std::uint64_t seed) {
  const auto entries = in_order(segments);
  const auto same_key = [](const Entry& a, const Entry& b) { return a.entity()->key() == b.entity()->key(); };
  if (const auto twice = std::ranges::adjacent_find(entries, same_key); twice != entries.end()) {
    return base::fail(base::Code::corrupt, "expected each entity once, found {} twice", twice->entity()->key());
  }
  return Loader::load(segments, entries, seed);
}

}  // namespace aureacore::catalog
