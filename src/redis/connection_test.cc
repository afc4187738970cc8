// One connection, with a real server and with servers that are none.
#include "redis/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"
#include "redis/test_proxy.h"

namespace aureacore::redis {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

base::Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint, const Dialer& dialer = Dialer(Limits{})) {
  return Connection::open(endpoint, dialer, Role::any, soon());
}

TEST(Connection, SpeaksTheNewerProtocolWithARealServer) {
  const TestServer server;
  const auto connection = open(server.endpoint());
  ASSERT_TRUE(connection) << connection.error().message;
  const auto hello = (*connection)->call(Command("HELLO"), soon());
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_EQ(hello->elements.at(4).text, "proto");
  EXPECT_EQ(hello->elements.at(5).integer, 3);
  EXPECT_TRUE((*connection)->usable());
}

TEST(Connection, CarriesPipelinesLargerThanAnyBuffer) {
  const TestServer server({.tcp = true});
  const auto connection = open(server.endpoint());
  ASSERT_TRUE(connection) << connection.error().message;
  const std::string large(1 << 20, 'x');
  std::vector<Command> commands;
  for (int i = 0; i < 30; ++i) commands.push_back(Command("SET").key(std::to_string(i)).argument(large));
  for (int i = 0; i < 30; ++i) commands.push_back(Command("GET").key(std::to_string(i)));
  for (int i = 0; i < 20'000; ++i) commands.push_back(Command("ECHO").argument(i));
  const auto replies = (*connection)->call(commands, soon());
  ASSERT_TRUE(replies) << replies.error().message;
  ASSERT_EQ(replies->size(), commands.size());
  EXPECT_TRUE(as_ok(replies->front()));
  EXPECT_EQ((*replies)[59].text, large);
  EXPECT_EQ(replies->back().text, "19999");
}

TEST(Connection, GivesUpAtTheDeadlineAndIsBrokenThen) {
  const TestServer server;
  const auto connection = open(server.endpoint());
  ASSERT_TRUE(connection);
  server.pause();
  const auto begin = Deadline::now();
  const auto reply = (*connection)->call(Command("PING"), Deadline::in(milliseconds(100)));
  const auto took = Deadline::now() - begin;
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::timeout);
  EXPECT_EQ(reply.error().message, server.endpoint().text() + ": there was no answer within the deadline");
  EXPECT_GE(took, milliseconds(100));
  EXPECT_LT(took, seconds(5));
  EXPECT_FALSE((*connection)->usable());
}

TEST(Connection, EndsWhenAStopIsAskedFor) {
  const TestServer server;
  const auto connection = open(server.endpoint());
  ASSERT_TRUE(connection);
  server.pause();
  std::stop_source source;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(50));
    source.request_stop();
  });
  const auto reply = (*connection)->call(Command("PING"), Deadline::in(seconds(60), source.get_token()));
  ASSERT_FALSE(reply);
  EXPECT_THAT(reply.error().message, HasSubstr("the call was stopped"));
}

TEST(Connection, GivesUpOnAServerThatNeverGreets) {
  const TestPeer silent([](int connection, const std::stop_token& stop) {
    while (!stop.stop_requested()) readable(connection);
  });
  Limits limits;
  limits.connect_time = milliseconds(100);
  const Dialer dialer(limits);
  const auto connection = open(silent.endpoint(), dialer);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Code::timeout);
}

TEST(Connection, RefusesGarbageAndWhatIsCutOff) {
  struct Row {
    std::string said;
    Code code;
    std::string message;
  };
  const std::vector<Row> rows = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", Code::corrupt, "expected a type in a reply"},
      {":1\r\n:2\r\n", Code::corrupt, "a reply came that answers no command"},
      {"*1000000000\r\n", Code::too_large, "1000000000 elements"},
      {"$1000000000\r\n", Code::too_large, "1000000000 bytes"},
      {"$10\r\nabc", Code::timeout, "no answer within the deadline"},
      {"", Code::unavailable, "the server closed the connection"},
  };
  for (const Row& row : rows) {
    const TestPeer peer(says(row.said));
    const auto connection = open(peer.endpoint());
    ASSERT_TRUE(connection) << connection.error().message;
    const auto reply = (*connection)->call(Command("GET").key("k"), Deadline::in(milliseconds(300)));
    ASSERT_FALSE(reply) << row.said;
    EXPECT_EQ(reply.error().code, row.code) << row.said << ": " << reply.error().message;
    EXPECT_THAT(reply.error().message, HasSubstr(row.message));
    EXPECT_THAT(reply.error().message, HasSubstr(peer.endpoint().text()));
    EXPECT_FALSE((*connection)->usable());
  }
}

