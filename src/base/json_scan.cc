#include "base/json_scan.h"

#include <cstring>

namespace aureacore::base {
namespace {

// The number of bytes of the string that begins at `at` (on its quote), to the end of the text where it isn't closed.
std::size_t string_length(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  while (i < text.size()) {
    const void* found = std::memchr(text.data() + i, '"', text.size() - i);
    if (found == nullptr) return text.size() - at;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t backslashes = 0;
    while (quote - backslashes > i && text[quote - backslashes - 1] == '\\') ++backslashes;
    i = quote + 1;
    if (backslashes % 2 == 0) break;
  }
  return i - at;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 0;
}

// Our writer escapes control characters alone as \u00XX; what lies beyond them stands as UTF-8.
char unescaped(std::string_view text, std::size_t& i) {
  const char letter = text[++i];
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      if (i + 4 >= text.size()) return '?';
      i += 4;
      return static_cast<char>(hex_value(text[i - 1]) * 16 + hex_value(text[i]));
    default:
      return letter;
  }
}

}  // namespace

bool Scan::skip(char expected) {
  if (peek() != expected) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view Scan::value() {
  switch (peek()) {
    case '"':
      return string();
    case '{':
    case '[':
      return container();
    default: {
      const std::size_t end = std::min(rest_.find_first_of(",]}:"), rest_.size());
      const std::string_view found = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return found;
    }
  }
}

std::string_view Scan::string() {
  const std::string_view found = rest_.substr(0, string_length(rest_, 0));
  rest_.remove_prefix(found.size());
  return found;
}

std::string_view Scan::container() {
  std::size_t depth = 0;
  std::size_t i = 0;
  while (i < rest_.size()) {
    const char c = rest_[i];
    if (c == '"') {
      i += string_length(rest_, i);
      continue;
    }
    ++i;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  const std::string_view found = rest_.substr(0, i);
  rest_.remove_prefix(i);
  return found;
}

std::string_view unescape(std::string_view json, std::string& scratch) {
  if (json.size() < 2) return {};
  const std::string_view text = json.substr(1, json.size() - 2);
  if (text.find('\\') == std::string_view::npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    scratch.push_back(text[i] == '\\' && i + 1 < text.size() ? unescaped(text, i) : text[i]);
  }
  return scratch;
}

}  // namespace aureacore::base
