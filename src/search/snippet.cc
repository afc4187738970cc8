#include "search/snippet.h"

#include <algorithm>

#include "search/words.h"

namespace aureacore::search {
namespace {

constexpr std::size_t lead_bytes = 60;  // shown before what was found
// Where there is no space so near, the text is cut between characters.
constexpr std::size_t near_bytes = 30;
constexpr std::string_view ellipsis = "…";

bool is_inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

std::size_t find_first(std::string_view text, std::span<const std::string> terms) {
  std::size_t found = 0;
  bool is_found = false;
  Words words;
  words.split(text, [&](const Word& word) {
    is_found = is_found || std::ranges::any_of(terms, [&](const auto& term) { return word.term.starts_with(term); });
    if (!is_found) found = word.end;
  });
  return is_found ? found : 0;
}

std::size_t start_near(std::string_view text, std::size_t at) {
  const auto space = text.substr(0, at + near_bytes).find(' ', at);
  if (space != std::string_view::npos) return space + 1;
  while (is_inside_character(text, at)) ++at;
  return at;
}

std::size_t end_near(std::string_view text, std::size_t at) {
  const auto space = text.rfind(' ', at);
  if (space != std::string_view::npos && space + near_bytes > at) return space;
  while (is_inside_character(text, at)) --at;
  return at;
}

}  // namespace

std::string snippet(std::string_view text, std::span<const std::string> terms) {
  if (text.size() <= max_snippet_bytes) return std::string(text);
  const std::size_t found = find_first(text, terms);
  const std::size_t latest = text.size() - max_snippet_bytes;
  const std::size_t begin = found <= lead_bytes ? 0 : start_near(text, std::min(found - lead_bytes, latest));
  const bool to_end = begin + max_snippet_bytes >= text.size();
  const std::size_t end = to_end ? text.size() : end_near(text, begin + max_snippet_bytes);
  std::string out(begin == 0 ? std::string_view{} : ellipsis);
  out.append(text.substr(begin, end - begin));
  if (!to_end) out.append(ellipsis);
  return out;
}

}  // namespace aureacore::search
