// Folding: how a character is written in the terms of the index, so that texts that people take for the same are the
// same: "É", "é" and "e"; "ß" and "ss"; "ﬁ" and "fi"; full-width and plain.
//
// Compatibility decomposition and full case folding (Unicode, by utf8proc), without the marks that are accents. Marks
// that make another letter (Indic vowel signs, the voiced kana's) stay. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aureacore::search {

constexpr char32_t no_character = 0xFFFF'FFFF;

struct Character {
  char32_t code = no_character;  // none: the bytes are not UTF-8
  std::size_t length = 1;        // in bytes, at least 1
};

// The character at the front of a text that is not empty.
Character first_character(std::string_view text);
void append_character(std::string& out, char32_t code);

struct Folded {
  static constexpr std::size_t max_characters =
      40;  // the longest decomposition has 18, and each may become two letters
  std::array<char32_t, max_characters> characters{};
  std::size_t size = 0;   // 0: an accent, or nothing that is seen
  bool is_upper = false;  // the character as written is a capital
};

Folded fold(char32_t code);

// Letters, digits and the marks that belong to them: what words consist of.
bool is_word_character(char32_t code);
// Of a script that writes words without spaces between them.
bool is_unspaced(char32_t code);

}  // namespace aureacore::search
