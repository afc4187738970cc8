// ListBody: a list of entities written piece by piece; holds its snapshot for as long as the client takes.
#pragma once

#include "api/answer.h"
#include "http/response.h"

namespace aureacore::api {

// Appends one item as JSON; `scratch` is for the whole of an entity that is sliced.
void append_item(List& list, std::size_t index, std::string& scratch, std::string& out);

class ListBody final : public http::Body {
 public:
  explicit ListBody(List list) : list_(std::move(list)) {}

  bool produce(http::Output& out, std::size_t budget) override;

 private:
  List list_;
  std::size_t next_ = 0;
  std::string json_;
  std::string item_;
};

}  // namespace aureacore::api
