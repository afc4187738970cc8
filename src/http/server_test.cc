// Requests and answers over real sockets: the ordinary ways, and the unusual but allowed ones.
#include "http/server.h"

#include <gmock/gmock.h>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Server, AnswersAndKeepsTheConnection) {
  const auto server = serve(echo);
  Client client(server->port());
  EXPECT_EQ(client.ask(get("/a?b=c")), "GET /a b=c ");
  EXPECT_EQ(client.head(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(client.ask(get("/second")), "GET /second  ");
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = serve(echo);
  Client client(server->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get(fmt::format("/{}", i));
  ASSERT_TRUE(client.write(requests));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read(), fmt::format("GET /{}  ", i));
}

TEST(Server, TakesRequestsByteByByte) {
  const auto server = serve(echo);
  Client client(server->port());
  for (const char c : get("/slow") + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") {
    ASSERT_TRUE(client.write({&c, 1}));
  }
  EXPECT_EQ(client.read(), "GET /slow  ");
  EXPECT_EQ(client.read(), "POST /b  abc");
}

TEST(Server, JoinsChunks) {
  const auto server = serve(echo);
  Client client(server->port());
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.ask(head + "3;a=b\r\nabc\r\n02\r\nde\r\n0\r\nTrailer: x\r\n\r\n"), "POST /  abcde");
  for (const char c : head + "1\r\na\r\n1\r\nb\r\n0\r\n\r\n" + get("/next")) ASSERT_TRUE(client.write({&c, 1}));
  EXPECT_EQ(client.read(), "POST /  ab");
  EXPECT_EQ(client.read(), "GET /next  ");
}

TEST(Server, LeavesTheBodyAwayForHead) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b"));
  EXPECT_EQ(client.read(true), "");
  EXPECT_EQ(client.field("Content-Length"), "9");
  EXPECT_EQ(client.read(), "GET /b  ");
}

TEST(Server, ClosesWhenAsked) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write(get("/a", "Connection: close\r\n") + get("/never"));
  EXPECT_EQ(client.read(), "GET /a  ");
  EXPECT_EQ(client.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Server, ServesHttp10) {
  const auto server = serve(echo);
  Client client(server->port());
  EXPECT_EQ(client.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "GET /a  ");
  EXPECT_EQ(client.field("Connection"), "keep-alive");
  EXPECT_EQ(client.ask("GET /b HTTP/1.0\r\n\r\n"), "GET /b  ");
  EXPECT_EQ(client.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Server, AnswersAClientThatHasClosedItsSide) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write(get("/a") + get("/b"));
  client.end_output();
  EXPECT_EQ(client.read(), "GET /a  ");
  EXPECT_EQ(client.read(), "GET /b  ");
  EXPECT_TRUE(client.closed());
}

TEST(Server, SendsALargeAnswerToAClientThatHasClosedItsSide) {
  const std::string large(10 << 20, 'x');
  const auto server = serve([&large](const Request&, Response& response) {
    response.start(200);
    response.send({large});
  });
  Client client(server->port(), 4096);
  client.write(get("/") + get("/"));
  client.end_output();
  EXPECT_EQ(client.read(), large);
  EXPECT_EQ(client.read(), large);
  EXPECT_TRUE(client.closed());
}

TEST(Server, DropsAnUnfinishedRequestWithItsClient) {
  const auto server = serve(echo);
  Client client(server->port());
  client.write("GET /a HTTP/1.1\r\nHo");
  client.end_output();
  EXPECT_TRUE(client.closed());
}

TEST(Server, SurvivesResets) {
  const std::string large(10 << 20, 'x');
  const auto server = serve([&large](const Request& request, Response& response) {
    response.start(200);
    response.send({request.path == "/large" ? large : "small"});
  });
  for (int i = 0; i < 20; ++i) {
    Client client(server->port(), 4096);
    client.write(get("/large"));
    if (i % 2 == 0) client.waits(std::chrono::seconds(20));
    client.reset();
  }
  Client client(server->port());
  while (server->counters()[0]->open.load() != 1) ASSERT_EQ(client.ask(get("/")), "small");
}

// A handler's mistake costs its own connection, not the others'.
TEST(Server, SurvivesAHandlerThatThrows) {
  const auto server = serve([](const Request& request, Response& response) {
    if (request.path == "/silent") return;
    response.start(200);
    if (request.path == "/throws") throw std::runtime_error("secret detail");
    response.send({"fine"});
  });
  for (const char* path : {"/throws", "/silent"}) {
    Client client(server->port());
    client.write(get("/") + get(path) + get("/"));
    EXPECT_EQ(client.read(), "fine");
    EXPECT_EQ(client.read(), "500 the request could not be answered");
    EXPECT_EQ(client.field("Connection"), "close");
    EXPECT_TRUE(client.closed());
  }
  Client client(server->port());
  EXPECT_EQ(client.ask(get("/")), "fine");
}

class ThrowingHandler final : public Handler {
 public:
  void handle(const Request& /*request*/, Response& /*response*/) override { throw 1; }
  void refuse(int /*status*/, std::string_view /*why*/, Response& response) override {
    response.start(500);
    throw 2;
  }
};

TEST(Server, SurvivesAHandlerThatCannotEvenRefuse) {
  const auto server = Server::bind({.host = "127.0.0.1", .port = 0, .workers = 1, .limits = {}},
                                   [](unsigned) { return std::make_unique<ThrowingHandler>(); });
  ASSERT_TRUE(server.has_value());
  (*server)->start();
  Client client((*server)->port());
  EXPECT_EQ(client.ask(get("/")), "");
  EXPECT_EQ(client.status(), 500);
  EXPECT_TRUE(client.closed());
}

TEST(Server, SpreadsConnectionsOverItsWorkers) {
  ServerOptions options;
  options.workers = 2;
  const auto server = serve(echo, options);
  const auto accepted = [&server](int worker) { return server->counters()[worker]->accepted.load(); };
  std::vector<std::unique_ptr<Client>> clients;
  while (accepted(0) == 0 || accepted(1) == 0) {
    ASSERT_LT(clients.size(), 200U);
    clients.push_back(std::make_unique<Client>(server->port()));
    ASSERT_EQ(clients.back()->ask(get("/")), "GET /  ");
  }
}

TEST(Server, CountsWhatItDoes) {
  const auto server = serve(echo);
  const std::string request = get("/");
  Client client(server->port());
  client.ask(request);
  const std::string body = client.ask(request);
  const WorkerCounters& counters = *server->counters()[0];
  EXPECT_EQ(counters.requests.load(), 2U);
  EXPECT_EQ(counters.accepted.load(), 1U);
  EXPECT_EQ(counters.open.load(), 1);
  EXPECT_EQ(counters.received_bytes.load(), 2 * request.size());
  server->stop(std::chrono::seconds(20));
  EXPECT_EQ(counters.sent_bytes.load(), 2 * (client.head().size() + body.size()));
}

}  // namespace
}  // namespace aureacore::http
