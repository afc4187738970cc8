#include "server/section.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace aureacore::server {
namespace {

constexpr std::uint64_t exact_integers = 1ULL << 53;  // whole numbers beyond are not exact as they are read

// How many letters have to change to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : known) {
    if (const auto steps = distance(word, candidate); steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

std::string shown(const definition::Node& node) {
  using Type = definition::Node::Type;
  if (node.is(Type::string)) return fmt::format("\"{}\"", base::printable(node.text, 80));
  if (node.is(Type::number) || node.is(Type::boolean)) return base::printable(node.text, 80);
  return std::string(definition::describe(node.type));
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// A number with one of the units behind it; nothing on anything else, or where it doesn't fit.
std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = base::parse_number(text.substr(0, digits));
  const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
  if (!number || unit == units.end() || *number > exact_integers / unit->factor) return std::nullopt;
  return *number * unit->factor;
}

}  // namespace

std::optional<base::Duration> parse_duration(std::string_view text) {
  static constexpr std::array<Unit, 4> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  const auto milliseconds = with_unit(text, units);
  constexpr std::uint64_t century = 100ULL * 365 * 24 * 3'600'000;
  if (!milliseconds || *milliseconds > century) return std::nullopt;
  return std::chrono::milliseconds(*milliseconds);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<Unit, 4> units{{{"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};
  return with_unit(text, units);
}

Section::Section(const Node& node, Errors& errors, std::string_view what) : node_(node), errors_(errors), what_(what) {
  if (!node.is(Node::Type::mapping)) {
    errors_.add(node.mark, fmt::format("expected {} to be a mapping, found {}", what, shown(node)));
  }
}

entity::Mark Section::mark(std::string_view key) const {
  const Node* value = node_.find(key);
  return value == nullptr ? node_.mark : value->mark;
}

const Section::Node* Section::find(std::string_view key) {
  known_.push_back(key);
  return node_.find(key);
}

void Section::wrong(std::string_view key, const Node& found, std::string_view expected) {
  errors_.add(found.mark, fmt::format("{}: expected {}, found {}", key, expected, shown(found)));
}

const Section::Node* Section::expect(std::string_view key, Node::Type type, std::string_view expected) {
  const Node* value = find(key);
  if (value == nullptr) return nullptr;
  if (value->is(type)) return value;
  wrong(key, *value, expected);
  return nullptr;
}

void Section::text(std::string_view key, std::string& out) {
  const Node* value = expect(key, Node::Type::string, "a text (in quotes where it looks like a number)");
  if (value == nullptr) return;
  if (value->text.empty()) return wrong(key, *value, "a text that is not empty");
  out = value->text;
}

void Section::boolean(std::string_view key, bool& out) {
  if (const Node* value = expect(key, Node::Type::boolean, "true or false")) out = value->boolean;
}

void Section::share(std::string_view key, double& out) {
  constexpr std::string_view expected = "a number from 0 to 1";
  const Node* value = expect(key, Node::Type::number, expected);
  if (value == nullptr) return;
  if (!(value->number >= 0 && value->number <= 1)) return wrong(key, *value, expected);
  out = value->number;
}

std::optional<std::uint64_t> Section::whole(std::string_view key, std::uint64_t least, std::uint64_t most) {
  const std::string expected = fmt::format("a whole number from {} to {}", least, most);
  const Node* value = expect(key, Node::Type::number, expected);
  if (value == nullptr) return std::nullopt;
  const double number = value->number;
  if (number != std::floor(number) || !(number >= static_cast<double>(least) && number <= static_cast<double>(most))) {
    wrong(key, *value, expected);
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> Section::size(std::string_view key, std::uint64_t least, std::uint64_t most) {
  const Node* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto bytes = parse_bytes(value->text);
  if (!bytes || *bytes < least) {
    wrong(key, *value, fmt::format("a number of bytes from {} up, as in 64KiB, 1MiB or 4GiB", least));
    return std::nullopt;
  }
  if (*bytes > most) {
    wrong(key, *value, fmt::format("a number of bytes up to {}", most));
    return std::nullopt;
  }
  return bytes;
}

void Section::duration(std::string_view key, base::Duration& out, base::Duration least) {
  const Node* value = find(key);
  if (value == nullptr) return;
  const auto duration = parse_duration(value->text);
  if (!duration) return wrong(key, *value, "a duration as in 500ms, 60s, 5m or 1h");
  if (*duration < least) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(least).count();
    return wrong(key, *value, fmt::format("a duration of at least {}ms", milliseconds));
  }
  out = *duration;
}

void Section::choice(std::string_view key, std::initializer_list<std::string_view> choices, std::string& out) {
  const Node* value = find(key);
  if (value == nullptr) return;
  if (std::ranges::find(choices, value->text) == choices.end() || !value->is(Node::Type::string)) {
    return wrong(key, *value, fmt::format("{}", fmt::join(choices, " or ")));
  }
  out = value->text;
}

bool Section::each(std::string_view key, const std::function<void(const Node&)>& visit) {
  const Node* value = expect(key, Node::Type::sequence, "a list");
  if (value == nullptr) return false;
  for (const Node& item : value->items) visit(item);
  return true;
}

void Section::texts(std::string_view key, std::vector<std::string>& out) {
  if (has(key)) out.clear();
  each(key, [&](const Node& item) {
    if (!item.is(Node::Type::string) || item.text.empty()) return wrong(key, item, "a list of texts");
    out.push_back(item.text);
  });
}

void Section::section(std::string_view key, std::string_view what, const std::function<void(Section&)>& visit) {
  const Node* value = find(key);
  if (value == nullptr) return;
  Section inner(*value, errors_, what);
  visit(inner);
  inner.finish();
}

void Section::finish() {
  if (!node_.is(Node::Type::mapping)) return;
  for (const auto& member : node_.members) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    const auto meant = closest(member.key, known_);
    const auto hint = meant.empty() ? fmt::format("its keys are {}", fmt::join(known_, ", "))
                                    : fmt::format("did you mean \"{}\"?", meant);
    errors_.add(member.mark, fmt::format("unknown key \"{}\" in {}; {}", base::printable(member.key, 80), what_, hint));
  }
}

}  // namespace aureacore::server
