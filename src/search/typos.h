// Typos: what a term may have been meant to be: one letter too few, too many, another one, or two swapped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/dictionary.h"

namespace aureacore::search {

// Shorter terms are taken as they are written, and so are numbers: one letter would make another word of most.
constexpr std::size_t min_typo_characters = 4;

// The terms, or beginnings of terms, at a distance of one (Damerau-Levenshtein, in characters) that the dictionary may
// have: those that it can't have for the letters they begin with are left out. Sorted, distinct.
std::vector<std::string> one_typo_away(const Dictionary& dictionary, std::string_view term);

std::size_t count_characters(std::string_view term);

}  // namespace aureacore::search
