#include "bench/answer.h"

#include <charconv>
#include <cstring>

#include "base/text.h"

namespace aureacore::bench {
namespace {

constexpr std::string_view http_prefix = "HTTP/1.1 ";
constexpr std::size_t status_digits = 3;
constexpr std::string_view content_length = "content-length";
constexpr std::string_view transfer_encoding = "transfer-encoding";

constexpr AnswerHead broken_head{.framing = Framing::broken};

template <class Number>
bool parse_whole(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_header(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         base::equal_ignoring_case(line.substr(0, name.size()), name);
}

bool bodiless(int status) { return status == 204 || status == 304; }

// Of all lines, only those that begin with a C or a T can say where the body ends.
bool read_framing(std::string_view line, AnswerHead& answer) {
  const char first = base::lower(line[0]);
  if (first == 'c' && is_header(line, content_length)) {
    answer.framing = Framing::sized;
    return parse_whole(base::trim(line.substr(content_length.size() + 1)), answer.length);
  }
  if (first == 't' && is_header(line, transfer_encoding)) answer.framing = Framing::chunked;
  return true;
}

// The line at `at` without its end; moves `at` behind it. False where it is not whole yet.
bool next_line(std::string_view bytes, std::size_t& at, std::string_view& line) {
  const void* found = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
  if (found == nullptr) return false;
  const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
  line = bytes.substr(at, end - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at = end + 1;
  return true;
}

}  // namespace

AnswerHead parse_http_head(std::string_view bytes) {
  std::size_t at = 0;
  std::string_view line;
  if (!next_line(bytes, at, line)) return {};
  AnswerHead answer{.framing = Framing::broken};
  if (!line.starts_with(http_prefix) || line.size() < http_prefix.size() + status_digits) return broken_head;
  if (!parse_whole(line.substr(http_prefix.size(), status_digits), answer.status)) return broken_head;
  for (;;) {
    if (!next_line(bytes, at, line)) return {};
    if (line.empty()) break;
    if (!read_framing(line, answer)) return broken_head;
  }
  answer.head_size = at;
  if (bodiless(answer.status)) {
    answer.framing = Framing::sized;
    answer.length = 0;
  }
  return answer;
}

AnswerHead parse_redis_head(std::string_view bytes) {
  std::size_t at = 0;
  std::string_view line;
  if (!next_line(bytes, at, line)) return {};
  AnswerHead answer{.framing = Framing::sized, .head_size = at};
  if (!line.starts_with('$') || line == "$-1") return answer;
  if (!parse_whole(line.substr(1), answer.length)) return broken_head;
  answer.length += 2;
  answer.status = 200;
  return answer;
}

std::string_view header_value(std::string_view head, std::string_view name) {
  std::size_t at = 0;
  std::string_view line;
  while (next_line(head, at, line)) {
    if (is_header(line, name)) return base::trim(line.substr(name.size() + 1));
  }
  return {};
}

}  // namespace aureacore::bench
