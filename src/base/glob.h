// Glob patterns over repository paths ('/' between segments, no leading slash).
//
//   *  any run of characters but '/'      ?  one character but '/'      [a-z], [!a-z]  a class
//   ** as a whole segment: any number of segments, none included        {a,b}  alternatives
//
// Matching takes time proportional to pattern × path whatever the pattern: no backtracking to exploit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::base {

class Glob {
 public:
  static constexpr std::size_t max_pattern_bytes = 1024;
  static constexpr std::size_t max_alternatives = 64;

  // Errors: empty, too long, unbalanced brackets or braces, too many alternatives.
  static Result<Glob> parse(std::string_view pattern);

  [[nodiscard]] bool matches(std::string_view path) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  // Whether the text has any of the special characters at all.
  static bool is_pattern(std::string_view text) { return text.find_first_of("*?[{") != std::string_view::npos; }

 private:
  std::string pattern_;
  std::vector<std::vector<std::string>> alternatives_;  // each a list of segments
};

bool any_matches(const std::vector<Glob>& globs, std::string_view path);

}  // namespace aureacore::base
