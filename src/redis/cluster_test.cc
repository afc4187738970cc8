#include "redis/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/command.h"
#include "redis/parser.h"
#include "redis/sentinel.h"
#include "redis/test_commands.h"

namespace aureacore::redis {
namespace {

using base::Code;
using namespace std::string_literals;

const Endpoint asked{"10.0.0.9", 7009};

Reply parse(std::string_view bytes) {
  ReplyParser parser({});
  EXPECT_TRUE(parser.feed(bytes));
  auto reply = parser.take();
  EXPECT_TRUE(reply) << bytes;
  return reply ? *std::move(reply) : Reply();
}

TEST(Slot, AgreesWithRedis) {
  // By CLUSTER KEYSLOT of Redis 7.
  EXPECT_EQ(slot_of("123456789"), 0x31C3);
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
  EXPECT_EQ(slot_of("foo{}{bar}"), 8363);
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
  EXPECT_EQ(slot_of("foo{bar"), slot_of("foo{bar"));
}

TEST(Command, IsWrittenWithItsLengths) {
  const auto command = Command("SET").key("a b").argument(std::string_view("\0\r\n", 3)).argument(-7);
  std::string bytes;
  command.write_to(bytes);
  EXPECT_EQ(bytes, "*4\r\n$3\r\nSET\r\n$3\r\na b\r\n$3\r\n\0\r\n\r\n$2\r\n-7\r\n"s);
  EXPECT_EQ(command.slot(), slot_of("a b"));
  EXPECT_EQ(Command("PING").slot(), std::nullopt);
  EXPECT_EQ(Command("GET").key("a").key("b").slot(), slot_of("a"));
}

TEST(Redirection, IsReadFromTheServersError) {
  struct Row {
    std::string text;
    std::optional<Redirection> expected;
  };
  const std::vector<Row> rows = {
      {"MOVED 3999 127.0.0.1:6381", Redirection{false, 3999, {"127.0.0.1", 6381}}},
      {"ASK 3999 127.0.0.1:6381", Redirection{true, 3999, {"127.0.0.1", 6381}}},
      {"MOVED 1 ::1:6381", Redirection{false, 1, {"::1", 6381}}},
      {"MOVED 1 node.example.com:6381", Redirection{false, 1, {"node.example.com", 6381}}},
      {"MOVED 1 :6381", Redirection{false, 1, {"10.0.0.9", 6381}}},
      {"MOVED 1 ?:6381", Redirection{false, 1, {"10.0.0.9", 6381}}},
      {"MOVED 16384 127.0.0.1:6381", std::nullopt},
      {"MOVED x 127.0.0.1:6381", std::nullopt},
      {"MOVED 1 127.0.0.1:0", std::nullopt},
      {"MOVED 1 127.0.0.1", std::nullopt},
      {"MOVED 1", std::nullopt},
      {"MOVED", std::nullopt},
      {"MOVED 1 :", std::nullopt},
      {"ERR no", std::nullopt},
  };
  for (const Row& row : rows) EXPECT_EQ(read_redirection(error(row.text), asked), row.expected) << row.text;
  EXPECT_EQ(read_redirection({.kind = Reply::Kind::text, .text = "MOVED 1 h:1"}, asked), std::nullopt);
}

constexpr std::string_view slots =
    "*3\r\n"
    "*4\r\n:0\r\n:5460\r\n*3\r\n$2\r\nh1\r\n:7001\r\n$1\r\na\r\n*3\r\n$2\r\nh2\r\n:7002\r\n$1\r\nb\r\n"
    "*3\r\n:5461\r\n:16000\r\n*4\r\n$-1\r\n:7003\r\n$1\r\nc\r\n*0\r\n"
    "*3\r\n:16001\r\n:16382\r\n*3\r\n$2\r\nh1\r\n:7001\r\n$1\r\na\r\n";

TEST(SlotMap, KnowsWhoHasASlot) {
  auto map = SlotMap::read(parse(slots), asked, {});
  ASSERT_TRUE(map) << map.error().message;
  ASSERT_EQ(map->shards().size(), 2U);
  EXPECT_EQ(*map->find(0), (Shard{{"h1", 7001}, {{"h2", 7002}}}));
  EXPECT_EQ(map->find(5460), map->find(16001));
  EXPECT_EQ(map->find(5461)->primary, (Endpoint{"10.0.0.9", 7003})) << "a host left out is the one that was asked";
  EXPECT_EQ(map->find(16383), nullptr);
  map->move({.slot = 7, .endpoint = {"h3", 7004}});
  EXPECT_EQ(map->find(7)->primary, (Endpoint{"h3", 7004}));
  EXPECT_EQ(map->find(8)->primary, (Endpoint{"h1", 7001}));
}

TEST(SlotMap, RefusesWhatIsNone) {
  Limits limits;
  limits.servers = 1;
  EXPECT_EQ(SlotMap::read(parse(slots), asked, limits).error().code, Code::too_large);
  EXPECT_EQ(SlotMap::read(parse("*0\r\n"), asked, {}).error().code, Code::unavailable);
  EXPECT_EQ(SlotMap::read(error("ERR This instance has cluster support disabled"), asked, {}).error().code,
            Code::invalid);
  for (const std::string_view bytes :
       {"*1\r\n*0\r\n", "*1\r\n:1\r\n", "*1\r\n*3\r\n:5\r\n:4\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:-1\r\n:4\r\n*2\r\n$1\r\nh\r\n:1\r\n", "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:4\r\n*1\r\n$1\r\nh\r\n", "*1\r\n*3\r\n:0\r\n:4\r\n*2\r\n$1\r\nh\r\n:99999\r\n", ":1\r\n"}) {
    EXPECT_EQ(SlotMap::read(parse(bytes), asked, {}).error().code, Code::corrupt) << bytes;
  }
}

Reply record(const std::string& port, const std::string& flags, const std::string& link) {
  const auto text = [](std::string value) { return Reply{.kind = Reply::Kind::text, .text = std::move(value)}; };
  return {.kind = Reply::Kind::array,
          .elements = {text("name"), text("x"), text("ip"), text("10.0.0.1"), text("port"), text(port), text("flags"),
                       text(flags), text("master-link-status"), text(link)}};
}

TEST(Sentinel, TellsThePrimaryAndTheReplicasThatWork) {
  const Reply replicas{.kind = Reply::Kind::array,
                       .elements = {record("1", "slave", "ok"), record("2", "s_down,slave", "ok"),
                                    record("3", "slave,disconnected", "ok"), record("4", "slave", "err"),
                                    record("x", "slave", "ok"), record("5", "slave", "ok"), Reply()}};
  const auto shard = read_sentinel(parse("*2\r\n$8\r\n10.0.0.7\r\n$4\r\n6379\r\n"), replicas, {});
  ASSERT_TRUE(shard) << shard.error().message;
  EXPECT_EQ(*shard, (Shard{{"10.0.0.7", 6379}, {{"10.0.0.1", 1}, {"10.0.0.1", 3}, {"10.0.0.1", 4}, {"10.0.0.1", 5}}}));
}

TEST(Sentinel, IsRefusedWhereItTellsNothing) {
  const Reply none{.kind = Reply::Kind::array};
  EXPECT_EQ(read_sentinel({}, error("ERR No such master with that name"), {}).error().code, Code::not_found);
  EXPECT_EQ(read_sentinel(parse("*1\r\n$1\r\nh\r\n"), none, {}).error().code, Code::corrupt);
  EXPECT_EQ(read_sentinel(error("NOAUTH Authentication required."), none, {}).error().code, Code::denied);
  EXPECT_FALSE(read_sentinel(parse("*2\r\n$1\r\nh\r\n$1\r\nx\r\n"), none, {}));
  EXPECT_FALSE(read_sentinel(parse("*2\r\n$1\r\nh\r\n$1\r\n1\r\n"), error("ERR no"), {}));
}

}  // namespace
}  // namespace aureacore::redis
