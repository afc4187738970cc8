// The parts of the load tools that could lie unnoticed: percentiles, reading answers, and the checks on them.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/answer.h"
#include "bench/descriptor_edit.h"
#include "bench/failure.h"
#include "bench/histogram.h"
#include "bench/load_run.h"
#include "bench/socket.h"

namespace aureacore::bench {
namespace {

TEST(Histogram, PercentilesAreWithinTheirPrecision) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100'000; ++value) histogram.add(value);
  EXPECT_EQ(histogram.total(), 100'000U);
  EXPECT_EQ(histogram.max(), 100'000U);
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = share * 100'000;
    EXPECT_GE(static_cast<double>(histogram.percentile(share)), exact);
    EXPECT_LE(static_cast<double>(histogram.percentile(share)), exact * 1.016 + 1);
  }
}

TEST(Histogram, TakesAnyValue) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentile(0.5), 0U);
  histogram.add(0);
  histogram.add(UINT64_MAX);
  EXPECT_EQ(histogram.percentile(0.5), 0U);
  EXPECT_EQ(histogram.max(), UINT64_MAX);
}

TEST(HttpHead, IsReadWhereItIsWhole) {
  const std::string_view text = "HTTP/1.1 200 OK\r\nCache-Control: no\r\ncontent-LENGTH: 12\r\n\r\nbody";
  const AnswerHead head = parse_http_head(text);
  EXPECT_EQ(head.framing, Framing::sized);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.length, 12U);
  EXPECT_EQ(text.substr(head.head_size), "body");
  for (std::size_t size = 0; size < head.head_size; ++size) {
    EXPECT_EQ(parse_http_head(text.substr(0, size)).framing, Framing::incomplete) << size;
  }
}

TEST(HttpHead, FramingFollowsStatusAndHeaders) {
  EXPECT_EQ(parse_http_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").framing, Framing::chunked);
  EXPECT_EQ(parse_http_head("HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n").length, 0U);
  EXPECT_EQ(parse_http_head("HTTP/1.1 304 No\r\n\r\n").framing, Framing::sized);
  EXPECT_EQ(parse_http_head("HTTP/1.1 200 OK\r\n\r\n").framing, Framing::broken);
  EXPECT_EQ(parse_http_head("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n").framing, Framing::broken);
  EXPECT_EQ(parse_http_head("HTP/1.1 200 OK\r\n\r\n").framing, Framing::broken);
}

TEST(RedisHead, CountsTheLineEndBehindTheValue) {
  EXPECT_EQ(parse_redis_head("$5\r\nhello\r\n").length, 7U);
  EXPECT_EQ(parse_redis_head("$5\r\nhello\r\n").status, 200);
  EXPECT_EQ(parse_redis_head("$-1\r\n").status, 0);
  EXPECT_EQ(parse_redis_head("-ERR no\r\n").status, 0);
  EXPECT_EQ(parse_redis_head("$5").framing, Framing::incomplete);
  EXPECT_EQ(parse_redis_head("$x\r\n").framing, Framing::broken);
}

TEST(HeaderValue, IsFoundWhateverTheCase) {
  EXPECT_EQ(header_value("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nAge: 3\r\n\r\n", "etag"), "\"a\"");
  EXPECT_EQ(header_value("HTTP/1.1 200 OK\r\nETag: \"a\"\r\n\r\n", "age"), "");
}

TEST(WithDescription, ReplacesTheFirstEntitysOwn) {
  const Edited edited = with_description(
      "---\nkind: Component\nmetadata:\n  name: A\n  description: >-\n    old\n    text\n  namespace: x\nspec:\n"
      "  description: stays\n---\nkind: API\nmetadata:\n  name: b\n",
      "new");
  EXPECT_EQ(edited.reference, "component:x/a");
  EXPECT_EQ(edited.content,
            "---\nkind: Component\nmetadata:\n  name: A\n  description: new\n  namespace: x\nspec:\n"
            "  description: stays\n---\nkind: API\nmetadata:\n  name: b\n");
}

TEST(WithDescription, AddsOneWhereThereIsNone) {
  const Edited edited = with_description("kind: API\nmetadata:\n  name: b\nspec: {}\n", "new");
  EXPECT_EQ(edited.reference, "api:default/b");
  EXPECT_EQ(edited.content, "kind: API\nmetadata:\n  description: new\n  name: b\nspec: {}\n");
  EXPECT_THROW(with_description("nothing here\n", "new"), Failure);
}

// Answers one connection: whatever comes in, the same bytes per `request_size` bytes, a few at a time.
class ScriptedServer {
 public:
  ScriptedServer(std::string answer, std::size_t request_size)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), generic, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener_.get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer), request_size] { serve(answer, request_size); });
  }
  ~ScriptedServer() { thread_.join(); }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve(const std::string& answer, std::size_t request_size) const {
    const Socket client(::accept(listener_.get(), nullptr, nullptr));
    const int on = 1;
    ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::string request(request_size, '\0');
    while (::recv(client.get(), request.data(), request.size(), MSG_WAITALL) == static_cast<ssize_t>(request.size())) {
      if (!send_in_pieces(client, answer)) return;
    }
  }

  static bool send_in_pieces(const Socket& client, std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, bytes.size() > 100'000 ? 30'001 : 17);
      if (::send(client.get(), piece.data(), piece.size(), MSG_NOSIGNAL) < 0) return false;
      bytes.remove_prefix(piece.size());
    }
    return true;
  }

  Socket listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

