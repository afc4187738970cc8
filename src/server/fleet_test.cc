// Three instances, one Redis, and whatever happens to it, while look-ups run through each instance all the time: none fails
// and none goes back. Real servers, real Git, real HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "git/test_repository.h"
#include "redis/testing.h"
#include "server/app.h"
#include "server/random.h"
#include "server/test_client.h"
#include "server/test_shop.h"

namespace aureacore::server {
namespace {

using sync::SharedStatus;
using namespace std::chrono_literals;
using testing::HasSubstr;

// Looks up one entity through each instance, over and over.
class Watch {
 public:
  // Between two look-ups of one thread: where few cores do all, what follows the changes has its turn, too.
  static constexpr auto pause = 5ms;

  explicit Watch(std::vector<std::uint16_t> ports) {
    for (const auto port : ports) {
      threads_.emplace_back([this, port](const std::stop_token& stop) { run(port, stop); });
    }
  }
  // What went wrong, and how many look-ups did not.
  std::pair<std::string, std::size_t> end() {
    threads_.clear();
    return {wrong_, right_};
  }

 private:
  void run(std::uint16_t port, const std::stop_token& stop) {
    std::uint64_t last = 0;
    while (!stop.stop_requested()) {
      const auto answer = ask(port, shop_path);
      const auto version = header(answer, "AureaCore-Version");
      // "v1-<sum of positions>-…"
      const auto parts = base::split(version, '-');
      const auto position = parts.size() == 3 ? base::parse_number(parts[1]).value_or(0) : 0;
      const auto expected = fmt::format(R"("description":"{}")", position);
      if (!answer.starts_with("HTTP/1.1 200") || position < last || answer.find(expected) == std::string::npos) {
        const std::scoped_lock lock(mutex_);
        wrong_ += fmt::format("port {}, at {} before:\n{}\n", port, last, answer);
        return;
      }
      last = position;
      ++right_;
      std::this_thread::sleep_for(pause);
    }
  }

  std::atomic<std::size_t> right_{0};
  std::mutex mutex_;
  std::string wrong_;
  std::vector<std::jthread> threads_;
};

class FleetTest : public testing::Test {
 protected:
  static constexpr std::size_t size = 3;

  void start(const redis::Address& address, const std::string& password = {}) {
    commit();
    for (std::size_t i = 0; i < size; ++i) {
      apps_.push_back(make(i, address, password));
      apps_.back()->start();
    }
    for (const auto& app : apps_) {
      ASSERT_TRUE(eventually([&] { return app->slot().latest() != nullptr; }));
    }
  }
  void TearDown() override {
    for (const auto& app : apps_) app->stop();
  }

  std::unique_ptr<App> make(std::size_t number, const redis::Address& address, const std::string& password) {
    sync::SourceOptions source;
    source.tree.source = "main";
    source.tree.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
    source.remote.url = git::parse_url(repository_.path().string(), {.local = true}).value();
    source.interval = 300ms;
    Config config;
    config.port = 0;
    config.threads = 1;
    config.state_dir = folder_.path() / std::to_string(number);
    config.drain = 1s;
    config.sources = {source};
    config.cache.address = address;
    config.cache.password = password;
    config.cache.format = formats_[number % formats_.size()];
    auto app = App::create(config, {.clock = clock_, .log = log_, .random = make_random(), .progress = {}});
    EXPECT_TRUE(app) << app.error().message;
    return std::move(*app);
  }

  // The next version: its number is its position.
  void commit() { repository_.commit_file("catalog-info.yaml", shop(++commits_)); }
  void commit_some() {
    for (int i = 0; i < 2; ++i) {
      commit();
      ASSERT_TRUE(all_serve_the_last());
    }
  }

  template <class Condition>
  [[nodiscard]] static bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // threads of low priority have their turn
    }
    return true;
  }
  [[nodiscard]] std::string log_text() {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  [[nodiscard]] bool all_serve_the_last() const {
    return eventually([&] {
      return std::ranges::all_of(
          apps_, [&](const auto& app) { return app->slot().latest()->version().find("main")->position == commits_; });
    });
  }
  [[nodiscard]] bool all_are(SharedStatus::State state) const {
    return eventually(
        [&] { return std::ranges::all_of(apps_, [&](const auto& app) { return app->shared().state == state; }); });
  }
  // With look-ups running: does what is done, and commits; after it, all must serve the last commit and agree on it.
  void through(const std::function<void()>& what) {
    std::vector<std::uint16_t> ports;
    for (const auto& app : apps_) ports.push_back(app->port());
    Watch watch(ports);
    commit_some();
    what();
    commit_some();
    if (!all_are(SharedStatus::State::in_step)) ADD_FAILURE() << "not in step:\n" << log_text();
    const auto [wrong, right] = watch.end();
    EXPECT_EQ(wrong, "");
    EXPECT_GT(right, 100);
    EXPECT_TRUE(eventually([&] {
      const auto digest = apps_[0]->shared().digest;
      return digest == apps_[1]->shared().digest && digest == apps_[2]->shared().digest;
    }));
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  base::SystemClock clock_;
  std::mutex mutex_;
  std::string lines_;  // guarded by mutex_
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) {
                   const std::scoped_lock lock(mutex_);
                   lines_ += line;
                 }};
  std::uint64_t commits_ = 0;
  std::vector<std::uint32_t> formats_ = {cache::format};  // of one instance after another
  std::vector<std::unique_ptr<App>> apps_;
};

