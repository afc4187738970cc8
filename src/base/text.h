// Small ASCII text helpers. Upper and lower case are ASCII's alone here, as for header names; see case_folding.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::base {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text as a decimal number; nothing on any other character, sign, or overflow.
std::optional<std::uint64_t> parse_number(std::string_view text);

// Decodes %XX (and '+' as a space where asked). Nothing on a malformed escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Escapes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);

std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

// A text fit for a log line or an error: control characters and what is not UTF-8 are escaped, the end is cut off at
// `limit` bytes.
std::string printable(std::string_view text, std::size_t limit = 200);

bool is_utf8(std::string_view bytes);

}  // namespace aureacore::base
