#include "search/query.h"

#include <algorithm>

#include "search/words.h"

namespace aureacore::search {
namespace {

struct Read {
  std::vector<std::string> joined;  // words with humps as one
  std::vector<std::string> parts;   // and as their parts
  std::string all;                  // the parts as one term
};

void add(std::vector<std::string>& terms, std::string_view term) {
  if (std::ranges::find(terms, term) == terms.end()) terms.emplace_back(term);
}

Read read(std::string_view text) {
  Read read;
  std::vector<std::pair<std::size_t, std::string>> words;  // with their places
  Words splitter;
  splitter.split(text, [&](const Word& word) {
    if (word.kind == Word::Kind::whole || word.kind == Word::Kind::last) read.all.append(word.term);
    if (word.kind == Word::Kind::last) return;  // the pair before it has it
    if (word.kind == Word::Kind::compound) {
      std::erase_if(words, [&](const auto& part) { return part.first >= word.begin; });
    } else {
      add(read.parts, word.term);
    }
    words.emplace_back(word.begin, word.term);
  });
  for (const auto& [place, term] : words) add(read.joined, term);
  if (read.all.size() > max_term_bytes) read.all.resize(max_term_bytes);
  return read;
}

}  // namespace

base::Result<Query> parse_query(std::string_view text) {
  if (text.size() > Query::max_bytes) {
    return base::fail(base::Code::too_large, "expected a text of at most {} bytes to search for, found {}",
                      Query::max_bytes, text.size());
  }
  Read words = read(text);
  if (words.parts.size() > Query::max_terms) {
    return base::fail(base::Code::too_large, "expected at most {} words to search for, found {}", Query::max_terms,
                      words.parts.size());
  }
  Query query;
  if (words.joined.empty()) return query;
  query.terms = words.parts;
  for (const std::string& term : words.joined) add(query.terms, term);
  const bool is_one = words.joined.size() == 1;
  const bool has_parts = words.parts != words.joined;
  query.alternatives.push_back({words.joined, is_one ? Query::WholeName::more : Query::WholeName::as_name});
  if (has_parts) query.alternatives.push_back({std::move(words.parts), Query::WholeName::as_name});
  if (!is_one && !words.all.empty()) query.alternatives.push_back({{std::move(words.all)}, Query::WholeName::alone});
  return query;
}

}  // namespace aureacore::search
