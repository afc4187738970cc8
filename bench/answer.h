// The beginning of an answer as a client reads it: just enough to know what it is and where it ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aureacore::bench {

enum class Framing : std::uint8_t {
  incomplete,  // the head has not arrived whole
  sized,       // `length` bytes follow the head
  chunked,     // chunks follow the head
  broken,      // not an answer
};

struct AnswerHead {
  Framing framing = Framing::incomplete;
  int status = 0;
  std::size_t head_size = 0;
  std::uint64_t length = 0;
};

// Reads the head of an HTTP/1.1 answer at the beginning of `bytes`. 204 and 304 have no body, whatever they say.
AnswerHead parse_http_head(std::string_view bytes);

// The same for a RESP bulk string: the length counts the CRLF behind it; any other reply has status 0.
AnswerHead parse_redis_head(std::string_view bytes);

// The value of a header in a head, or an empty view.
std::string_view header_value(std::string_view head, std::string_view name);

}  // namespace aureacore::bench
