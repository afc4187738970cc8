// Index: full text over the documents of a catalog: which terms there are, and where.
//
// Persistent: a copy costs little and shares everything; changes applied to one leave the others as they are. Answers
// depend on what is indexed alone, not on how it came to be. Any number of threads read any version.
#pragma once

#include <cstdint>

#include "search/changes.h"
#include "search/dictionary.h"

namespace aureacore::search {

class Index {
 public:
  void apply(const Changes& changes) {
    documents_ += changes.added();
    dictionary_.apply(changes.terms());
  }

  [[nodiscard]] std::int64_t documents() const { return documents_; }
  [[nodiscard]] const Dictionary& dictionary() const { return dictionary_; }

 private:
  std::int64_t documents_ = 0;
  Dictionary dictionary_;
};

}  // namespace aureacore::search
