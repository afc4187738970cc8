#include "search/typos.h"

#include <algorithm>
#include <functional>

#include "search/fold.h"

namespace aureacore::search {
namespace {

// How many different characters are tried at one place; of a catalog in many scripts those that come first.
constexpr std::size_t max_tried_characters = 128;

std::vector<std::string_view> characters_of(std::string_view term) {
  std::vector<std::string_view> characters;
  while (!term.empty()) {
    const std::size_t length = first_character(term).length;
    characters.push_back(term.substr(0, length));
    term.remove_prefix(length);
  }
  return characters;
}

// Visits the characters that follow this prefix in terms of the dictionary. False: no term begins with it.
bool for_each_follower(Dictionary::Cursor& cursor, const std::string& prefix,
                       const std::function<void(std::string_view)>& visit) {
  cursor.seek(prefix);
  bool found = false;
  for (std::size_t tried = 0; !cursor.at_end() && cursor.term().starts_with(prefix);) {
    found = true;
    const std::string rest(cursor.term().substr(prefix.size()));
    if (rest.empty()) {
      cursor.next();
      continue;
    }
    if (++tried > max_tried_characters) break;
    const std::string_view follower = std::string_view(rest).substr(0, first_character(rest).length);
    visit(follower);
    cursor.seek(prefix + std::string(follower) + '\xFF');  // behind all that begin so: no character has this byte
  }
  return found;
}

}  // namespace

std::size_t count_characters(std::string_view term) {
  return static_cast<std::size_t>(
      std::ranges::count_if(term, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::vector<std::string> one_typo_away(const Dictionary& dictionary, std::string_view term) {
  std::vector<std::string> found;
  const auto characters = characters_of(term);
  Dictionary::Cursor cursor(dictionary);
  std::string prefix;
  std::string_view rest = term;  // behind the prefix
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const std::string_view behind = rest.substr(characters[i].size());
    found.push_back(prefix + std::string(behind));
    if (i + 1 < characters.size()) {
      const std::string_view next = characters[i + 1];
      found.push_back(prefix + std::string(next) + std::string(characters[i]) +
                      std::string(behind.substr(next.size())));
    }
    const bool goes_on = for_each_follower(cursor, prefix, [&](std::string_view follower) {
      const std::string begin = prefix + std::string(follower);
      if (follower != characters[i]) found.push_back(begin + std::string(behind));
      found.push_back(begin + std::string(rest));
    });
    if (!goes_on) break;
    prefix += characters[i];
    rest = behind;
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

}  // namespace aureacore::search
