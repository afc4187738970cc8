// What could differ between the ways to carry bytes: order, bounds and ends under many bytes, many clients and clients that go.
#include "http/transport.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Transport, SaysWhichOneCarries) {
  const auto server = Server::bind({.port = 0, .transport = TransportKind::epoll, .limits = {}},
                                   [](unsigned) { return std::make_unique<FunctionHandler>(echo); });
  ASSERT_TRUE(server);
  EXPECT_EQ((*server)->transport(), TransportKind::epoll);
  const auto chosen = Transport::make(TransportKind::automatic, 3);
  ASSERT_TRUE(chosen);
  const bool allowed = Transport::make(TransportKind::io_uring, 3).has_value();
  for (const auto& transport : *chosen) {
    EXPECT_EQ(transport->kind(), allowed ? TransportKind::io_uring : TransportKind::epoll);
  }
}

TEST(Transport, NamesItsKinds) {
  for (const auto kind : {TransportKind::automatic, TransportKind::epoll, TransportKind::io_uring}) {
    EXPECT_EQ(parse_transport_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(parse_transport_kind("kqueue"), std::nullopt);
}

// More than all the buffers of a ring hold, through one connection.
TEST(Transport, TakesABodyOfManyBuffers) {
  ServerOptions options;
  options.limits.body_bytes = 16 << 20;
  const auto server = serve(
      [](const Request& request, Response& response) {
        response.start(200);
        response.send({std::to_string(std::hash<std::string_view>()(request.body))});
      },
      options);
  std::string body;
  for (int i = 0; body.size() < 8 << 20; ++i) body += std::to_string(i) + ' ';
  Client client(server->port());
  const std::string head = fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.size());
  EXPECT_EQ(client.ask(head + body), std::to_string(std::hash<std::string_view>()(body)));
  EXPECT_EQ(client.ask(get("/")), std::to_string(std::hash<std::string_view>()("")));
}

// Requests come faster than their answers are read: none is lost, none is answered twice, all in order.
TEST(Transport, KeepsTheOrderOfWhatCannotBeAnsweredYet) {
  ServerOptions options;
  options.limits.pending_output = 64 << 10;
  const std::string filling(4096, '.');
  const auto server = serve(
      [&](const Request& request, Response& response) {
        response.start(200);
        response.send({request.path, " ", filling});
      },
      options);
  Client client(server->port(), 4096);
  constexpr int count = 20'000;
  auto written = std::async(std::launch::async, [&] {
    for (int i = 0; i < count; ++i) {
      if (!client.write(get(fmt::format("/{}", i)))) return false;
    }
    return true;
  });
  for (int i = 0; i < count; ++i) ASSERT_EQ(client.read(), fmt::format("/{} {}", i, filling));
  EXPECT_TRUE(written.get());
}

TEST(Transport, ServesMoreConnectionsThanABatchOfEventsHolds) {
  const auto server = serve(echo);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 600; ++i) clients.push_back(std::make_unique<Client>(server->port()));
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& client : clients) ASSERT_TRUE(client->write(get("/" + std::to_string(turn))));
    for (const auto& client : clients) ASSERT_EQ(client->read(), fmt::format("GET /{}  ", turn));
  }
}

// Clients that take long answers as fast as they are made must not keep the worker from the others.
TEST(Transport, IsFairToSmallRequestsBesideLongAnswers) {
  class Endless final : public Body {
   public:
    bool produce(Output& out, std::size_t budget) override {
      const std::string piece(budget, '.');
      out.append(piece);
      return true;
    }
  };
  const auto server = serve([](const Request& request, Response& response) {
    response.start(200);
    if (request.path == "/long") return response.stream(std::make_unique<Endless>(), -1);
    response.send({"short"});
  });
  std::atomic<bool> done{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      Client client(server->port());
      client.write(get("/long"));
      std::vector<char> bytes(1 << 20);
      while (!done) (void)!recv(client.descriptor(), bytes.data(), bytes.size(), 0);
    });
  }
  Client client(server->port());
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(client.ask(get("/")), "short");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
  done = true;
}

// Each goes while answers to it are on their way; what is left must be let go of, and nobody else may notice.
TEST(Transport, LetsGoOfClientsThatGo) {
  const std::string filling(256 << 10, '.');
  const auto server = serve([&](const Request&, Response& response) {
    response.start(200);
    response.send({filling});
  });
  Client faithful(server->port());
  for (int i = 0; i < 200; ++i) {
    Client client(server->port(), 4096);
    for (int request = 0; request < 8; ++request) ASSERT_TRUE(client.write(get("/")));
    if (i % 2 == 0) client.read();
    if (i % 4 < 2) client.reset();
  }
  EXPECT_EQ(faithful.ask(get("/")), filling);
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (server->counters()[0]->open.load() != 1 && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(faithful.ask(get("/")), filling);
  }
  EXPECT_EQ(server->counters()[0]->open.load(), 1);
}

TEST(Transport, EndsWithSendsUnderWay) {
  const std::string filling(8 << 20, '.');
  const auto server = serve([&](const Request&, Response& response) {
    response.start(200);
    response.send({filling});
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(server->port(), 4096));
    clients.back()->write(get("/"));
  }
  while (server->counters()[0]->requests.load() < clients.size()) std::this_thread::yield();
  server->stop(milliseconds(20));
  EXPECT_EQ(server->counters()[0]->open.load(), 0);
  EXPECT_FALSE(Client(server->port()).connected());
}

// The address is free for the next process at once.
TEST(Transport, FreesTheAddressWhenItEnds) {
  for (int i = 0; i < 5; ++i) {
    const auto server = serve(echo);
    Client client(server->port());
    EXPECT_EQ(client.ask(get("/")), "GET /  ");
    server->stop(seconds(20));
    const auto next = Server::bind({.port = server->port(), .limits = {}},
                                   [](unsigned) { return std::make_unique<FunctionHandler>(echo); });
    ASSERT_TRUE(next) << next.error().message;
  }
}

}  // namespace
}  // namespace aureacore::http
