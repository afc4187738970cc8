#include "http/syntax.h"

#include <algorithm>

namespace aureacore::http {

namespace {

constexpr std::size_t max_port_digits = 5;

bool is_port(std::string_view text) {
  return text.size() <= max_port_digits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address6_character(char c) { return is(c, hex_class) || c == ':' || c == '.'; }

// The size of the host at the front, or 0 where there is none.
std::size_t host_size(std::string_view text) {
  if (!text.starts_with('[')) {
    return static_cast<std::size_t>(skip(text.data(), text.data() + text.size(), host_class) - text.data());
  }
  const auto end = text.find(']');
  if (end == std::string_view::npos || end < 3) return 0;
  return std::ranges::all_of(text.substr(1, end - 1), is_address6_character) ? end + 1 : 0;
}

}  // namespace

bool is_authority(std::string_view text) {
  const std::size_t host = host_size(text);
  if (host == 0) return false;
  if (host == text.size()) return true;
  return text[host] == ':' && is_port(text.substr(host + 1));
}

}  // namespace aureacore::http
