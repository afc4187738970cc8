// Every limit of the server over real sockets, and the clients that they are made against.
#include "http/limits.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <ctime>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Far below what a person waits, far above what a loaded machine needs for one step.
constexpr milliseconds soon{150};

std::uint64_t refused(const Server& server) { return server.counters()[0]->refused.load(); }

TEST(Limits, RefusesAndCloses) {
  const auto server = serve(echo);
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n";
  std::string many = head;
  for (int i = 0; i < 64; ++i) many += "A: b\r\n";
  const std::pair<std::string, int> cases[] = {
      {head + "A: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {many + "\r\n", 431},
      {"GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n", 414},
      {head + "Content-Length: 99999999\r\n\r\n", 413},
      {head + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413},
      {head + "Host: y\r\n\r\n", 400},
      {head + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"GET / HTTP/3.0\r\n\r\n", 505},
  };
  for (const auto& [request, status] : cases) {
    Client client(server->port());
    EXPECT_THAT(client.ask(request), StartsWith(std::to_string(status)));
    EXPECT_EQ(client.field("Connection"), "close");
    EXPECT_TRUE(client.closed());
  }
  EXPECT_EQ(refused(*server), std::size(cases));
}

// What came in order before the bad request is answered first; what stands behind it is never looked at.
TEST(Limits, AnswersWhatCameBefore) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write(get("/good") + "BAD\r\n\r\n" + get("/smuggled"));
  EXPECT_EQ(client.read(), "GET /good  ");
  EXPECT_THAT(client.read(), StartsWith("400 "));
  EXPECT_TRUE(client.closed());
}

// The answer must arrive although the client goes on sending what nobody reads any more.
TEST(Limits, LetsTheRefusalOfALargeBodyArrive) {
  const auto server = serve(echo);
  Client client(server->port());
  ASSERT_TRUE(client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n"));
  client.write(std::string(4'000'000, 'b'));
  EXPECT_THAT(client.read(), StartsWith("413 "));
  EXPECT_TRUE(client.closed());
}

TEST(Limits, TakesABodyUpToTheLimit) {
  ServerOptions options;
  options.limits.body_bytes = 1'000'000;
  const auto server = serve(
      [](const Request& request, Response& response) {
        response.start(200);
        response.send({std::to_string(request.body.size())});
      },
      options);
  Client client(server->port());
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
  EXPECT_EQ(client.ask(head + std::string(1'000'000, 'b')), "1000000");
}

TEST(Limits, SendsContinueBeforeTheBody) {
  const auto server = serve(echo);
  Client client(server->port());
  client.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.head(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("ab"), "POST /  ab");
}

TEST(Limits, SendsNoContinueWhereTheBodyCame) {
  const auto server = serve(echo);
  Client client(server->port());
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"),
            "POST /  ab");
  EXPECT_EQ(client.status(), 200);
}

TEST(Limits, RefusesInsteadOfContinue) {
  const auto server = serve(echo);
  Client client(server->port());
  const auto body =
      client.ask("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_THAT(body, StartsWith("413 "));
}

TEST(Limits, EndsSlowHeaders) {
  ServerOptions options;
  options.limits.header_time = soon;
  const auto server = serve(echo, options);
  Client client(server->port());
  EXPECT_EQ(client.ask(get("/first")), "GET /first  ");
  client.write("GET / HT");
  EXPECT_EQ(client.read(), "408 the headers took too long");
  EXPECT_TRUE(client.closed());
}

// One line from time to time does not make the headers any faster.
TEST(Limits, EndsDrippingHeaders) {
  ServerOptions options;
  options.limits.header_time = soon;
  const auto server = serve(echo, options);
  Client client(server->port());
  client.write("GET / HTTP/1.1\r\nHost: x\r\n");
  while (client.waits(milliseconds(20)) && client.write("A: b\r\n")) {
  }
  EXPECT_EQ(client.read(), "408 the headers took too long");
}

TEST(Limits, EndsSlowBodies) {
  ServerOptions options;
  options.limits.body_time = soon;
  const auto server = serve(echo, options);
  Client client(server->port());
  client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  while (client.waits(milliseconds(20)) && client.write("a")) {
  }
  EXPECT_EQ(client.read(), "408 the body took too long");
  EXPECT_TRUE(client.closed());
}

TEST(Limits, ClosesIdleConnections) {
  ServerOptions options;
  options.limits.idle_time = 3 * soon;
  const auto server = serve(echo, options);
  Client fresh(server->port());
  Client used(server->port());
  EXPECT_EQ(used.ask(get("/")), "GET /  ");
  EXPECT_TRUE(fresh.closed());
  EXPECT_TRUE(used.closed());
  EXPECT_EQ(refused(*server), 0U);
}

TEST(Limits, CutsSlowReaders) {
  ServerOptions options;
  options.limits.write_time = soon;
  const std::string large(8 << 20, 'x');
  const auto server = serve(
      [&large](const Request&, Response& response) {
        response.start(200);
        response.send({large});
      },
      options);
  Client client(server->port(), 4096);
  client.write(get("/"));
  while (server->counters()[0]->open.load() != 0 || server->counters()[0]->accepted.load() == 0) {
    client.waits(milliseconds(10));
  }
  EXPECT_LT(client.read().size(), large.size());
}

// Pipelined requests are not begun while much output waits; they are answered once it is read.
TEST(Limits, HoldsBackRequestsOfASlowReader) {
  ServerOptions options;
  options.limits.pending_output = 100'000;
  std::atomic<int> begun{0};
  const std::string large(50'000, 'x');
  const auto server = serve(
      [&](const Request&, Response& response) {
        ++begun;
        response.start(200);
        response.send({large});
      },
      options);
  Client client(server->port(), 4096);
  constexpr int requests = 400;
  std::string all;
  for (int i = 0; i < requests; ++i) all += get("/");
  client.write(all);
  client.read();
  EXPECT_LT(begun.load(), requests);
  for (int i = 1; i < requests; ++i) ASSERT_EQ(client.read().size(), large.size());
  EXPECT_EQ(begun.load(), requests);
}

TEST(Limits, BoundsConnections) {
  ServerOptions options;
  options.limits.connections = 2;
  options.workers = 2;
  const auto server = serve(echo, options);
  auto first = std::make_unique<Client>(server->port());
  Client second(server->port());
  EXPECT_EQ(first->ask(get("/")), "GET /  ");
  EXPECT_EQ(second.ask(get("/")), "GET /  ");
  Client third(server->port());
  EXPECT_EQ(third.read(), "503 too many connections");
  EXPECT_TRUE(third.closed());
  first.reset();
  // Its place is free as soon as the worker has seen it go.
  std::string answer;
  while (answer != "GET /  ") answer = Client(server->port()).ask(get("/"));
}

// Clients that can't be accepted for want of descriptors wait, and the worker doesn't spin over them meanwhile.
TEST(Limits, WaitsForDescriptors) {
  const auto server = serve(echo);
  Client first(server->port());
  EXPECT_EQ(first.ask(get("/")), "GET /  ");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  // The limit is on the number, so it is the client's own descriptor that the accepted one would have to lie above.
  Client second;
  const rlimit none{.rlim_cur = static_cast<rlim_t>(second.descriptor()) + 1, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  second.connect(server->port());
  second.write(get("/second"));
  const std::clock_t start = std::clock();
  EXPECT_TRUE(second.waits(milliseconds(500)));
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC / 4);
  EXPECT_EQ(first.ask(get("/")), "GET /  ");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(second.read(), "GET /second  ");
}

}  // namespace
}  // namespace aureacore::http
