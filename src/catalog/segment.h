// Segment: some entities, stitched already, with the terms and words that the indices find them by: what a cache keeps of a
// catalog, for load() to make a snapshot of without computing any of it again. And IndexReader, which makes the terms and
// words of an entity.
//
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_arena.h"
#include "catalog/flatten.h"
#include "catalog/index.h"
#include "catalog/texts.h"
#include "search/document_terms.h"

namespace aureacore::catalog {

// Where one entity's own begin in a vector of all; they end where the next one's begin.
struct Segment {
  struct Word {
    std::uint32_t term = 0;
    search::Fields fields;
  };
  struct Row {
    EntityPtr entity;
    std::size_t values_end = 0;
    std::size_t words_end = 0;
  };

  std::vector<Row> rows;
  // Those of the first row, of the second, …; hashed where they are read, while their text is at hand, under the seed of the
  // snapshot that is to be made.
  std::vector<ReadValue> values;
  std::vector<Word> words;              // likewise
  std::vector<std::string_view> paths;  // lower case, distinct
  std::vector<std::string_view> terms;  // distinct, none longer than search::max_term_bytes
  base::TextArena texts;                // what the views point into that no entity has
};

// Reads one entity after the other; belongs to one thread.
class IndexReader {
 public:
  struct Value {
    std::string_view path;
    std::string_view text;
    bool has_value = false;
    bool is_item = false;
    friend auto operator<=>(const Value&, const Value&) = default;
  };
  struct Word {
    std::string term;
    search::Fields fields;
  };

  // Sorted, distinct. Valid until the next call and as long as the entity.
  const std::vector<Value>& values(const Entity& entity);
  // Sorted by term, each once.
  const std::vector<Word>& words(const entity::Definition& definition);

 private:
  Flattener flattener_{0};
  Texts texts_;
  search::DocumentTerms document_terms_;
  std::vector<Value> values_;
  std::vector<Word> words_;
};

}  // namespace aureacore::catalog
