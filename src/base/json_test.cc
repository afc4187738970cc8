#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace aureacore::base {
namespace {

std::string number(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// The expected texts are what String(x) gives in JavaScript.
TEST(JsonNumber, LooksLikeJavaScripts) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-0.0), "0");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(-17), "-17");
  EXPECT_EQ(number(2.5), "2.5");
  EXPECT_EQ(number(-0.5), "-0.5");
  EXPECT_EQ(number(123456.789), "123456.789");
  EXPECT_EQ(number(0.000001), "0.000001");
  EXPECT_EQ(number(0.00000125), "0.00000125");
  EXPECT_EQ(number(0.0000001), "1e-7");
  EXPECT_EQ(number(1.25e-7), "1.25e-7");
  EXPECT_EQ(number(999999999999999.0), "999999999999999");
  EXPECT_EQ(number(12345678901234567890.0), "12345678901234567000.0");
  EXPECT_EQ(number(1e20), "100000000000000000000.0");
  EXPECT_EQ(number(1e21), "1e+21");
  EXPECT_EQ(number(-1.5e300), "-1.5e+300");
  EXPECT_EQ(number(5e-324), "5e-324");
  EXPECT_EQ(number(0.1 + 0.2), "0.30000000000000004");
}

TEST(JsonNumber, WhatIsNoNumberIsNull) {
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonString, EscapesWhatMustBe) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(quoted("caf\xC3\xA9\x7F"), "\"caf\xC3\xA9\x7F\"");
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("a", "x");
  writer.key("b");
  writer.begin_array();
  writer.number(1.5);
  writer.integer(-2);
  writer.null();
  writer.begin_object();
  writer.end_object();
  writer.raw("[]");
  writer.end_array();
  writer.member("c", true);
  writer.end_object();
  EXPECT_EQ(out, R"({"a":"x","b":[1.5,-2,null,{},[]],"c":true})");
}

}  // namespace
}  // namespace aureacore::base
