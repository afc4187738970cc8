#include "redis/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"

namespace aureacore::redis {
namespace {

using base::Code;

Reply text(std::string value) { return {.kind = Reply::Kind::text, .text = std::move(value)}; }
Reply status(std::string value) { return {.kind = Reply::Kind::status, .text = std::move(value)}; }
Reply integer(std::int64_t value) { return {.kind = Reply::Kind::integer, .integer = value}; }
Reply array(std::vector<Reply> elements) { return {.kind = Reply::Kind::array, .elements = std::move(elements)}; }

// All replies of bytes that come `piece` at a time.
base::Result<std::vector<Reply>> parse(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  ReplyParser parser(limits);
  std::vector<Reply> replies;
  while (!bytes.empty()) {
    const auto used = parser.feed(bytes.substr(0, piece));
    if (!used) return std::unexpected(used.error());
    bytes.remove_prefix(*used);
    if (auto reply = parser.take()) replies.push_back(std::move(*reply));
  }
  EXPECT_FALSE(parser.amid());
  return replies;
}

struct Row {
  std::string bytes;
  Reply reply;
};

TEST(ReplyParser, ReadsEveryTypeHoweverItIsCut) {
  const std::vector<Row> rows = {
      {"+OK\r\n", status("OK")},
      {"+\r\n", status("")},
      {"-ERR no\r\n", error("ERR no")},
      {":-42\r\n", integer(-42)},
      {":+7\r\n", integer(7)},
      {"$5\r\nhello\r\n", text("hello")},
      {"$0\r\n\r\n", text("")},
      {"$4\r\n\r\n\r\n\r\n", text("\r\n\r\n")},
      {"$-1\r\n", {}},
      {"*-1\r\n", {}},
      {"_\r\n", {}},
      {"#t\r\n", integer(1)},
      {"#f\r\n", integer(0)},
      {",1.5e3\r\n", text("1.5e3")},
      {"(123456789012345678901234567890\r\n", text("123456789012345678901234567890")},
      {"!6\r\nERR no\r\n", error("ERR no")},
      {"=7\r\ntxt:abc\r\n", text("abc")},
      {"*0\r\n", array({})},
      {"*3\r\n$1\r\na\r\n*1\r\n:1\r\n_\r\n", array({text("a"), array({integer(1)}), {}})},
      {"~1\r\n+a\r\n", array({status("a")})},
      {"%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n", array({status("a"), integer(1), status("b"), array({})})},
      {">2\r\n+message\r\n+x\r\n", {.kind = Reply::Kind::push, .elements = {status("message"), status("x")}}},
      {"|1\r\n+ttl\r\n:3\r\n$1\r\na\r\n", text("a")},
      {"*2\r\n|1\r\n+ttl\r\n:3\r\n:1\r\n:2\r\n", array({integer(1), integer(2)})},
      {"|0\r\n:1\r\n", integer(1)},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, row.bytes.size()}) {
      const auto replies = parse(row.bytes, piece);
      ASSERT_TRUE(replies) << row.bytes << ": " << replies.error().message;
      EXPECT_EQ(*replies, std::vector{row.reply}) << row.bytes << " in pieces of " << piece;
    }
  }
}

TEST(ReplyParser, StopsBehindEachReply) {
  const auto replies = parse("+a\r\n$1\r\nb\r\n*1\r\n:3\r\n", 1000);
  ASSERT_TRUE(replies);
  EXPECT_EQ(*replies, (std::vector{status("a"), text("b"), array({integer(3)})}));
}

