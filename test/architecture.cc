#include "architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace aureacore::architecture {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What stands between backquotes.
std::vector<std::string> quoted_words(std::string_view cell) {
  std::vector<std::string> words;
  for (std::size_t open = cell.find('`'); open != std::string_view::npos; open = cell.find('`', open)) {
    const std::size_t close = cell.find('`', open + 1);
    if (close == std::string_view::npos) break;
    words.emplace_back(cell.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return words;
}

// "| `git` | `base` | … |"; nothing for another line.
std::optional<Module> parse_row(std::string_view line) {
  if (!line.starts_with("| `")) return std::nullopt;
  const std::size_t second = line.find('|', 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::size_t third = line.find('|', second + 1);
  if (third == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> names = quoted_words(line.substr(1, second - 1));
  if (names.size() != 1) return std::nullopt;
  return Module{names.front(), quoted_words(line.substr(second + 1, third - second - 1))};
}

// The path in `#include "path"`; nothing for another line.
std::optional<std::string> quoted_include(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || line[hash] != '#') return std::nullopt;
  const std::size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string_view::npos || !line.substr(word).starts_with("include")) return std::nullopt;
  const std::size_t open = line.find('"', word);
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t close = line.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return std::string(line.substr(open + 1, close - open - 1));
}

std::string first_segment(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

class Check {
 public:
  explicit Check(const std::vector<Module>& table) {
    for (const Module& module : table) add_row(module);
  }

  void source(const Source& source) {
    const std::string module = first_segment(source.path);
    found_.insert(module);
    if (!allowed_.contains(module)) {
      say("src/{}: the module '{}' has no row in the table", source.path, module);
      return;
    }
    std::size_t number = 0;
    for (const std::string& line : lines_of(source.text)) {
      ++number;
      if (const auto path = quoted_include(line)) include(source, module, number, *path);
    }
  }

  std::vector<std::string> finish() {
    for (const auto& [name, unused] : allowed_) {
      if (!found_.contains(name)) say("the table's row '{}' has no folder with sources in src", name);
    }
    return std::move(sentences_);
  }

 private:
  void add_row(const Module& module) {
    for (const std::string& other : module.may_include) {
      if (!allowed_.contains(other))
        say("the table's row '{}' points up or nowhere: '{}' is in no row above it", module.name, other);
    }
    if (!allowed_.emplace(module.name, std::set<std::string>(module.may_include.begin(), module.may_include.end()))
             .second) {
      say("the table has two rows '{}'", module.name);
    }
  }

  void include(const Source& source, const std::string& module, std::size_t line, const std::string& path) {
    const std::string other = first_segment(path);
    if (other.empty()) {
      say("src/{}:{}: expected an include with its module (\"{}/{}\"), found \"{}\"", source.path, line, module, path,
          path);
    } else if (other != module && !allowed_.at(module).contains(other)) {
      say("src/{}:{}: '{}' may not include '{}' (\"{}\")", source.path, line, module, other, path);
    }
  }

  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) {
    sentences_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  std::map<std::string, std::set<std::string>> allowed_;
  std::set<std::string> found_;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<Module> parse_table(std::string_view markdown) {
  std::vector<Module> table;
  bool inside = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("## ")) inside = line == "## Modules";
    if (!inside) continue;
    if (auto row = parse_row(line)) table.push_back(std::move(*row));
  }
  return table;
}

std::vector<Source> read_sources(const std::filesystem::path& folder) {
  std::vector<Source> sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    sources.push_back({std::filesystem::relative(entry.path(), folder).generic_string(),
                       std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

std::vector<std::string> violations(const std::vector<Module>& table, const std::vector<Source>& sources) {
  Check check(table);
  for (const Source& source : sources) check.source(source);
  return check.finish();
}

}  // namespace aureacore::architecture
