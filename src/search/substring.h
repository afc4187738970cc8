// Substring: which documents may have a text somewhere within theirs, told by the terms of the index.
//
// Whatever stands unbroken in a text stands unbroken in one of its terms: so a document that has "der-serv" has a term with
// "der" in it and one with "serv". Only ASCII's letters and digits are looked at, which the index folds as everyone does. What
// comes out is too much rather than too little: who needs to know looks into the documents.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/index.h"

namespace aureacore::search {

class Substring {
 public:
  // Shorter runs are in too many terms to tell anything.
  static constexpr std::size_t min_run_bytes = 3;

  // `text` in lower case.
  explicit Substring(std::string_view text);

  // Whether it has anything that the index could tell.
  [[nodiscard]] bool is_telling() const { return !runs_.empty(); }
  // Sets the bits of the documents that may have it in one of the fields; their numbers are below 64 × the size of the
  // result. Looks at every term.
  void find(const Index& index, Fields fields, std::span<std::uint64_t> documents) const;

 private:
  std::vector<std::string> runs_;
};

}  // namespace aureacore::search
