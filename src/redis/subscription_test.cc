// Subscriptions with a real server, and what may befall their connections.
#include "redis/subscription.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"
#include "redis/test_proxy.h"

namespace aureacore::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClientOptions listener_options(Address address) {
  ClientOptions options{.address = std::move(address)};
  options.limits.ping_interval = milliseconds(100);
  options.limits.ping_time = milliseconds(300);
  return options;
}

// What a subscription has brought so far.
class Ears {
 public:
  Subscription::Events events() {
    return {.message = [this](std::string_view message) { add(std::string(message)); }, .missed = [this] { add("-"); }};
  }
  std::vector<std::string> heard() {
    const std::scoped_lock lock(mutex_);
    return heard_;
  }
  void wait_for(std::size_t count) {
    wait_until("something is heard", [&] { return heard().size() >= count; });
  }

 private:
  void add(std::string what) {
    const std::scoped_lock lock(mutex_);
    heard_.push_back(std::move(what));
  }
  std::mutex mutex_;
  std::vector<std::string> heard_;
};

void publish(const TestServer& server, const std::string& message) { server.command({"PUBLISH", "c", message}); }

TEST(Subscription, HearsWhatIsPublishedFromItsBeginning) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{}, std::vector<std::string>{"--rename-command", "HELLO", ""}}) {
    const TestServer server({.arguments = arguments});
    TestClient client(listener_options(server.address()));
    Ears ears;
    const Subscription subscription(*client, "c", ears.events());
    ears.wait_for(1);
    publish(server, "one");
    ears.wait_for(2);
    std::this_thread::sleep_for(milliseconds(500));  // through some PINGs
    EXPECT_TRUE(client->call(Command("PUBLISH").argument("c").argument("two"), soon()));
    ears.wait_for(3);
    EXPECT_THAT(ears.heard(), ElementsAre("-", "one", "two"));
    EXPECT_TRUE(subscription.stands());
  }
}

TEST(Subscription, TellsThatSomethingMayHaveBeenMissed) {
  TestServer server;
  std::mutex mutex;
  std::string lines;
  TestClient client(listener_options(server.address()), [&](std::string_view line) {
    const std::scoped_lock lock(mutex);
    lines += line;
  });
  Ears ears;
  const Subscription subscription(*client, "c", ears.events());
  ears.wait_for(1);
  server.kill();
  wait_until("it notices", [&] { return !subscription.stands(); });
  server.restart();
  ears.wait_for(2);
  publish(server, "one");
  ears.wait_for(3);
  EXPECT_THAT(ears.heard(), ElementsAre("-", "-", "one"));
  EXPECT_EQ(subscription.beginnings(), 2U);
  const std::scoped_lock lock(mutex);
  EXPECT_THAT(lines, HasSubstr("redis subscription lost"));
  EXPECT_THAT(lines, HasSubstr("redis subscription stands again"));
}

TEST(Subscription, NoticesAConnectionThatWasDroppedSilently) {
  const TestServer server({.tcp = true});
  TestProxy proxy(server.endpoint());
  TestClient client(listener_options(proxy.address()));
  Ears ears;
  const Subscription subscription(*client, "c", ears.events());
  ears.wait_for(1);
  const auto begin = Deadline::now();
  proxy.drop_silently();
  publish(server, "lost");
  ears.wait_for(2);
  EXPECT_LT(Deadline::now() - begin, seconds(5));
  publish(server, "heard");
  ears.wait_for(3);
  EXPECT_THAT(ears.heard(), ElementsAre("-", "-", "heard"));
}

TEST(Subscription, EndsAtOnceWhateverTheServerDoes) {
  const TestServer server;
  auto slow = listener_options(server.address());
  slow.limits.ping_interval = slow.limits.ping_time = seconds(60);
  TestClient client(slow);
  Ears ears;
  const auto begin = Deadline::now();
  {
    const Subscription subscription(*client, "c", ears.events());
    ears.wait_for(1);
    server.pause();
  }
  EXPECT_LT(Deadline::now() - begin, seconds(10));
  server.go_on();
}

TEST(Subscription, TriesUntilThereIsAServer) {
  TestServer server;
  server.kill();
  TestClient client(listener_options(server.address()));
  Ears ears;
  const Subscription subscription(*client, "c", ears.events());
  server.restart();
  ears.wait_for(1);
}

}  // namespace
}  // namespace aureacore::redis
