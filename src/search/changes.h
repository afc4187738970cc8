// Changes: what is to be done to an index, gathered by term: which documents come to have it, in other fields, or no
// longer.
//
// Made and applied by the one thread that edits. Reads documents as they are given and keeps nothing of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/document.h"
#include "search/document_terms.h"
#include "search/postings.h"

namespace aureacore::search {

class Changes {
 public:
  struct Term {
    std::string_view term;
    std::string_view postings;  // as a PostingWriter wrote them
  };

  Changes();

  // The document of that number was `before` and is `after` from now on; null: it is not there. Numbers in growing order,
  // each once.
  void set(std::uint32_t number, const Document* before, const Document* after);

  // The same for a new document whose terms are known: each once, with at least one field.
  struct TermFields {
    std::uint32_t term;  // its number in these changes
    Fields fields;
  };
  void add(std::uint32_t number, std::span<const TermFields> terms);
  // Of a term of at most max_term_bytes.
  std::uint32_t number_of(std::string_view term);

  // How many more documents there are.
  [[nodiscard]] std::int64_t added() const { return added_; }
  // What has changed, sorted by term. Valid until the next set().
  [[nodiscard]] std::vector<Term> terms() const;

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::size_t text = 0;  // where the term stands in `texts_`
    std::uint8_t size = 0;
    Fields before;  // of the document at hand
    Fields after;
    bool is_touched = false;
    PostingWriter writer;
    std::string postings;
  };
  static_assert(max_term_bytes <= 255);

  void read(const Document& document, Fields Entry::* side);
  Entry& touch(std::string_view term);
  // Where the term stands in `table_`, or would stand.
  [[nodiscard]] std::size_t find(std::string_view term, std::uint64_t hash) const;
  void grow();
  [[nodiscard]] std::string_view text_of(const Entry& entry) const {
    return std::string_view(texts_).substr(entry.text, entry.size);
  }

  DocumentTerms reader_;
  std::string texts_;
  std::vector<Entry> entries_;
  // Open addressing: an entry + 1 (0: free) below, a part of its hash above.
  std::vector<std::uint64_t> table_;
  std::vector<std::uint32_t> touched_;  // entries of the document at hand
  std::int64_t added_ = 0;
};

}  // namespace aureacore::search
