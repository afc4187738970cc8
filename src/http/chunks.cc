#include "http/chunks.h"

#include <algorithm>
#include <cstring>

namespace aureacore::http {

// Where one call of decode stands: reads at `at`, writes the end of the joined body at `write`.
struct Chunks::Cursor {
  char* at;
  char* end;
  char* write;
  int status = 0;
  std::string_view why;

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end - at); }
  Step refuse(int with, std::string_view because) {
    status = with;
    why = because;
    return Step::bad;
  }
};

namespace {

constexpr std::size_t hex_value(char c) { return static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

// Nothing, or ";name=value" with its like. What it says is ignored, so only its characters are checked.
const char* skip_extension(const char* at, const char* end) {
  const char* semicolon = at;
  while (semicolon != end && is_blank(*semicolon)) ++semicolon;
  if (semicolon != end && *semicolon != ';') return at;
  return skip(semicolon, end, value_class);
}

}  // namespace

Chunks::Decoded Chunks::decode(std::span<char> bytes, std::size_t body_limit) {
  char* const begin = bytes.data() + size_;
  Cursor cursor{.at = begin, .end = bytes.data() + bytes.size(), .write = begin, .why = {}};
  Step step = Step::done;
  while (step == Step::done && !ended_) step = read_part(cursor, body_limit);
  return {
      .step = step, .read = static_cast<std::size_t>(cursor.at - begin), .status = cursor.status, .why = cursor.why};
}

Step Chunks::read_part(Cursor& cursor, std::size_t body_limit) {
  switch (part_) {
    case Part::size:
      return read_size(cursor, body_limit);
    case Part::data:
      return read_data(cursor);
    case Part::data_end:
      return read_data_end(cursor);
    case Part::trailers:
      return read_trailer(cursor);
  }
  __builtin_unreachable();
}

Step Chunks::read_size(Cursor& cursor, std::size_t body_limit) {
  // The same bytes are looked at whether they came at once or not: hence the window, here and in the trailers.
  const char* const end = cursor.at + std::min(cursor.left(), max_line_bytes);
  const char* at = cursor.at;
  std::size_t value = 0;
  for (; at != end && is(*at, hex_class); ++at) {
    value = value * 16 + hex_value(*at);
    if (value > body_limit - size_) return cursor.refuse(413, "the body is larger than this server takes");
  }
  if (at != end && at == cursor.at) return cursor.refuse(400, "expected the size of a chunk in hexadecimal digits");
  const char* const extension = at;
  at = skip_extension(at, end);
  const auto extension_bytes = static_cast<std::size_t>(at - extension);
  const Step step = read_line_end(at, end);
  if (step == Step::bad) return cursor.refuse(400, "malformed line with the size of a chunk");
  if (step == Step::more) {
    return cursor.left() < max_line_bytes ? Step::more : cursor.refuse(400, "a chunk's extensions are too long");
  }
  extension_bytes_ += extension_bytes;
  if (extension_bytes_ > max_extension_bytes) return cursor.refuse(400, "too many chunk extensions");
  cursor.at += at - cursor.at;
  left_ = value;
  part_ = value == 0 ? Part::trailers : Part::data;
  return Step::done;
}

Step Chunks::read_data(Cursor& cursor) {
  const std::size_t count = std::min(left_, cursor.left());
  if (cursor.write != cursor.at) std::memmove(cursor.write, cursor.at, count);
  cursor.write += count;
  cursor.at += count;
  size_ += count;
  left_ -= count;
  if (left_ != 0) return Step::more;
  part_ = Part::data_end;
  return Step::done;
}

Step Chunks::read_data_end(Cursor& cursor) {
  const char* at = cursor.at;
  const Step step = read_line_end(at, cursor.end);
  if (step == Step::bad) return cursor.refuse(400, "expected a line end behind a chunk's bytes");
  if (step == Step::more) return step;
  cursor.at += at - cursor.at;
  part_ = Part::size;
  return Step::done;
}

// One trailer, or the empty line that ends the body.
Step Chunks::read_trailer(Cursor& cursor) {
  const std::size_t room = max_trailer_bytes - trailer_bytes_;
  const char* const end = cursor.at + std::min(cursor.left(), room);
  const char* at = cursor.at;
  ended_ = at != end && *at == '\r';
  Header ignored;
  const Step step = ended_ ? read_line_end(at, end) : read_field(at, end, ignored);
  if (step != Step::done) ended_ = false;
  if (step == Step::bad) return cursor.refuse(400, "malformed trailer");
  if (step == Step::more) return cursor.left() < room ? Step::more : cursor.refuse(431, "the trailers are too long");
  trailer_bytes_ += static_cast<std::size_t>(at - cursor.at);
  cursor.at += at - cursor.at;
  return Step::done;
}

}  // namespace aureacore::http
