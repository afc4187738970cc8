// Searcher: finds the documents that a query asks for, with a score for each.
//
// A document's score is the sum over the query's terms of how rare the term is × the weight of the best field that has it
// × how well it is met: as a whole word, as the beginning of one, or with a typo. A name that is just what is looked for
// comes before all others, then names that begin so. Typos are only thought of where few documents have the word as it is
// written. One Searcher belongs to one thread; it keeps scratch of 16 bytes a document.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/index.h"
#include "search/query.h"

namespace aureacore::search {

struct Hit {
  std::uint32_t document = 0;
  float score = 0;
  Fields fields;  // that some term was found in
};

class Searcher {
 public:
  // With so many documents that have a word as written, typos are not thought of.
  static constexpr std::size_t enough_documents = 20;

  // In no particular order; valid until the next call. Documents' numbers are below `room`; those whose bit is not set
  // in `allowed` are passed over (an empty span: none is).
  std::span<const Hit> search(const Index& index, const Query& query, std::size_t room,
                              std::span<const std::uint64_t> allowed);
  // That of a document which the last search found.
  [[nodiscard]] const Hit& hit(std::uint32_t document) const { return hits_[states_[document].hit - 1]; }

 private:
  // Terms of the index that a word of the query stands for: this one, and those that begin with it. They are walked where
  // they are wanted, not listed: a single letter stands for a good part of them.
  struct Beginning {
    std::string text;
    float whole = 1;         // quality of the very term
    float longer = 0;        // and of longer ones; 0: they don't count
    float completeness = 0;  // more of it, the less they have besides
  };
  struct Term {
    std::vector<Beginning> beginnings;
    std::size_t documents = 0;  // of all that they stand for
    float rarity = 1;
  };
  struct State {
    float sum = 0;          // of the terms before
    float best = 0;         // of this term
    std::uint32_t hit = 0;  // its place among the hits + 1; 0: none
    std::uint8_t matched = 0;
    Fields fields;
  };

  // visit(postings, quality)
  template <class Visit>
  static void for_each_expansion(const Index& index, const Beginning& beginning, const Visit& visit);
  [[nodiscard]] static Term expand(const Index& index, const std::string& text, bool as_prefix, bool with_typos);
  void run(const Index& index, const Query::Alternative& alternative, std::span<const std::uint64_t> allowed);
  void take(const Index& index, const Term& term, std::uint8_t before, Query::WholeName whole_name,
            std::span<const std::uint64_t> allowed);
  // Those that have all terms; what they score counts besides what they have by now, or instead of it where it is more.
  void collect(std::uint8_t terms, bool adds);

  std::vector<State> states_;
  std::vector<std::uint32_t> candidates_;
  std::vector<Hit> hits_;
};

}  // namespace aureacore::search