TEST(ReplyParser, RefusesWhatIsNoProtocol) {
  for (const std::string bytes : {"HTTP/1.1 400 Bad Request\r\n",
                                  "\r\n",
                                  ":\r\n",
                                  ":1x\r\n",
                                  ":+-1\r\n",
                                  ":99999999999999999999\r\n",
                                  "$-2\r\n",
                                  "$x\r\n",
                                  "$3\r\nabcd\r\n",
                                  "*-2\r\n",
                                  "*1.5\r\n",
                                  "#x\r\n",
                                  "_x\r\n",
                                  "+a\n",
                                  "=2\r\nab\r\n",
                                  "=4\r\nabcd\r\n",
                                  "|-1\r\n",
                                  "*1\r\n>1\r\n",
                                  "$?\r\n",
                                  "*?\r\n",
                                  "\x16\x03\x01\r\n"}) {
    const auto replies = parse(bytes, 1);
    ASSERT_FALSE(replies) << bytes;
    EXPECT_EQ(replies.error().code, Code::corrupt) << bytes;
  }
}

TEST(ReplyParser, RefusesWhatPassesALimit) {
  Limits limits;
  limits.bulk_bytes = 10;
  limits.passed_bytes = 15;
  limits.reply_bytes = 1000;
  limits.line_bytes = 20;
  limits.depth = 2;
  EXPECT_TRUE(parse("$10\r\n0123456789\r\n", 1, limits));
  EXPECT_TRUE(parse("*1\r\n*1\r\n:1\r\n", 1, limits));
  std::string many = "*10\r\n";
  for (int i = 0; i < 10; ++i) many += "$10\r\n0123456789\r\n*1\r\n";
  for (const std::string& bytes :
       {std::string("$16\r\n"), std::string("*1\r\n*1\r\n*1\r\n"), std::string("+") + std::string(30, 'a'),
        std::string("+") + std::string(30, 'a') + "\r\n", std::string("*1000000000\r\n"),
        std::string("%9223372036854775807\r\n"), std::string("*9223372036854775807\r\n"), many}) {
    const auto replies = parse(bytes, 1000, limits);
    ASSERT_FALSE(replies) << bytes;
    EXPECT_EQ(replies.error().code, Code::too_large) << bytes;
  }
}

TEST(ReplyParser, PassesOverATextThatIsTooLong) {
  Limits limits;
  limits.bulk_bytes = 10;
  for (const std::size_t piece : {1U, 5U, 1000U}) {
    const auto replies = parse("*2\r\n$11\r\n01234567890\r\n:1\r\n:2\r\n", piece, limits);
    ASSERT_TRUE(replies) << replies.error().message;
    EXPECT_EQ(*replies,
              (std::vector{array({error("TOOLARGE a text has 11 bytes, more than the limit of 10"), integer(1)}),
                           integer(2)}));
  }
}

TEST(ReplyParser, CountsEachReplyAlone) {
  Limits limits;
  limits.reply_bytes = 200;
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += "*1\r\n:1\r\n";
  EXPECT_TRUE(parse(bytes, 7, limits));
}

TEST(Reply, BecomesWhatIsExpectedOrAnError) {
  EXPECT_EQ(as_text(text("a")), "a");
  EXPECT_EQ(as_text_or_null({})->has_value(), false);
  EXPECT_EQ(as_integer(integer(3)), 3);
  EXPECT_TRUE(as_ok(status("OK")));
  EXPECT_EQ(as_text(array({})).error().message, "expected a text, found array");
  EXPECT_EQ(as_ok(status("QUEUED")).error().code, Code::corrupt);
  EXPECT_EQ(as_array(error("LOADING Redis is loading")).error().code, Code::unavailable);
  EXPECT_EQ(as_integer(error("NOPERM no")).error().code, Code::denied);
  EXPECT_EQ(as_integer(error("NOSCRIPT no")).error().code, Code::not_found);
  EXPECT_EQ(as_integer(error("TOOLARGE no")).error().code, Code::too_large);
  EXPECT_EQ(as_integer(error("ERR no")).error().code, Code::invalid);
}

TEST(Reply, LeavesOutWhatTheServerQuotes) {
  const auto shown = error_of(error("ERR unknown command 'AUTH', with args beginning with: 's3cret' "));
  EXPECT_EQ(shown.message, "ERR unknown command 'AUTH'");
}

}  // namespace
}  // namespace aureacore::redis
