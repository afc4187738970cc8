// Character classes and the smallest pieces of RFC 9110 and 9112 grammar, shared by the head, the chunks and the
// trailers. Pure; everything here is on the way of each request, hence in line.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "http/request.h"

namespace aureacore::http {

// What reading a piece of grammar came to: read, out of bytes, or against the rules.
enum class Step : std::uint8_t { done, more, bad };

enum Class : std::uint8_t {
  token_class = 1,  // method and field names
  path_class = 2,   // RFC 3986's pchar and '/', without '%'
  query_class = 4,  // the same with '?' and what browsers leave unescaped in a query
  value_class = 8,  // field values: visible, blank, or above ASCII
  host_class = 16,  // a registered name or IPv4 address
  hex_class = 32,
  scheme_class = 64,
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view characters, unsigned to) {
    for (const char c : characters) classes[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(to);
  };
  for (unsigned c = 0x20; c < 0x100; ++c) classes[c] |= c == 0x7f ? 0U : value_class;
  add("\t", value_class);
  const unsigned everywhere = token_class | path_class | query_class | host_class;
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", everywhere | scheme_class);
  add("-.", everywhere | scheme_class);
  add("_~!$&'*+", everywhere);
  add("(),;=", path_class | query_class | host_class);
  add("+", scheme_class);
  add("#%^`|", token_class);
  add(":@/", path_class | query_class);
  add("?[]{}|^`", query_class);
  add("0123456789abcdefABCDEF", hex_class);
  return classes;
}

inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

}  // namespace detail

inline bool is(char c, Class wanted) { return (detail::classes[static_cast<unsigned char>(c)] & wanted) != 0; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Where the run of such characters ends.
inline const char* skip(const char* at, const char* end, Class wanted) {
  while (at != end && is(*at, wanted)) ++at;
  return at;
}

// CR and LF, in that order and both: a lone one is how requests are smuggled.
inline Step read_line_end(const char*& at, const char* end) {
  if (at == end) return Step::more;
  if (*at != '\r') return Step::bad;
  if (at + 1 == end) return Step::more;
  if (at[1] != '\n') return Step::bad;
  at += 2;
  return Step::done;
}

// "Name: value" with its line end. Folded lines, blanks before the colon and control characters are against the rules.
inline Step read_field(const char*& at, const char* end, Header& field) {
  const char* const name = at;
  at = skip(at, end, token_class);
  if (at == end) return Step::more;
  if (*at != ':' || at == name) return Step::bad;
  field.name = {name, at};
  ++at;
  while (at != end && is_blank(*at)) ++at;
  const char* const value = at;
  at = skip(at, end, value_class);
  const char* last = at;
  while (last != value && is_blank(last[-1])) --last;
  field.value = {value, last};
  return read_line_end(at, end);
}

// "host", "host:port", "[address]" or "[address]:port". An empty host is none.
bool is_authority(std::string_view text);

}  // namespace aureacore::http
