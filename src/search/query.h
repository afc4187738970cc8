// Query: what someone looks for, as terms.
//
// Every word must be found, as it is written, as the beginning of a longer one, or with one typo (searcher.h). "GitHub" is
// looked for as one word and as two; several words also as a name without what stands between them, so that "order
// service" finds orderservice. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::search {

struct Query {
  static constexpr std::size_t max_bytes = 1'000;
  static constexpr std::size_t max_terms = 16;

  // What a term that is a name whole counts for.
  enum class WholeName : std::uint8_t {
    as_name,  // as much as one that is a part of a name
    more,     // more than that: the term is all that is looked for
    alone,    // and nothing else counts
  };
  struct Alternative {
    std::vector<std::string> terms;  // distinct, not empty; all must be found
    WholeName whole_name = WholeName::as_name;
  };

  std::vector<Alternative> alternatives;  // none: there is nothing to look for
  std::vector<std::string> terms;         // of all of them, for showing where they are found
};

// Error: too_large.
base::Result<Query> parse_query(std::string_view text);

}  // namespace aureacore::search
