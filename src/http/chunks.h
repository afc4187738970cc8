// Chunks: a chunked body, decoded in place as its bytes arrive. Extensions are bounded and ignored, trailers are
// checked, bounded and dropped. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "http/syntax.h"

namespace aureacore::http {

class Chunks {
 public:
  static constexpr std::size_t max_line_bytes = 256;        // one chunk's size with its extensions
  static constexpr std::size_t max_extension_bytes = 4096;  // in all
  static constexpr std::size_t max_trailer_bytes = 4096;

  struct Decoded {
    Step step = Step::more;
    std::size_t read = 0;  // bytes used up, of those given
    int status = 0;        // bad: with which status, and why
    std::string_view why;
  };

  // `bytes`: the decoded body so far, then what is not decoded yet. Joins what can be joined and counts it in size().
  Decoded decode(std::span<char> bytes, std::size_t body_limit);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  enum class Part : std::uint8_t { size, data, data_end, trailers };
  struct Cursor;

  Step read_part(Cursor& cursor, std::size_t body_limit);
  Step read_size(Cursor& cursor, std::size_t body_limit);
  Step read_data(Cursor& cursor);
  Step read_data_end(Cursor& cursor);
  Step read_trailer(Cursor& cursor);

  std::size_t size_ = 0;
  std::size_t left_ = 0;  // of the current chunk
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  Part part_ = Part::size;
  bool ended_ = false;
};

}  // namespace aureacore::http