TEST(Connection, KnowsThatTheServerEndedIt) {
  TestServer server;
  const auto connection = open(server.endpoint());
  ASSERT_TRUE(connection);
  EXPECT_TRUE((*connection)->usable());
  server.kill();
  EXPECT_FALSE((*connection)->usable());
}

TEST(Connection, SaysThatNobodyListens) {
  const auto connection = open({"127.0.0.1", free_port()});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Code::unavailable);
  EXPECT_THAT(connection.error().message, HasSubstr("can't connect: Connection refused"));
  EXPECT_EQ(open({"/nowhere/redis.sock"}).error().code, Code::unavailable);
}

TEST(Connection, GivesUserAndPassword) {
  const TestServer server(
      {.arguments = {"--requirepass", "main-s3cret", "--user", "app", "on", ">app-s3cret", "~*", "&*", "+@all"},
       .password = "main-s3cret"});
  Dialer dialer{Limits{}};
  EXPECT_THAT(open(server.endpoint(), dialer).error().message,
              HasSubstr("expects a password (AUREACORE_CACHE_PASSWORD or a file), found none"));
  dialer.greeting.credentials = {"app", "app-s3cret"};
  const auto connection = open(server.endpoint(), dialer);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ((*connection)->call(Command("ACL").argument("WHOAMI"), soon())->text, "app");
  dialer.greeting.credentials.password = "wrong-s3cret";
  const auto refused = open(server.endpoint(), dialer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("refused user 'app'"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("s3cret")));
}

TEST(Connection, ChoosesADatabase) {
  const TestServer server;
  Dialer dialer{Limits{}};
  dialer.greeting.database = 3;
  const auto connection = open(server.endpoint(), dialer);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_TRUE((*connection)->call(Command("SET").key("k").argument("v"), soon()));
  EXPECT_EQ(server.info({"INFO", "keyspace"}, "db3").substr(0, 6), "keys=1");
  dialer.greeting.database = 1000;
  EXPECT_THAT(open(server.endpoint(), dialer).error().message, HasSubstr("SELECT: "));
}

TEST(Exchange, OfASlowServerHoldsUpNoOther) {
  const TestServer fast;
  const TestServer slow;
  const auto one = open(fast.endpoint());
  const auto other = open(slow.endpoint());
  ASSERT_TRUE(one && other);
  slow.pause();
  const Command ping("PING");
  std::vector<Exchange> exchanges(2);
  exchanges[0] = {.connection = other->get(), .commands = {&ping}};
  exchanges[1] = {.connection = one->get(), .commands = {&ping, &ping}};
  run(exchanges, Deadline::in(milliseconds(200)));
  EXPECT_FALSE(exchanges[0].status);
  EXPECT_EQ(exchanges[0].sent, 1U);
  ASSERT_TRUE(exchanges[1].status) << exchanges[1].status.error().message;
  EXPECT_EQ(exchanges[1].replies.size(), 2U);
}

TEST(Resolver, LeavesALookUpThatHangs) {
  std::atomic<bool> goes_on = false;
  Resolver resolver(1, [&](const Endpoint& /*endpoint*/) -> Resolver::Answer {
    goes_on.wait(false);
    return base::fail(Code::unavailable, "late");
  });
  const auto late = resolver.resolve({"name.example", 1}, Deadline::in(milliseconds(50)));
  EXPECT_EQ(late.error().code, Code::timeout);
  const auto too_many = resolver.resolve({"name.example", 1}, Deadline::in(seconds(10)));
  EXPECT_EQ(too_many.error().code, Code::unavailable);
  EXPECT_TRUE(resolver.resolve({"127.0.0.1", 1}, Deadline::in(seconds(10))));
  goes_on = true;
  goes_on.notify_all();
  wait_until("the look-up ends", [&] {
    return resolver.resolve({"name.example", 1}, Deadline::in(seconds(10))).error().message == "late";
  });
}

TEST(Resolver, FindsTheLoopbackByName) {
  Resolver resolver(1);
  const auto found = resolver.resolve({"localhost", 6379}, soon());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(found->empty());
}

}  // namespace
}  // namespace aureacore::redis
