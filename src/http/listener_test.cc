// Where the server binds: every kind of host, shared ports among its workers alone.
#include "http/listener.h"

#include <gmock/gmock.h>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using ::testing::HasSubstr;

TEST(Listener, GivesAllWorkersTheSamePort) {
  const auto listeners = listen("127.0.0.1", 0, 4);
  ASSERT_TRUE(listeners.has_value()) << listeners.error().message;
  EXPECT_EQ(listeners->sockets.size(), 4U);
  EXPECT_NE(listeners->port, 0);
  for (const base::Descriptor& socket : listeners->sockets) {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ASSERT_EQ(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(ntohs(address.sin_port), listeners->port);
  }
}

TEST(Listener, RefusesAnAddressInUse) {
  const auto first = listen("127.0.0.1", 0, 2);
  ASSERT_TRUE(first.has_value());
  for (const unsigned workers : {1U, 2U}) {
    const auto second = listen("127.0.0.1", first->port, workers);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, base::Code::unavailable);
    EXPECT_THAT(second.error().message, HasSubstr(fmt::format("127.0.0.1:{}: cannot bind: ", first->port)));
  }
}

TEST(Listener, TakesAPortAgainAfterItsConnections) {
  auto server = serve(echo);
  const std::uint16_t port = server->port();
  Client client(port);
  client.ask(get("/", "Connection: close\r\n"));
  server->stop(std::chrono::seconds(5));
  EXPECT_TRUE(listen("127.0.0.1", port, 2).has_value());
}

TEST(Listener, BindsIPv6WithAndWithoutBrackets) {
  if (!listen("::1", 0, 1)) GTEST_SKIP() << "no IPv6 on this machine";
  const auto listeners = listen("[::1]", 0, 2);
  ASSERT_TRUE(listeners.has_value()) << listeners.error().message;
  EXPECT_FALSE(listen("[::1]", listeners->port, 1).has_value());
}

TEST(Listener, ResolvesNames) {
  EXPECT_TRUE(listen("localhost", 0, 1).has_value());
  const auto nowhere = listen("name.invalid", 0, 1);
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_THAT(nowhere.error().message, HasSubstr("name.invalid:0: cannot resolve"));
}

TEST(Listener, NeedsAWorker) {
  const auto server = Server::bind({.host = "127.0.0.1", .port = 0, .workers = 0, .limits = {}}, {});
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, base::Code::invalid);
}

}  // namespace
}  // namespace aureacore::http
