// DocumentTerms: a document → the terms that it is found by, each with its fields. One belongs to one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "search/document.h"
#include "search/words.h"

namespace aureacore::search {

class DocumentTerms {
 public:
  // Visits the terms in the order of the text; one may come several times, with fields to be joined. The term is valid
  // during the call.
  using Visit = std::function<void(std::string_view term, Fields fields)>;
  void read(const Document& document, const Visit& visit);

 private:
  void read_piece(const Piece& piece, const Visit& visit);

  Words words_;
  std::string whole_name_;
};

}  // namespace aureacore::search
