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

}  // namespace
}  // namespace aureacore::http
