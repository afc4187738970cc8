// The client with a Cluster.
#include "redis/cluster_topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"
#include "redis/testing.h"

namespace aureacore::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ClientOptions cluster_options(Address address) {
  ClientOptions options{.address = std::move(address)};
  options.breaker = {.failures = 3, .cooldown = milliseconds(100), .longest = milliseconds(200)};
  options.limits.connect_time = milliseconds(500);
  return options;
}

TEST(ClusterTopology, SplitsPipelinesAndFollowsSlots) {
  TestCluster cluster;
  TestClient client(cluster_options(cluster.address()));
  std::vector<Command> commands;
  for (int i = 0; i < 300; ++i) commands.push_back(set(std::to_string(i), std::to_string(i)));
  for (const auto& reply : client->pipeline(commands, soon())) ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(client->counters().round_trips, 3U);
  commands.clear();
  for (int i = 0; i < 300; ++i) commands.push_back(get(std::to_string(i)));
  const auto replies = client->pipeline(commands, soon());
  for (int i = 0; i < 300; ++i) EXPECT_EQ(said(replies[i]), std::to_string(i));
  EXPECT_EQ(client->counters().redirected, 0U);
  EXPECT_FALSE(cluster.replica().info({"INFO", "commandstats"}, "cmdstat_get").empty());
  EXPECT_TRUE(cluster.node(0).info({"INFO", "commandstats"}, "cmdstat_get").empty());

  // A slot on its way from one node to another: first ASK, then MOVED.
  const std::string key = TestCluster::key_of(1);
  ASSERT_TRUE(client->call(set(key, "1"), soon()));
  const std::string slot = std::to_string(slot_of(key));
  const std::string from = cluster.node(1).command({"CLUSTER", "MYID"}).text;
  const std::string to = cluster.node(2).command({"CLUSTER", "MYID"}).text;
  cluster.node(2).command({"CLUSTER", "SETSLOT", slot, "IMPORTING", from});
  cluster.node(1).command({"CLUSTER", "SETSLOT", slot, "MIGRATING", to});
  cluster.node(1).command({"MIGRATE", "127.0.0.1", std::to_string(cluster.node(2).endpoint().port), key, "0", "5000"});
  EXPECT_EQ(said(client->call(get(key), soon())), "1");
  EXPECT_EQ(client->counters().redirected, 1U);
  EXPECT_TRUE(client->call(set(key, "2"), soon()));
  EXPECT_EQ(client->counters().redirected, 2U);
  for (const std::size_t node : {2U, 1U}) cluster.node(node).command({"CLUSTER", "SETSLOT", slot, "NODE", to});
  EXPECT_EQ(said(client->call(get(key), soon())), "2");
  EXPECT_EQ(client->counters().redirected, 3U);
  EXPECT_TRUE(client->call(set(key, "3"), soon()));
  EXPECT_EQ(client->counters().redirected, 3U) << "learned";

  // Keys of two slots in one command are refused by the server, as they should never be sent.
  const auto crossed = client->call(Command("MGET", Access::read).key(key).key(TestCluster::key_of(0)), soon());
  EXPECT_EQ(crossed.error().code, base::Code::invalid);
}

TEST(ClusterTopology, LosesNodesAndGoesOn) {
  TestCluster cluster;
  TestClient client(cluster_options(cluster.address()));
  std::array<std::string, 3> keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys.at(i) = TestCluster::key_of(i);
    ASSERT_TRUE(client->call(set(keys.at(i), "1"), soon()));
  }
  wait_until("the replica has it",
             [&] { return cluster.replica().info({"INFO", "keyspace"}, "db0").substr(0, 6) == "keys=1"; });
  cluster.node(0).kill();
  EXPECT_EQ(said(client->call(get(keys[0]), soon())), "1") << "from the replica";
  const auto begin = Deadline::now();
  wait_until("the replica takes over", [&] {
    const auto read = client->call(get(keys[0]), soon());
    EXPECT_TRUE(read) << read.error().message;
    EXPECT_TRUE(client->call(set(keys[1], "2"), soon()));
    return client->call(set(keys[0], "2"), soon()).has_value();
  });
  RecordProperty("failover_ms", static_cast<int>((Deadline::now() - begin) / milliseconds(1)));

  // A node without a replica hangs: its keys are out of reach, the others are not.
  cluster.node(2).pause();
  const std::vector commands = {get(keys[0]), get(keys[1]), get(keys[2])};
  const auto replies = client->pipeline(commands, Deadline::in(seconds(1)));
  ASSERT_TRUE(replies[0]) << replies[0].error().message;
  EXPECT_EQ(replies[0]->text, "2");
  EXPECT_TRUE(replies[1]);
  EXPECT_FALSE(replies[2]);
}

}  // namespace
}  // namespace aureacore::redis
