#include "search/substring.h"

#include <algorithm>

namespace aureacore::search {
namespace {

constexpr std::size_t longest_character = 4;  // in bytes

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A term of this size may be the front of a longer one.
bool may_be_cut(std::string_view term) { return term.size() + longest_character > max_term_bytes; }

void insert(const PostingView& postings, Fields fields, std::vector<std::uint64_t>& documents) {
  postings.for_each([&](Posting posting) {
    if ((posting.fields.bits() & fields.bits()) != 0) {
      documents[posting.document / 64] |= std::uint64_t{1} << (posting.document % 64);
    }
  });
}

}  // namespace

Substring::Substring(std::string_view text) {
  for (std::size_t from = 0; from < text.size();) {
    std::size_t to = from;
    while (to < text.size() && is_plain(text[to])) ++to;
    if (to - from >= min_run_bytes) runs_.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
}

void Substring::find(const Index& index, Fields fields, std::span<std::uint64_t> documents) const {
  std::vector<std::vector<std::uint64_t>> having(runs_.size(), std::vector<std::uint64_t>(documents.size(), 0));
  Dictionary::Cursor cursor(index.dictionary());
  for (cursor.seek({}); !cursor.at_end(); cursor.next()) {
    const std::string_view term = cursor.term();
    const bool is_open = term == cut_mark || may_be_cut(term);
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (is_open || term.contains(runs_[i])) insert(cursor.postings(), fields, having[i]);
    }
  }
  std::ranges::fill(documents, ~std::uint64_t{0});
  for (const auto& documents_of_run : having) {
    for (std::size_t i = 0; i < documents.size(); ++i) documents[i] &= documents_of_run[i];
  }
}

}  // namespace aureacore::search