LoadResult load(const std::string& answer, int pipeline, std::uint32_t expected_length) {
  Requests requests;
  requests.add(http_get("/some/path"), expected_length);
  const ScriptedServer server(answer, requests[0].size());
  return run_load({.port = server.port(), .connections = 1, .pipeline = pipeline, .warm_up = 0, .requests = 20},
                  requests);
}

TEST(RunLoad, ReadsAnswersThatArriveInPieces) {
  const LoadResult result = load("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", 1, 11);
  EXPECT_EQ(result.requests, 20U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
  EXPECT_EQ(result.bytes, 20U * 11);
  EXPECT_GT(result.p50, 0);
  EXPECT_GE(result.max, result.p99);
}

TEST(RunLoad, ReadsPipelinedChunks) {
  const LoadResult result =
      load("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nb\r\nhello again\r\n0\r\n\r\n", 4, 16);
  EXPECT_EQ(result.requests, 20U);
  EXPECT_EQ(result.errors, 0U) << result.first_error;
}

TEST(RunLoad, DropsLargeBodies) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n";
  for (const int pipeline : {1, 4}) {
    const LoadResult result = load(head + std::string(300'000, 'x'), pipeline, 300'000);
    EXPECT_EQ(result.requests, 20U);
    EXPECT_EQ(result.errors, 0U) << result.first_error;
    EXPECT_EQ(result.bytes, 20U * 300'000);
  }
}

TEST(RunLoad, CountsWrongAnswers) {
  const LoadResult length = load("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 1, 3);
  EXPECT_EQ(length.errors, 20U);
  EXPECT_NE(length.first_error.find("with 3 bytes"), std::string::npos) << length.first_error;
  const LoadResult status = load("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nok", 1, 2);
  EXPECT_EQ(status.errors, 20U);
  EXPECT_NE(status.first_error.find("found status 404"), std::string::npos) << status.first_error;
}

TEST(RunLoad, GivesUpOnWhatIsNoAnswer) { EXPECT_THROW(load("SMTP ready\r\n\r\n", 1, 0), Failure); }

TEST(RunLoad, ChargesAStalledServerForAllThatWasDue) {
  // One connection, and answers that take longer than the interval: in an open loop the wait adds up.
  Requests requests;
  requests.add(http_get("/"));
  const ScriptedServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", requests[0].size());
  const LoadResult result =
      run_load({.port = server.port(), .connections = 1, .warm_up = 0, .requests = 2000, .rate = 1e7}, requests);
  EXPECT_EQ(result.requests, 2000U);
  // The last was due 0.2 ms after the first, and waited for all before it.
  EXPECT_GT(result.max, (result.seconds - result.stalled) * 1e6 * 0.9);
}

}  // namespace
}  // namespace aureacore::bench
