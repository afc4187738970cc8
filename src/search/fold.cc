#include "search/fold.h"

#include <utf8proc.h>

#include <algorithm>
#include <span>

namespace aureacore::search {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

bool in_any(char32_t code, std::span<const Range> ranges) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return code >= range.first && code <= range.last; });
}

// Diacritics of Latin, Greek and Cyrillic, the points of Hebrew and Arabic.
constexpr auto accents = std::to_array<Range>({{0x0300, 0x036F},
                                               {0x0483, 0x0489},
                                               {0x0591, 0x05BD},
                                               {0x05BF, 0x05BF},
                                               {0x05C1, 0x05C7},
                                               {0x0610, 0x061A},
                                               {0x064B, 0x065F},
                                               {0x0670, 0x0670},
                                               {0x1AB0, 0x1AFF},
                                               {0x1DC0, 0x1DFF},
                                               {0x20D0, 0x20FF},
                                               {0xFE20, 0xFE2F}});

// Thai, Lao, Myanmar, Khmer, kana, Han.
constexpr auto unspaced = std::to_array<Range>({{0x0E00, 0x0EFF},
                                                {0x1000, 0x109F},
                                                {0x1780, 0x17FF},
                                                {0x3005, 0x3007},
                                                {0x3040, 0x30FF},
                                                {0x31F0, 0x31FF},
                                                {0x3400, 0x4DBF},
                                                {0x4E00, 0x9FFF},
                                                {0xF900, 0xFAFF},
                                                {0x20000, 0x3FFFF}});

struct Letter {
  char32_t code;
  std::u32string_view plain;
};

// Letters with a stroke and the like, which Unicode takes for letters of their own, and people without that key don't.
constexpr auto plain_letters = std::to_array<Letter>({{0x00E6, U"ae"},
                                                      {0x00F0, U"d"},
                                                      {0x00F8, U"o"},
                                                      {0x00FE, U"th"},
                                                      {0x0111, U"d"},
                                                      {0x0127, U"h"},
                                                      {0x0131, U"i"},
                                                      {0x0142, U"l"},
                                                      {0x0153, U"oe"},
                                                      {0x0167, U"t"}});

void append(Folded& folded, char32_t code) {
  if (in_any(code, accents)) return;
  const auto plain = std::ranges::find(plain_letters, code, &Letter::code);
  if (plain == plain_letters.end()) {
    folded.characters[folded.size++] = code;
  } else {
    for (const char32_t letter : plain->plain) folded.characters[folded.size++] = letter;
  }
}

}  // namespace

Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t code = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (length <= 0) return {};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(length)};
}

void append_character(std::string& out, char32_t code) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

Folded fold(char32_t code) {
  constexpr auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  // Room for each of them to become two plain letters.
  std::array<utf8proc_int32_t, Folded::max_characters / 2> parts{};
  Folded folded;
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts.data(), parts.size(), options, &boundary);
  folded.is_upper = utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_LU;
  if (count < 0) return folded;
  const auto size = std::min(static_cast<std::size_t>(count), parts.size());
  for (std::size_t i = 0; i < size; ++i) append(folded, static_cast<char32_t>(parts[i]));
  return folded;
}

bool is_word_character(char32_t code) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

bool is_unspaced(char32_t code) { return in_any(code, unspaced); }

}  // namespace aureacore::search
