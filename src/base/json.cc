#include "base/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace aureacore::base {
namespace {

// 0: stands for itself, 1: \u00XX, otherwise the letter after the backslash.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[c] = 1;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

// Number::toString of ECMAScript: positional between 1e-6 and 1e21, otherwise with an exponent of as few digits as it
// takes. `scientific` is the shortest form that std::to_chars gives, as in "1.25e-07".
void append_positional(std::string& out, std::string_view scientific) {
  const auto e = scientific.find('e');
  std::string digits(1, scientific[0]);
  if (e > 1) digits += scientific.substr(2, e - 2);
  int exponent = 0;
  const char* first = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(first, scientific.data() + scientific.size(), exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // where the decimal point stands among the digits
  if (point > 21 || point <= -6) {
    out.push_back(digits[0]);
    if (count > 1) out.append(".").append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(".").append(digits, static_cast<std::size_t>(point));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = escapes[byte];
    if (escape == 0) continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    out.push_back('\\');
    if (escape == 1) {
      out.append("u00");
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    } else {
      out.push_back(escape);
    }
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

void append_json_number(std::string& out, double value) {
  constexpr double max_exact = 1e15;  // every whole number below fits into 64 bits without rounding
  std::array<char, 32> buffer{};
  if (!std::isfinite(value)) {
    out.append("null");
  } else if (std::fabs(value) < max_exact && std::trunc(value) == value) {
    // JavaScript prints -0 as 0, and so does the integer.
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<std::int64_t>(value)).ptr;
    out.append(buffer.data(), end);
  } else {
    if (value < 0) out.push_back('-');
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value), std::chars_format::scientific)
            .ptr;
    append_positional(out, std::string_view(buffer.data(), end));
    // Whole numbers beyond 64 bits: with a fraction every JSON reader takes them for what they are, a double.
    constexpr double max_integer = 9.2e18;
    constexpr double max_positional = 1e21;
    if (std::fabs(value) > max_integer && std::fabs(value) < max_positional) out.append(".0");
  }
}

void JsonWriter::separate() {
  if (comma_) out_.push_back(',');
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_.push_back(':');
  comma_ = false;
}

void JsonWriter::string(std::string_view text) {
  separate();
  append_json_string(out_, text);
}

void JsonWriter::number(double value) {
  separate();
  append_json_number(out_, value);
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out_.append(buffer.data(), end);
}

void JsonWriter::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
}

void JsonWriter::null() {
  separate();
  out_.append("null");
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json);
}

}  // namespace aureacore::base
