// Section: one mapping of a configuration file, read key by key; what is unknown, wrong or given twice is an error that
// names the place.
//
//   Section section(node, errors, "a source");
//   section.text("url", url);
//   section.duration("interval", interval, std::chrono::milliseconds(100));
//   section.finish();                           // the keys that nobody asked for
#pragma once

#include <fmt/core.h>

#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "definition/node.h"

namespace aureacore::server {

// "60s", "5m", "500ms", "1h"; nothing where the text is no duration.
std::optional<base::Duration> parse_duration(std::string_view text);
// "1048576", "64KiB", "4GiB".
std::optional<std::uint64_t> parse_bytes(std::string_view text);

// Collects errors as "file:line:column: what".
class Errors {
 public:
  explicit Errors(std::string file) : file_(std::move(file)) {}

  void add(entity::Mark mark, std::string_view message) {
    list_.push_back(fmt::format("{}:{}:{}: {}", file_, mark.line, mark.column, message));
  }
  // About no place in the file.
  void add(std::string message) { list_.push_back(std::move(message)); }
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }
  [[nodiscard]] const std::string& file() const { return file_; }  // as it is shown

 private:
  std::string file_;
  std::vector<std::string> list_;
};

class Section {
 public:
  using Node = definition::Node;

  Section(const Node& node, Errors& errors, std::string_view what);

  // Each leaves its target as it is where the key is missing or wrong.
  void text(std::string_view key, std::string& out);
  void boolean(std::string_view key, bool& out);
  void share(std::string_view key, double& out);  // 0 to 1
  void duration(std::string_view key, base::Duration& out, base::Duration least);
  void texts(std::string_view key, std::vector<std::string>& out);
  void choice(std::string_view key, std::initializer_list<std::string_view> choices, std::string& out);

  template <class Number>
  void count(std::string_view key, Number& out, std::uint64_t least, std::uint64_t most) {
    if (const auto number = whole(key, least, most)) out = static_cast<Number>(*number);
  }
  template <class Number>
  void bytes(std::string_view key, Number& out, std::uint64_t least,
             std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    if (const auto number = size(key, least, most)) out = static_cast<Number>(*number);
  }

  // The values of a sequence, each with its place. False: there is no sequence.
  bool each(std::string_view key, const std::function<void(const Node&)>& visit);
  // A mapping inside this one.
  void section(std::string_view key, std::string_view what, const std::function<void(Section&)>& visit);

  // Where the key's value stands, or this section where it is missing.
  [[nodiscard]] entity::Mark mark(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }
  Errors& errors() { return errors_; }

  void finish();

 private:
  const Node* find(std::string_view key);
  const Node* expect(std::string_view key, Node::Type type, std::string_view expected);
  std::optional<std::uint64_t> whole(std::string_view key, std::uint64_t least, std::uint64_t most);
  std::optional<std::uint64_t> size(std::string_view key, std::uint64_t least, std::uint64_t most);
  void wrong(std::string_view key, const Node& found, std::string_view expected);

  const Node& node_;
  Errors& errors_;
  const std::string what_;
  std::vector<std::string_view> known_;
};

}  // namespace aureacore::server
