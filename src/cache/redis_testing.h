// For tests: two users of one Redis, of whatever kind, for the suite that every store passes.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "cache/redis_store.h"
#include "redis/testing.h"

namespace aureacore::cache {

inline redis::ClientOptions quick_options(redis::Address address) {
  redis::ClientOptions options{.address = std::move(address)};
  options.breaker = {
      .failures = 3, .cooldown = std::chrono::milliseconds(100), .longest = std::chrono::milliseconds(200)};
  return options;
}

// `Servers` has an address(); it lives as long as the process, and each test has keys of its own.
template <class Servers>
class RedisBackend {
 public:
  RedisBackend() : one_(quick_options(servers().address())), two_(quick_options(servers().address())) {}

  Store& store() { return store_; }
  Store& other() { return other_; }
  static void lapse(base::Duration time) { std::this_thread::sleep_for(time); }
  void garble_head() {
    const auto command = redis::Command("SET").key(fmt::format("{}:{}:head", prefix_, format)).argument("no head");
    const auto garbled = one_->call(command, redis::Deadline::in(std::chrono::seconds(10)));
    ASSERT_TRUE(garbled) << garbled.error().message;
  }

 private:
  static Servers& servers() {
    static Servers servers;
    return servers;
  }
  static std::string next_prefix() {
    static std::atomic<int> last = 0;
    return fmt::format("test{}", ++last);
  }

  std::string prefix_ = next_prefix();
  redis::TestClient one_;
  redis::TestClient two_;
  RedisStore store_{*one_, {.prefix = prefix_, .fleet = prefix_}};
  RedisStore other_{*two_, {.prefix = prefix_, .fleet = prefix_}};
};

}  // namespace aureacore::cache