TEST_F(FleetTest, RedisIsKilledAndComesBackEmpty) {
  redis::TestServer server;
  start(server.address());
  through([&] {
    server.kill();
    EXPECT_TRUE(all_are(SharedStatus::State::unreachable));
    commit_some();
    server.restart();
  });
}

TEST_F(FleetTest, RedisStandsStill) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    server.pause();
    commit_some();
    server.go_on();
  });
}

TEST_F(FleetTest, RedisAnswersAfterTwoSeconds) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    server.command({"CLIENT", "PAUSE", "2000", "ALL"});
    commit_some();
  });
}

TEST_F(FleetTest, RedisIsFlushed) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    for (int i = 0; i < 3; ++i) {
      server.command({"FLUSHALL"});
      commit();
      EXPECT_TRUE(all_serve_the_last());
    }
  });
}

TEST_F(FleetTest, RedisIsRestoredFromAnOldDump) {
  redis::TestServer server;
  start(server.address());
  through([&] {
    EXPECT_TRUE(all_are(SharedStatus::State::in_step));
    server.command({"SAVE"});
    commit_some();
    server.kill();
    server.restart();
  });
}

TEST_F(FleetTest, RedisEvictsWhatItLikes) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    server.command({"CONFIG", "SET", "maxmemory-policy", "allkeys-random"});
    server.command({"CONFIG", "SET", "maxmemory", "1"});
    commit_some();
    server.command({"CONFIG", "SET", "maxmemory", "0"});
  });
}

TEST_F(FleetTest, RedisHoldsOtherDataUnderOurKeys) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    const auto keys = server.command({"KEYS", "*"});
    EXPECT_GT(keys.elements.size(), 3);
    for (const auto& key : keys.elements) server.command({"SET", key.text, "not ours"});
    commit_some();
    for (const auto& key : server.command({"KEYS", "*"}).elements) {
      server.command({"DEL", key.text});
      server.command({"LPUSH", key.text, "no text"});
    }
  });
}

TEST_F(FleetTest, RedisHoldsTruncatedDataUnderOurKeys) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    for (int i = 0; i < 3; ++i) {
      for (const auto& key : server.command({"KEYS", "*"}).elements) {
        const auto value = server.command({"GET", key.text});
        if (value.kind != redis::Reply::Kind::text) continue;
        server.command({"SET", key.text, value.text.substr(0, value.text.size() / 2)});
      }
      commit();
      EXPECT_TRUE(all_serve_the_last());
    }
  });
}

// As while one release takes another one's place.
TEST_F(FleetTest, TwoReleasesWithDifferentFormatsShareARedis) {
  const redis::TestServer server;
  formats_ = {cache::format, cache::format, cache::format + 1};
  start(server.address());
  through([&] { EXPECT_EQ(server.command({"KEYS", "*:head"}).elements.size(), 2); });
  EXPECT_TRUE(eventually([&] { return apps_[0]->shared().fleet.size() == 3; })) << "the fleet is one";
}

TEST_F(FleetTest, SubscriptionsAreCut) {
  const redis::TestServer server;
  start(server.address());
  through([&] {
    for (int i = 0; i < 3; ++i) {
      server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
      commit();
      EXPECT_TRUE(all_serve_the_last());
    }
  });
}

TEST_F(FleetTest, TheWrongPasswordLeavesEachOnItsOwn) {
  const redis::TestServer server({.arguments = {"--requirepass", "right"}, .password = "right"});
  start(server.address(), "wrong");
  EXPECT_TRUE(all_are(SharedStatus::State::unreachable));
  EXPECT_THAT(log_text(), HasSubstr("WRONGPASS"));
  Watch watch({apps_[0]->port(), apps_[1]->port(), apps_[2]->port()});
  commit_some();
  EXPECT_EQ(watch.end().first, "");
}

TEST_F(FleetTest, ThePrimaryBehindSentinelIsKilled) {
  redis::TestSentinelGroup group;
  start(group.address());
  through([&] {
    group.primary().kill();
    commit_some();
  });
}

TEST_F(FleetTest, ThePrimaryBehindSentinelStandsStillAndComesBack) {
  redis::TestSentinelGroup group;
  start(group.address());
  through([&] {
    group.primary().pause();
    commit_some();
    group.primary().go_on();
  });
}

TEST_F(FleetTest, AReplicaLags) {
  redis::TestSentinelGroup group;
  start(group.address());
  through([&] {
    group.replica().pause();
    commit_some();
    group.replica().go_on();
  });
}

TEST_F(FleetTest, ANodeOfTheClusterIsKilled) {
  redis::TestCluster cluster;
  start(cluster.address());
  through([&] {
    cluster.node(0).kill();
    commit_some();
  });
}

TEST_F(FleetTest, ANewInstanceStartsWarmWithGitGone) {
  const redis::TestServer server;
  start(server.address());
  ASSERT_TRUE(all_are(SharedStatus::State::in_step));
  std::filesystem::rename(repository_.path() / ".git", repository_.path() / "gone");
  apps_.push_back(make(size, server.address(), {}));
  apps_.back()->start();
  ASSERT_TRUE(eventually([&] { return apps_.back()->slot().latest() != nullptr; }));
  const auto answer = ask(apps_.back()->port(), shop_path);
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(header(answer, "AureaCore-Consistency"), HasSubstr("degraded"));
  std::filesystem::rename(repository_.path() / "gone", repository_.path() / ".git");
}

}  // namespace
}  // namespace aureacore::server
