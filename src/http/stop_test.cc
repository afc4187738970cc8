// Starting and stopping: what is in flight is answered, nothing new is taken, and it ends in time.
#include <gmock/gmock.h>

#include <future>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Stop, ClosesIdleConnectionsAtOnce) {
  const auto server = serve(echo);
  Client client(server->port());
  EXPECT_EQ(client.ask(get("/")), "GET /  ");
  server->stop(seconds(20));
  EXPECT_TRUE(client.closed());
  EXPECT_FALSE(Client(server->port()).connected());
  EXPECT_EQ(server->counters()[0]->open.load(), 0);
}

TEST(Stop, AnswersARequestInFlight) {
  ServerOptions options;
  options.workers = 2;
  const auto server = serve(echo, options);
  Client client(server->port());
  client.write("POST /late HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  client.read();  // 100: the server has begun with it
  auto stopped = std::async(std::launch::async, [&] { server->stop(seconds(20)); });
  // While it drains, nobody new is let in.
  while (!Client(server->port()).refused()) {
  }
  EXPECT_EQ(client.ask("body"), "POST /late  body");
  EXPECT_EQ(client.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
  client.reset();
  stopped.get();
}

TEST(Stop, CutsWhatDoesNotEndInTime) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  client.read();
  server->stop(milliseconds(50));
  EXPECT_TRUE(client.closed());
}

// Requests come in the very moment of the stop: each is answered whole or not at all.
TEST(Stop, MeetsManyRequests) {
  for (int round = 0; round < 10; ++round) {
    const auto server = serve(echo);
    std::vector<std::unique_ptr<Client>> clients;
    clients.reserve(50);
    for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<Client>(server->port()));
    for (const auto& client : clients) client->ask(get("/first"));
    for (const auto& client : clients) client->write(get("/second"));
    auto stopped = std::async(std::launch::async, [&] { server->stop(seconds(20)); });
    for (const auto& client : clients) EXPECT_THAT(client->read(), ::testing::AnyOf("GET /second  ", "(no answer)"));
    clients.clear();
    stopped.get();
    EXPECT_EQ(server->counters()[0]->open.load(), 0);
  }
}

TEST(Stop, IsIdempotentAndNeedsNoStart) {
  const auto server = serve(echo);
  server->stop(seconds(1));
  server->stop(seconds(1));
  const auto never = Server::bind({.host = "127.0.0.1", .port = 0, .workers = 2, .limits = {}},
                                  [](unsigned) { return std::make_unique<FunctionHandler>(echo); });
  ASSERT_TRUE(never.has_value());
  (*never)->stop(seconds(1));
}

class TickingHandler final : public FunctionHandler {
 public:
  explicit TickingHandler(std::promise<void>& ticked) : FunctionHandler(echo), ticked_(ticked) {}
  void tick() override {
    if (++ticks_ == 3) ticked_.set_value();
  }

 private:
  std::promise<void>& ticked_;
  int ticks_ = 0;
};

TEST(Server, TicksWhenIdle) {
  std::promise<void> ticked;
  const auto server = Server::bind({.host = "127.0.0.1", .port = 0, .workers = 1, .limits = {}},
                                   [&](unsigned) { return std::make_unique<TickingHandler>(ticked); });
  ASSERT_TRUE(server.has_value());
  (*server)->start();
  EXPECT_EQ(ticked.get_future().wait_for(seconds(20)), std::future_status::ready);
}

}  // namespace
}  // namespace aureacore::http
