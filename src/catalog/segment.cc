#include "catalog/segment.h"

#include <algorithm>

namespace aureacore::catalog {

const std::vector<IndexReader::Value>& IndexReader::values(const Entity& entity) {
  values_.clear();
  for (const Term& term : flattener_.terms(entity)) {
    const bool is_item = term.has_value && term.value_hash != hash_folded(term.value, 0);
    values_.push_back({term.path, term.value, term.has_value, is_item});
  }
  std::ranges::sort(values_);
  return values_;
}

const std::vector<IndexReader::Word>& IndexReader::words(const entity::Definition& definition) {
  words_.clear();
  document_terms_.read(texts_.read(definition), [&](std::string_view term, search::Fields fields) {
    words_.push_back({std::string(term), fields});
  });
  std::ranges::sort(words_, {}, &Word::term);
  std::size_t kept = 0;
  for (Word& word : words_) {
    if (kept > 0 && words_[kept - 1].term == word.term) {
      words_[kept - 1].fields.add(word.fields);
    } else {
      std::swap(words_[kept++], word);
    }
  }
  words_.resize(kept);
  return words_;
}

}  // namespace aureacore::catalog
