// The store in Redis: the suite of every store, on one server (test/ has it on more), and what only Redis can do to it.
#include "cache/redis_store.h"

#include <gmock/gmock.h>

#include "cache/redis_testing.h"
#include "cache/store_test.h"

namespace aureacore::cache {
namespace {

using base::Code;
using ::testing::HasSubstr;

struct OneServer {
  redis::TestServer server;
  [[nodiscard]] redis::Address address() const { return server.address(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(OneServer, StoreTest, RedisBackend<OneServer>);

class RedisStoreTest : public ::testing::Test {
 protected:
  static Store::Deadline soon() { return std::chrono::steady_clock::now() + 10s; }
  static Part part(const std::string& bytes) { return {Digest::of(bytes), bytes}; }
  static std::string key_of(const Part& part) { return "test:1:part:" + part.digest.hex(); }
  static Head head(std::uint64_t position) {
    Head head{Digest::of(std::to_string(position)), {}};
    head.version.set({"one", position, "aa"});
    return head;
  }
  void put(const std::vector<Part>& parts) {
    const auto done = store.put(parts, 1h, soon());
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::optional<std::string>> get(const std::vector<Digest>& digests) {
    auto found = store.get(digests, soon());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : std::vector<std::optional<std::string>>();
  }

  redis::TestServer server;
  redis::TestClient client{quick_options(server.address())};
  RedisStore store{*client, {.prefix = "test", .pipelined_bytes = 1000, .pipelined_parts = 10}};
};

TEST_F(RedisStoreTest, GivesEverythingATimeToLive) {
  put({part("one")});
  ASSERT_TRUE(store.move_head({std::nullopt, {}, 1h}, head(1), soon()));
  ASSERT_TRUE(store.acquire("fetch", "amy", 1h, soon()));
  const auto keys = server.command({"KEYS", "*"}).elements;
  EXPECT_EQ(keys.size(), 3U);
  for (const redis::Reply& key : keys) {
    EXPECT_THAT(key.text, ::testing::StartsWith("test:1:"));
    EXPECT_GT(server.command({"PTTL", key.text}).integer, 3'500'000) << key.text;
  }
}

// What a release to come has there is neither read nor touched.
TEST_F(RedisStoreTest, SharesNothingWithAnotherFormat) {
  RedisStore next(*client, {.prefix = "test", .format = format + 1});
  const std::vector theirs = {part("theirs")};
  ASSERT_TRUE(next.put(theirs, 1h, soon()));
  ASSERT_EQ(next.move_head({std::nullopt, {}, 1h}, head(7), soon())->outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(get({theirs[0].digest}).front(), std::nullopt);
  EXPECT_EQ(*store.head(soon()), std::nullopt);
  EXPECT_EQ(store.move_head({std::nullopt, {}, 1h}, head(1), soon())->outcome, HeadMove::Outcome::moved);
  EXPECT_EQ((*next.head(soon()))->manifest, head(7).manifest);
  EXPECT_EQ(store.acquire("fetch", "amy", 1h, soon()), true);
  EXPECT_EQ(next.acquire("fetch", "bob", 1h, soon()), true);
  ASSERT_TRUE(store.meet("amy", "1", 1h, soon()));
  EXPECT_EQ(next.meet("bob", "2", 1h, soon())->size(), 2U) << "the fleet is one";
}

TEST_F(RedisStoreTest, RenewsTheHeadToo) {
  ASSERT_TRUE(store.move_head({std::nullopt, {}, 1min}, head(1), soon()));
  ASSERT_TRUE(store.renew({}, 1h, soon()));
  EXPECT_GT(server.command({"PTTL", "test:1:head"}).integer, 3'500'000);
}

TEST_F(RedisStoreTest, TakesWhatIsNotOursForMissing) {
  const std::vector<Part> parts = {part("wrong type"), part("fine"), part("too large"), part("fine too")};
  put({parts[1], parts[3]});
  server.command({"LPUSH", key_of(parts[0]), "x"});
  server.command({"SETRANGE", key_of(parts[2]), std::to_string(max_value_bytes), "x"});
  const auto found = get({parts[0].digest, parts[1].digest, parts[2].digest, parts[3].digest});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], std::nullopt);
  EXPECT_EQ(found[1], "fine");
  EXPECT_EQ(found[2], std::nullopt);
  EXPECT_EQ(found[3], "fine too") << "one bad value spoils no other";
  put(parts);
  EXPECT_EQ(get({parts[0].digest, parts[2].digest}),
            (std::vector<std::optional<std::string>>{"wrong type", "too large"}));
  for (const Part& part : parts) EXPECT_GT(server.command({"PTTL", key_of(part)}).integer, 0);
}

TEST_F(RedisStoreTest, ReplacesAHeadThatIsNone) {
  const std::string digest(40, 'a');
  for (const std::string& text :
       {std::string(), std::string("x"), digest, digest.substr(1) + "\n", digest + "\n1 aa one",
        digest + "\nx aa one\n", digest + "\n1 AA one\n", digest + "\n1 aa \n", digest + "\n\n",
        digest + "\n18446744073709551616 aa one\n", digest + "\n99999999999999999999999 aa one\n",
        std::string("A") + digest.substr(1) + "\n1 aa one\n"}) {
    server.command({"SET", "test:1:head", text});
    const auto found = store.head(soon());
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, std::nullopt) << text;
    const auto moved = store.move_head({std::nullopt, {}, 1h}, head(1), soon());
    ASSERT_TRUE(moved) << moved.error().message;
    EXPECT_EQ(moved->outcome, HeadMove::Outcome::moved) << text;
  }
  server.command({"DEL", "test:1:head"});
  server.command({"LPUSH", "test:1:head", "x"});
  EXPECT_EQ(*store.head(soon()), std::nullopt);
  EXPECT_EQ(store.move_head({std::nullopt, {}, 1h}, head(1), soon())->outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(*store.head(soon()), head(1));
}

TEST_F(RedisStoreTest, JudgesHeadsAsTheLibraryDoes) {
  std::uint64_t seed = 1;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (seed >> 33U) % below;
  };
  const auto any_version = [&] {
    entity::Version version;
    for (const std::string source : {"one", "two", "three"}) {
      const std::array<std::uint64_t, 4> positions = {random(3), 9 + random(3), 99 + random(3), UINT64_MAX - random(3)};
      if (random(4) > 0) version.set({source, positions.at(random(4)), random(2) == 0 ? "aa" : "bb"});
    }
    return version;
  };
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    const Head before{Digest::of("before"), any_version()};
    const Head after{Digest::of("after"), any_version()};
    server.command({"SET", "test:1:head", head_text(before)});
    const std::vector<std::string> rewritten(random(3) == 0 ? 1 : 0, "two");
    const auto moved = store.move_head({before.manifest, rewritten, 1h}, after, soon());
    ASSERT_TRUE(moved) << moved.error().message;
    const bool back = !goes_back(before.version, after.version, rewritten).empty();
    refused += back ? 1 : 0;
    EXPECT_EQ(moved->outcome, back ? HeadMove::Outcome::behind : HeadMove::Outcome::moved) << head_text(before) << "\n"
                                                                                           << head_text(after);
    EXPECT_EQ(moved->found, before);
  }
  EXPECT_GT(refused, 50);
  EXPECT_LT(refused, 250);
}

TEST_F(RedisStoreTest, GoesOnWhereRedisWasFlushedOrHasForgottenTheScripts) {
  put({part("one")});
  ASSERT_TRUE(store.move_head({std::nullopt, {}, 1h}, head(1), soon()));
  server.command({"FLUSHALL"});
  server.command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(get({part("one").digest}).front(), std::nullopt);
  EXPECT_EQ(*store.head(soon()), std::nullopt);
  EXPECT_EQ(store.move_head({head(1).manifest, {}, 1h}, head(2), soon())->outcome, HeadMove::Outcome::changed);
  EXPECT_EQ(store.move_head({std::nullopt, {}, 1h}, head(1), soon())->outcome, HeadMove::Outcome::moved);
}

TEST_F(RedisStoreTest, SaysThatRedisIsFull) {
  server.command({"CONFIG", "SET", "maxmemory", "1mb"});
  const std::vector parts(1, part(std::string(2 << 20, 'x')));
  base::Status done = store.put(parts, 1h, soon());
  if (done) done = store.put(parts, 1h, soon());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("redis SET: "));
  EXPECT_THAT(done.error().message, HasSubstr("OOM"));
}

TEST_F(RedisStoreTest, FailsWithinTheDeadlineWhereRedisHangs) {
  put({part("one")});
  server.pause();
  const auto begin = std::chrono::steady_clock::now();
  const std::vector digests = {part("one").digest};
  EXPECT_EQ(store.get(digests, begin + 100ms).error().code, Code::timeout);
  EXPECT_FALSE(store.head(begin + 200ms));
  EXPECT_FALSE(store.move_head({std::nullopt, {}, 1h}, head(1), begin + 300ms));
  EXPECT_FALSE(store.acquire("fetch", "amy", 1h, begin + 400ms));
  EXPECT_FALSE(store.announce({std::nullopt, digests[0]}, begin + 500ms));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(RedisStoreTest, TakesAnAnnouncementThatItCantReadForOneMissed) {
  Notices notices;
  const auto subscription = store.subscribe(notices.listener());
  EXPECT_EQ(notices.next(), std::nullopt);
  const Announcement announcement{Digest::of("one"), Digest::of("two"),
                                  std::vector(max_announced_parts, Digest::of("three"))};
  const std::string digest = announcement.next.hex();
  std::string many = "- " + digest;
  for (std::size_t i = 0; i <= max_announced_parts; ++i) many += ' ' + digest;
  for (const std::string& text : {std::string(), std::string("x"), std::string("- x"), std::string("x - y"),
                                  std::string("-  "), "- " + digest + " x", "- " + digest + "  " + digest, many}) {
    server.command({"PUBLISH", "test:1:announcements", text});
    EXPECT_EQ(notices.next(), std::nullopt) << text;
  }
  ASSERT_TRUE(store.announce(announcement, soon()));
  EXPECT_EQ(notices.next(), announcement);
}

TEST(RedisStore, TakesALeaseThatWouldNeverEnd) {
  const redis::TestServer server;
  redis::TestClient client(quick_options(server.address()));
  RedisStore store(*client, {.prefix = "lease"});
  const auto acquire = [&](std::string_view owner) {
    return store.acquire("source/one", owner, std::chrono::hours(1),
                         std::chrono::steady_clock::now() + std::chrono::seconds(10));
  };
  server.command({"SET", fmt::format("lease:{}:lease:source/one", format), "anyone"});
  EXPECT_EQ(acquire("amy"), true);
  EXPECT_EQ(acquire("ben"), false);
}

}  // namespace
}  // namespace aureacore::cache
