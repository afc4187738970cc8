// Status codes as they are written: reason phrases and whole status lines. Pure.
#pragma once

#include <string_view>

namespace aureacore::http {

// "HTTP/1.1 200 OK\r\n" for the statuses that are known by name, otherwise empty.
std::string_view status_line(int status);

// Whether an answer of that status has a body at all.
constexpr bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace aureacore::http
