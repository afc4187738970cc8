#include "redis/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"

namespace aureacore::redis {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Reply ok{.kind = Reply::Kind::status, .text = "OK"};

Reply role(std::string name) {
  return {.kind = Reply::Kind::array, .elements = {{.kind = Reply::Kind::text, .text = std::move(name)}}};
}

// The commands on one line each, without lengths.
std::vector<std::string> say(Handshake& handshake) {
  std::vector<std::string> lines;
  for (const Command& command : handshake.next()) {
    std::string bytes;
    command.write_to(bytes);
    std::string line;
    for (std::size_t at = 0; (at = bytes.find("\r\n$", at)) != std::string::npos;) {
      at = bytes.find("\r\n", at + 1) + 2;
      line += (line.empty() ? "" : " ") + bytes.substr(at, bytes.find("\r\n", at) - at);
    }
    lines.push_back(line);
  }
  return lines;
}

TEST(Handshake, SaysHelloWithNothingElseToSay) {
  Handshake handshake({.name = "n"});
  EXPECT_THAT(say(handshake), ElementsAre("HELLO 3 SETNAME n"));
  EXPECT_TRUE(handshake.take(std::vector{ok}));
  EXPECT_THAT(say(handshake), IsEmpty());
}

TEST(Handshake, SaysAllAtOnce) {
  Handshake handshake({.credentials = {"u", "p"}, .name = "n", .database = 3, .role = Role::primary});
  EXPECT_THAT(say(handshake), ElementsAre("HELLO 3 AUTH u p SETNAME n", "SELECT 3", "ROLE"));
  EXPECT_TRUE(handshake.take(std::vector{ok, ok, role("master")}));
  EXPECT_THAT(say(handshake), IsEmpty());
}

TEST(Handshake, FallsBackToTheOlderProtocol) {
  for (const std::string refusal :
       {"NOPROTO unsupported protocol version", "ERR unknown command `HELLO`, with args beginning with: `3`, ",
        "NOPERM this user has no permissions to run the 'hello' command"}) {
    Handshake handshake({.credentials = {"u", "p"}, .name = "n", .role = Role::cluster_replica});
    EXPECT_THAT(say(handshake), ElementsAre("HELLO 3 AUTH u p SETNAME n", "READONLY"));
    EXPECT_TRUE(handshake.take(std::vector{error(refusal), error("NOAUTH Authentication required.")}));
    EXPECT_THAT(say(handshake), ElementsAre("AUTH u p", "CLIENT SETNAME n", "READONLY"));
    EXPECT_TRUE(handshake.take(std::vector{ok, error("ERR no names"), ok}));
    EXPECT_THAT(say(handshake), IsEmpty());
  }
}

TEST(Handshake, NeedsNoUserForAPassword) {
  Handshake handshake({.credentials = {"", "p"}, .name = "n"});
  EXPECT_THAT(say(handshake), ElementsAre("HELLO 3 AUTH default p SETNAME n"));
  EXPECT_TRUE(handshake.take(std::vector{error("NOPROTO")}));
  EXPECT_THAT(say(handshake), ElementsAre("AUTH p", "CLIENT SETNAME n"));
}

struct Refusal {
  Handshake::Options options;
  std::vector<Reply> replies;
  Code code;
  std::string message;
};

TEST(Handshake, SaysWhatWasExpected) {
  const std::vector<Refusal> rows = {
      {{},
       {error("NOAUTH HELLO must be called with the client already authenticated")},
       Code::denied,
       "the server expects a password (AUREACORE_CACHE_PASSWORD or a file), found none"},
      {{.credentials = {"u", "s3cret"}},
       {error("WRONGPASS invalid username-password pair")},
       Code::denied,
       "the server refused user 'u' with the password given (WRONGPASS)"},
      {{.credentials = {"", "s3cret"}},
       {error("ERR weird, with s3cret in it")},
       Code::denied,
       "the server refused user 'default' with the password given (ERR)"},
      {{},
       {error("LOADING Redis is loading the dataset in memory")},
       Code::unavailable,
       "LOADING Redis is loading the dataset in memory"},
      {{.database = 99},
       {ok, error("ERR DB index is out of range")},
       Code::invalid,
       "SELECT: ERR DB index is out of range"},
      {{.role = Role::primary}, {ok, role("slave")}, Code::unavailable, "expected a primary, found a replica"},
      {{.role = Role::replica},
       {ok, role("sentinel")},
       Code::unavailable,
       "expected a primary, found a server of another role"},
      {{.role = Role::primary}, {ok, ok}, Code::corrupt, "expected the server's role, found status"},
  };
  for (const Refusal& row : rows) {
    Handshake handshake(row.options);
    say(handshake);
    const auto status = handshake.take(row.replies);
    ASSERT_FALSE(status) << row.message;
    EXPECT_EQ(status.error().message, row.message);
    EXPECT_EQ(status.error().code, row.code) << row.message;
    EXPECT_THAT(status.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(Handshake, TakesThePrimaryForAReplica) {
  for (const std::string name : {"master", "slave"}) {
    Handshake handshake({.role = Role::replica});
    say(handshake);
    EXPECT_TRUE(handshake.take(std::vector{ok, role(name)}));
  }
}

TEST(Handshake, GoesOnWhereItMayNotAskForTheRole) {
  Handshake handshake({.role = Role::primary});
  say(handshake);
  EXPECT_TRUE(handshake.take(std::vector{ok, error("NOPERM no")}));
  EXPECT_THAT(say(handshake), IsEmpty());
}

}  // namespace
}  // namespace aureacore::redis
