// Request: a webhook as it came in: its headers and its body, byte for byte. A value; views into what the caller keeps.
#pragma once

#include <string_view>
#include <vector>

#include "base/text.h"

namespace aureacore::hooks {

struct Header {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding blanks
};

struct Request {
  std::vector<Header> headers;
  std::string_view body;

  // The first one of that name; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const Header& header : headers) {
      if (base::equal_ignoring_case(header.name, name)) return header.value;
    }
    return {};
  }
  [[nodiscard]] std::size_t count(std::string_view name) const {
    std::size_t found = 0;
    for (const Header& header : headers) found += base::equal_ignoring_case(header.name, name) ? 1 : 0;
    return found;
  }
};

}  // namespace aureacore::hooks
