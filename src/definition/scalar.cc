#include "definition/scalar.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"

namespace aureacore::definition {
namespace {

bool is_one_of(std::string_view text, std::string_view lower, std::string_view capital, std::string_view upper) {
  return text == lower || text == capital || text == upper;
}

bool is_null(std::string_view text) { return text.empty() || text == "~" || is_one_of(text, "null", "Null", "NULL"); }

std::optional<bool> parse_boolean(std::string_view text) {
  if (is_one_of(text, "true", "True", "TRUE")) return true;
  if (is_one_of(text, "false", "False", "FALSE")) return false;
  return std::nullopt;
}

// "0x1F" and "0o17", which take no sign.
std::optional<double> parse_radix(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return std::nullopt;
  if (text[1] != 'x' && text[1] != 'o') return std::nullopt;
  const int base = text[1] == 'x' ? 16 : 8;
  double value = 0;
  for (const char c : text.substr(2)) {
    int digit = 0;
    const auto [end, error] = std::from_chars(&c, &c + 1, digit, base);
    if (error != std::errc()) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

std::optional<double> parse_special(std::string_view text) {
  if (is_one_of(text, ".nan", ".NaN", ".NAN")) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!is_one_of(text, ".inf", ".Inf", ".INF")) return std::nullopt;
  return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

std::size_t count_digits(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && base::is_digit(text[end])) ++end;
  return end - from;
}

// Whether an unsigned text is digits with an optional fraction and exponent: 1, 1., .5, 1.5e-3.
bool is_decimal(std::string_view text) {
  std::size_t at = count_digits(text, 0);
  std::size_t digits = at;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = count_digits(text, ++at);
    digits += fraction;
    at += fraction;
  }
  if (digits == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  if (++at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const std::size_t exponent = count_digits(text, at);
  return exponent > 0 && at + exponent == text.size();
}

std::optional<double> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!is_decimal(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool tiny = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    value = tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

std::optional<double> parse_number(std::string_view text) {
  if (const auto value = parse_decimal(text)) return value;
  if (const auto value = parse_radix(text)) return value;
  return parse_special(text);
}

void set_number(Node& node, double value) {
  node.type = Node::Type::number;
  node.number = value;
}

}  // namespace

void type_plain_scalar(Node& node) {
  node.type = Node::Type::string;
  const char first = node.text.empty() ? '~' : node.text[0];
  if (base::is_digit(first) || first == '+' || first == '-' || first == '.') {
    if (const auto value = parse_number(node.text)) set_number(node, *value);
  } else if (first == '~' || first == 'n' || first == 'N') {
    if (is_null(node.text)) node.type = Node::Type::null;
  } else if (first == 't' || first == 'T' || first == 'f' || first == 'F') {
    if (const auto value = parse_boolean(node.text)) {
      node.type = Node::Type::boolean;
      node.boolean = *value;
    }
  }
}

void type_tagged_scalar(Node& node, std::string_view tag) {
  static constexpr std::string_view prefix = "tag:yaml.org,2002:";
  node.type = Node::Type::string;
  if (!tag.starts_with(prefix)) return;
  tag.remove_prefix(prefix.size());
  const auto wanted = tag == "int" || tag == "float" ? Node::Type::number
                      : tag == "bool"                ? Node::Type::boolean
                      : tag == "null"                ? Node::Type::null
                                                     : Node::Type::string;
  if (wanted == Node::Type::string) return;
  type_plain_scalar(node);
  if (node.type != wanted) node.type = Node::Type::string;
}

}  // namespace aureacore::definition
