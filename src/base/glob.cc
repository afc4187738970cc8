#include "base/glob.h"

#include <algorithm>

#include "base/text.h"

namespace aureacore::base {
namespace {

// Expands the first {…} of the pattern; nested braces are expanded by the calls that follow.
Status expand(std::string_view pattern, std::vector<std::string>& out) {
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) {
    if (pattern.find('}') != std::string_view::npos) {
      return fail(Code::invalid, "expected '{{' before '}}' in the pattern");
    }
    if (out.size() >= Glob::max_alternatives) {
      return fail(Code::too_large, "expected at most {} alternatives in the pattern", Glob::max_alternatives);
    }
    out.emplace_back(pattern);
    return {};
  }
  std::vector<std::string_view> choices;
  std::size_t depth = 0;
  std::size_t from = open + 1;
  std::size_t close = std::string_view::npos;
  for (std::size_t i = open; i < pattern.size() && close == std::string_view::npos; ++i) {
    if (pattern[i] == '{') ++depth;
    if (depth == 1 && (pattern[i] == ',' || pattern[i] == '}')) {
      choices.push_back(pattern.substr(from, i - from));
      from = i + 1;
    }
    if (pattern[i] == '}' && --depth == 0) close = i;
  }
  if (close == std::string_view::npos) return fail(Code::invalid, "expected '}}' to close '{{' in the pattern");
  for (const auto choice : choices) {
    std::string next(pattern.substr(0, open));
    next += choice;
    next += pattern.substr(close + 1);
    if (auto expanded = expand(next, out); !expanded) return expanded;
  }
  return {};
}

// Matches one character against the class that opens at pattern[at] ('['); moves `at` behind its ']'.
bool class_matches(std::string_view pattern, std::size_t& at, char c) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    const bool range = i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']';
    const char low = pattern[i];
    const char high = range ? pattern[i + 2] : low;
    if (c >= low && c <= high) found = true;
    i += range ? 3 : 1;
  }
  at = i + 1;
  return found != negated;
}

// One segment; '*' falls back to the last star alone, which is enough.
bool segment_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    std::size_t next = p + 1;
    bool same = false;
    if (p < pattern.size()) {
      if (pattern[p] == '[') {
        next = p;
        same = class_matches(pattern, next, text[t]);
      } else {
        same = pattern[p] == '?' || pattern[p] == text[t];
      }
    }
    if (same) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Status check_classes(std::string_view segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '[') continue;
    const auto close = segment.find(']', i + 2);
    if (close == std::string_view::npos) return fail(Code::invalid, "expected ']' to close '[' in the pattern");
    i = close;
  }
  return {};
}

// Row by row over the pattern's segments: reach[j] says whether the first j path segments are matched so far.
bool segments_match(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  std::vector<char> reach(path.size() + 1, 0);
  reach[0] = 1;
  for (const auto& segment : pattern) {
    if (segment == "**") {
      for (std::size_t j = 1; j <= path.size(); ++j) reach[j] |= reach[j - 1];
      continue;
    }
    for (std::size_t j = path.size(); j > 0; --j) reach[j] = reach[j - 1] && segment_matches(segment, path[j - 1]);
    reach[0] = 0;
  }
  return reach[path.size()] != 0;
}

}  // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  if (pattern.empty()) return fail(Code::invalid, "expected a pattern, found an empty text");
  if (pattern.size() > max_pattern_bytes) {
    return fail(Code::too_large, "expected a pattern of at most {} bytes, found {}", max_pattern_bytes, pattern.size());
  }
  Glob glob;
  glob.pattern_ = pattern;
  std::vector<std::string> expanded;
  if (auto done = expand(pattern, expanded); !done) return std::unexpected(done.error());
  for (const auto& alternative : expanded) {
    auto& segments = glob.alternatives_.emplace_back();
    for (const auto segment : split(alternative, '/')) {
      if (auto checked = check_classes(segment); !checked) return std::unexpected(checked.error());
      segments.emplace_back(segment);
    }
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const auto segments = split(path, '/');
  for (const auto& alternative : alternatives_) {
    if (segments_match(alternative, segments)) return true;
  }
  return false;
}

bool any_matches(const std::vector<Glob>& globs, std::string_view path) {
  return std::ranges::any_of(globs, [path](const Glob& glob) { return glob.matches(path); });
}

}  // namespace aureacore::base
