#include "query/level.h"

#include <gtest/gtest.h>

namespace aureacore::query {
namespace {

std::string ask(std::string_view header, std::string_view parameter = {}, std::string_view cache_control = {}) {
  const auto parsed = parse_ask(header, parameter, cache_control);
  if (!parsed) return "error: " + parsed.error().message;
  std::string text(name(parsed->level));
  if (parsed->level == Level::bounded) text += " " + std::to_string(parsed->max_age);
  if (!parsed->version.empty()) text += " " + parsed->version;
  if (parsed->stale_if_error) text += " stale-if-error";
  if (parsed->only_if_cached) text += " only-if-cached";
  return text;
}

constexpr auto version = "v1-3-0123456789abcdef0123456789abcdef";

TEST(Level, WithoutAWordItIsEventual) { EXPECT_EQ(ask("", "", ""), "eventual"); }

TEST(Level, InTheHeader) {
  EXPECT_EQ(ask("eventual"), "eventual");
  EXPECT_EQ(ask("bounded; max-age=5"), "bounded 5");
  EXPECT_EQ(ask("bounded;max-age=5;future=1"), "bounded 5");
  EXPECT_EQ(ask(std::string("session; version=\"") + version + "\""), std::string("session ") + version);
  EXPECT_EQ(ask(std::string("snapshot;version=") + version), std::string("snapshot ") + version);
  EXPECT_EQ(ask("", "strong"), "strong");
}

TEST(Level, InCacheControl) {
  EXPECT_EQ(ask("", "", "no-cache"), "strong");
  EXPECT_EQ(ask("", "", "No-Cache, max-age=0, no-store"), "strong");
  EXPECT_EQ(ask("", "", "max-age=0"), "bounded 0");
  EXPECT_EQ(ask("", "", "max-age=\"7\", stale-if-error=60"), "bounded 7 stale-if-error");
  EXPECT_EQ(ask("", "", "only-if-cached, no-transform,,"), "eventual only-if-cached");
}

TEST(Level, WrongOnes) {
  EXPECT_TRUE(ask("strongest").starts_with("error: AureaCore-Consistency: expected a consistency level (eventual; "))
      << ask("strongest");
  EXPECT_TRUE(ask("", "Strong").starts_with("error: ?consistency: expected a consistency level")) << ask("", "Strong");
  EXPECT_EQ(ask("bounded"),
            "error: AureaCore-Consistency: expected bounded; max-age=N with a number of seconds, found \"bounded\"");
  EXPECT_EQ(ask("bounded; max-age=-1"),
            "error: AureaCore-Consistency: expected a number of seconds as max-age, found \"-1\"");
  EXPECT_TRUE(ask("session").starts_with("error: AureaCore-Consistency: expected session; version=\"…\" with a token"));
  EXPECT_TRUE(ask("snapshot; version=\"x\"").starts_with("error: "));
  EXPECT_EQ(ask("", "", "max-age=soon"), "error: expected max-age=N in Cache-Control, found \"max-age=soon\"");
}

TEST(Level, Contradictions) {
  EXPECT_EQ(ask("eventual", "strong"),
            "error: expected one consistency level, found two: AureaCore-Consistency asks for eventual, ?consistency "
            "for strong");
  EXPECT_EQ(ask("eventual", "", "no-cache"),
            "error: expected one consistency level, found two: Cache-Control asks for strong, AureaCore-Consistency "
            "for eventual");
  EXPECT_EQ(ask("bounded; max-age=5", "bounded; max-age=6"),
            "error: expected one consistency level, found two: AureaCore-Consistency asks for bounded, ?consistency "
            "for bounded");
  EXPECT_EQ(ask("bounded; max-age=5", "bounded;max-age=5", "max-age=5"), "bounded 5");
  EXPECT_EQ(ask("strong", "", "no-cache"), "strong");
  EXPECT_TRUE(ask("", "", "no-cache, only-if-cached").starts_with("error: "));
}

}  // namespace
}  // namespace aureacore::query
