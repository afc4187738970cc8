// The client with a primary, its replica, and a Sentinel.
#include "redis/sentinel_topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "redis/subscription.h"
#include "redis/test_commands.h"
#include "redis/testing.h"

namespace aureacore::redis {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

ClientOptions sentinel_options(Address address) {
  ClientOptions options{.address = std::move(address)};
  options.breaker = {.failures = 3, .cooldown = milliseconds(100), .longest = milliseconds(200)};
  return options;
}

bool serves(TestServer& server, const std::string& command) {
  return !server.info({"INFO", "commandstats"}, "cmdstat_" + command).empty();
}

TEST(SentinelTopology, WritesToThePrimaryAndReadsFromTheReplica) {
  TestSentinelGroup group;
  // The first Sentinel is down.
  Address address = group.address();
  address.endpoints.insert(address.endpoints.begin(), {"127.0.0.1", free_port()});
  TestClient client(sentinel_options(address));
  ASSERT_TRUE(client->call(set("a", "1"), soon()));
  wait_until("the replica has it", [&] { return group.replica().command({"GET", "a"}).text == "1"; });
  group.replica().command({"CONFIG", "RESETSTAT"});
  EXPECT_EQ(said(client->call(get("a"), soon())), "1");
  EXPECT_TRUE(serves(group.replica(), "get"));
  EXPECT_FALSE(serves(group.primary(), "get"));
  EXPECT_EQ(said(client->call(get("a", Access::newest), soon())), "1");
  EXPECT_TRUE(serves(group.primary(), "get"));

  // The replica lacks it.
  group.replica().command({"CONFIG", "SET", "replica-read-only", "no"});
  group.replica().command({"DEL", "a"});
  EXPECT_EQ(said(client->call(get("a"), soon())), "1");
  EXPECT_TRUE(client->call(get("nowhere"), soon())->is_null());

  // The replica hangs, then the primary does.
  group.replica().pause();
  EXPECT_EQ(said(client->call(get("a"), Deadline::in(seconds(1)))), "1");
  group.replica().go_on();
  group.replica().command({"SET", "a", "2"});
  group.primary().pause();
  EXPECT_EQ(said(client->call(get("a", Access::newest), Deadline::in(seconds(1)))), "2");
  group.primary().go_on();

  // Where Sentinels are down, what is known stays.
  group.sentinel().kill();
  EXPECT_TRUE(client->call(set("b", "1"), soon()));
}

TEST(SentinelTopology, FollowsAFailover) {
  TestSentinelGroup group;
  std::string lines;
  std::mutex mutex;
  TestClient client(sentinel_options(group.address()), [&](std::string_view line) {
    const std::scoped_lock lock(mutex);
    lines += line;
  });
  std::atomic<int> missed = 0;
  const Subscription subscription(*client, "c", {.message = [](auto) {}, .missed = [&] { ++missed; }});
  wait_until("the subscription stands", [&] { return missed == 1; });
  ASSERT_TRUE(client->call(set("a", "1"), soon()));
  wait_until("the replica has it", [&] { return group.replica().command({"GET", "a"}).text == "1"; });
  // But for a moment: a server that becomes the primary cuts its connections, which may open its circuit.
  const auto reads_go_on = [&](Access access) {
    const auto patience = Deadline::in(seconds(1));
    while (said(client->call(get("a", access), soon())) != "1") {
      if (patience.passed()) return false;
    }
    return true;
  };
  group.primary().kill();
  const auto begin = Deadline::now();
  wait_until("writes go on", [&] {
    EXPECT_TRUE(reads_go_on(Access::read));
    EXPECT_TRUE(reads_go_on(Access::newest));
    return client->call(set("b", "2"), soon()).has_value();
  });
  RecordProperty("failover_ms", static_cast<int>((Deadline::now() - begin) / milliseconds(1)));
  EXPECT_EQ(group.replica().command({"GET", "b"}).text, "2");
  wait_until("the subscription stands again", [&] { return missed == 2; });
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(lines, HasSubstr("redis has another primary"));
}

TEST(SentinelTopology, LeavesAPrimaryThatIsNoneAnyMore) {
  TestSentinelGroup group;
  auto quick = sentinel_options(group.address());
  quick.limits.ping_interval = milliseconds(100);
  TestClient client(quick);
  ASSERT_TRUE(client->call(set("a", "1"), soon()));
  wait_until("the replica has it", [&] { return group.replica().command({"GET", "a"}).text == "1"; });
  wait_until("the failover begins",
             [&] { return !group.sentinel().command({"SENTINEL", "FAILOVER", "main"}).is_error(); });
  wait_until("the old primary follows", [&] { return group.primary().info({"INFO"}, "role") == "slave"; });
  wait_until("writes go on", [&] { return client->call(set("a", "2"), soon()).has_value(); });
  EXPECT_EQ(group.replica().command({"GET", "a"}).text, "2");
}

TEST(SentinelTopology, SaysThatNobodyKnows) {
  const TestServer sentinel({.tcp = true, .config = "sentinel monitor other 127.0.0.1 1 1\n"});
  TestClient client(sentinel_options(
      {.topology = Address::Topology::sentinel, .endpoints = {sentinel.endpoint()}, .primary_name = "main"}));
  const auto reply = client->call(get("a"), soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::not_found);
  EXPECT_THAT(reply.error().message, HasSubstr("the Sentinel knows no primary of this name"));
}

}  // namespace
}  // namespace aureacore::redis
