#include "base/case_folding.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace aureacore::base {
namespace {

constexpr utf8proc_int32_t dotted_capital_i = 0x130;
constexpr utf8proc_int32_t combining_dot = 0x307;
constexpr utf8proc_int32_t sigma = 0x3C3;
constexpr utf8proc_int32_t final_sigma = 0x3C2;

void append_character(std::string& out, utf8proc_int32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(code, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

void append_lower(std::string& out, utf8proc_int32_t code) {
  if (code == dotted_capital_i) {
    append_character(out, 'i');
    append_character(out, combining_dot);
  } else {
    append_character(out, code == final_sigma ? sigma : utf8proc_tolower(code));
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080ULL;
  std::uint64_t all = 0;
  while (text.size() >= sizeof(all)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof(eight));
    all |= eight;
    text.remove_prefix(sizeof(eight));
  }
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return (all & high_bits) == 0;
}

void append_folded(std::string& out, std::string_view text) {
  if (is_ascii(text)) {
    const std::size_t before = out.size();
    out.append(text);
    for (std::size_t i = before; i < out.size(); ++i) out[i] = lower(out[i]);
    return;
  }
  while (!text.empty()) {
    utf8proc_int32_t code = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code);
    if (length <= 0) {
      out.push_back(text.front());
    } else {
      append_lower(out, code);
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 1)));
  }
}

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_folded(out, text);
  return out;
}

bool equal_folded(std::string_view a, std::string_view b) {
  return is_ascii(a) && is_ascii(b) ? equal_ignoring_case(a, b) : fold_case(a) == fold_case(b);
}

bool starts_with_folded(std::string_view text, std::string_view folded) {
  if (!is_ascii(text)) return fold_case(text).starts_with(folded);
  return text.size() >= folded.size() && equal_ignoring_case(text.substr(0, folded.size()), folded);
}

bool contains_folded(std::string_view text, std::string_view folded) {
  if (!is_ascii(text)) return fold_case(text).contains(folded);
  const auto same = [](char a, char b) { return lower(a) == b; };
  return std::search(text.begin(), text.end(), folded.begin(), folded.end(), same) != text.end();
}

}  // namespace aureacore::base
