// A text and a query from anyone: the text, indexed beside others, is found by its own words, and whatever is asked ends
// in hits or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "search/searcher.h"
#include "search/snippet.h"

namespace {

using namespace aureacore::search;

void expect(bool holds) {
  if (!holds) std::abort();
}

void check_words(std::string_view text) {
  Words words;
  words.split(text, [&](const Word& word) {
    expect(!word.term.empty() && word.term.size() <= max_term_bytes);
    expect(word.begin < word.end && word.end <= text.size());
  });
}

Index index_of(const Document& document) {
  const Document other{{Field::name, "order-service"}, {Field::title, "Größe 注文 c++"}};
  Changes changes;
  changes.set(3, nullptr, &other);
  changes.set(70, nullptr, &document);
  Index index;
  index.apply(changes);
  return index;
}

bool finds(const Index& index, std::string_view text, std::uint32_t document) {
  static Searcher searcher;
  const auto query = parse_query(text);
  if (!query) {
    expect(!query.error().message.empty());
    return false;
  }
  bool found = false;
  for (const Hit& hit : searcher.search(index, *query, 128, {})) {
    expect(hit.score > 0 && !hit.fields.empty() && (hit.document == 3 || hit.document == 70));
    found |= hit.document == document;
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view query = input.substr(0, input.find('\n'));
  const std::string_view text = input.substr(std::min(input.size(), query.size() + 1));
  check_words(query);
  check_words(text);
  const Document document{{Field::name, text.substr(0, 60)}, {Field::description, text}};
  Index index = index_of(document);
  finds(index, query, 70);
  if (text.size() <= Query::max_bytes && parse_query(text) && !parse_query(text)->alternatives.empty()) {
    expect(finds(index, text, 70));
  }
  expect(finds(index, "order-service", 3));
  const auto asked = parse_query(query);
  if (asked) expect(snippet(text, asked->terms).size() <= max_snippet_bytes + 100);
  Changes removal;
  removal.set(70, &document, nullptr);
  index.apply(removal);
  expect(!finds(index, query, 70));
  return 0;
}
