// What a handler's calls become on the wire, and which codings a request takes.
#include "http/response.h"

#include <gmock/gmock.h>
#define ZLIB_CONST
#include <zlib.h>

#include "http/body.h"

namespace aureacore::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

// Each string is one piece.
class PiecesBody final : public Body {
 public:
  explicit PiecesBody(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  bool produce(Output& out, std::size_t /*budget*/) override {
    if (next_ < pieces_.size()) out.append(pieces_[next_++]);
    return next_ < pieces_.size();
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
};

std::unique_ptr<Body> pieces(std::vector<std::string> pieces) {
  return std::make_unique<PiecesBody>(std::move(pieces));
}

std::string all_of(Body& body) {
  Output out;
  while (body.produce(out, 1)) {
  }
  return std::string(out.view());
}

std::string answer(const Request& request, const std::function<void(Response&)>& write) {
  Output out;
  Response response(request, out);
  write(response);
  EXPECT_TRUE(response.finished());
  if (const auto body = response.take_body()) out.append(all_of(*body));
  return std::string(out.view());
}

std::string unzip(std::string_view bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

Request request_of(Method method, bool http10 = false, bool keep_alive = true) {
  Request request;
  request.method = method;
  request.http10 = http10;
  request.keep_alive = keep_alive;
  return request;
}

const Request plain = request_of(Method::get);

TEST(Response, JoinsThePartsOfABody) {
  const auto bytes = answer(plain, [](Response& response) {
    response.start(404);
    response.header("A", "b");
    response.block("C: d\r\nE: f\r\n");
    response.send({"one", "", "two"});
  });
  EXPECT_EQ(bytes, "HTTP/1.1 404 Not Found\r\nA: b\r\nC: d\r\nE: f\r\nContent-Length: 6\r\n\r\nonetwo");
}

TEST(Response, LeavesTheBodyAwayForHead) {
  const Request head = request_of(Method::head);
  EXPECT_EQ(answer(head, [](Response& response) { response.start(200), response.send({"body"}); }),
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(answer(head, [](Response& response) { response.start(200), response.stream(pieces({"a"}), 1); }),
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
}

TEST(Response, HasNoBodyFor204And304) {
  EXPECT_EQ(answer(plain, [](Response& response) { response.start(204), response.send({"x"}); }),
            "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(answer(plain, [](Response& response) { response.start(304), response.send({"x"}); }),
            "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST(Response, SaysWhetherTheConnectionGoesOn) {
  const auto write = [](Response& response) { response.start(200), response.send({}); };
  const auto closing = [](Response& response) { response.start(200), response.close(), response.send({}); };
  EXPECT_THAT(answer(plain, write), ::testing::Not(HasSubstr("Connection")));
  EXPECT_THAT(answer(plain, closing), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer(request_of(Method::get, false, false), write), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer(request_of(Method::get, true, true), write), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(answer(request_of(Method::get, true, false), write), HasSubstr("\r\nConnection: close\r\n"));
}

TEST(Response, NamesUnusualStatuses) {
  EXPECT_THAT(answer(plain, [](Response& response) { response.start(299), response.send({}); }),
              ::testing::StartsWith("HTTP/1.1 299 Unknown\r\n"));
  EXPECT_EQ(reason(431), "Request Header Fields Too Large");
}

TEST(Response, StreamsWithALength) {
  EXPECT_EQ(answer(plain, [](Response& response) { response.start(200), response.stream(pieces({"ab", "c"}), 3); }),
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(Response, StreamsInChunks) {
  const auto bytes =
      answer(plain, [](Response& response) { response.start(200), response.stream(pieces({"ab", "", "c"}), -1); });
  EXPECT_EQ(bytes, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000002\r\nab\r\n00000001\r\nc\r\n0\r\n\r\n");
}

TEST(Response, StreamsToHttp10UntilTheEnd) {
  const auto bytes = answer(request_of(Method::get, true, true), [](Response& response) {
    response.start(200);
    response.stream(pieces({"ab", "c"}), -1);
    EXPECT_TRUE(response.wants_close());
  });
  EXPECT_EQ(bytes, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
}

TEST(Response, HoldsAStreamToItsLength) {
  EXPECT_THROW(all_of(*sized_body(pieces({"ab", "c"}), 4)), std::length_error);
  EXPECT_THROW(all_of(*sized_body(pieces({"ab", "c"}), 2)), std::length_error);
}

TEST(Response, CompressesAStreamOnItsWay) {
  std::vector<std::string> parts;
  std::string whole;
  for (int i = 0; i < 5000; ++i) whole += parts.emplace_back(std::to_string(i * 7919) + ",");
  const auto bytes = answer(request_of(Method::get, true, true), [&](Response& response) {
    response.start(200);
    response.stream(pieces(parts), static_cast<std::int64_t>(whole.size()), true);
  });
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr("Content-Length")));
  EXPECT_EQ(unzip(std::string_view(bytes).substr(bytes.find("\r\n\r\n") + 4)), whole);
}

TEST(Gzip, CompressesInOnePiece) {
  const std::string large(100'000, 'a');
  const std::string_view parts[] = {"small", large, ""};
  const std::string zipped = gzip(parts);
  EXPECT_LT(zipped.size(), 1000U);
  EXPECT_EQ(unzip(zipped), "small" + large);
  EXPECT_EQ(unzip(gzip({})), "");
}

struct AcceptCase {
  std::vector<std::string_view> fields;
  bool accepted;
};

class AcceptsGzip : public ::testing::TestWithParam<AcceptCase> {};

TEST_P(AcceptsGzip, ByTheWeights) {
  std::vector<Header> headers;
  for (const std::string_view value : GetParam().fields) headers.push_back({"accept-encoding", value});
  Request request;
  request.headers = headers;
  EXPECT_EQ(accepts_gzip(request), GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(Request, AcceptsGzip,
                         ::testing::Values(AcceptCase{{}, false}, AcceptCase{{""}, false}, AcceptCase{{"gzip"}, true},
                                           AcceptCase{{"deflate, GZip , br"}, true}, AcceptCase{{"x-gzip"}, true},
                                           AcceptCase{{"br"}, false}, AcceptCase{{"gzip;q=0"}, false},
                                           AcceptCase{{"gzip; q=0.000"}, false}, AcceptCase{{"gzip;q=0.001"}, true},
                                           AcceptCase{{"gzip;q=1.000"}, true}, AcceptCase{{"gzip;q=1.5"}, false},
                                           AcceptCase{{"gzip;q=-1"}, false}, AcceptCase{{"gzip;q=0.0001"}, false},
                                           AcceptCase{{"*"}, true}, AcceptCase{{"*;q=0"}, false},
                                           AcceptCase{{"*, gzip;q=0"}, false}, AcceptCase{{"gzip;q=0, *"}, false},
                                           AcceptCase{{"*;q=0, gzip"}, true}, AcceptCase{{"br", "gzip"}, true},
                                           AcceptCase{{"gzipped"}, false}, AcceptCase{{"identity"}, false},
                                           AcceptCase{{"gzip;level=9;q=0.5"}, true}));

TEST(Output, KeepsWhatIsNotYetWritten) {
  Output out;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    const std::string piece = std::to_string(10'000 + i);
    out.append(piece);
    expected += piece;
    if (i % 3 != 0) continue;
    out.consume(4);
    expected.erase(0, 4);
    ASSERT_EQ(out.view(), expected);
  }
  out.shrink(0);
  EXPECT_EQ(out.view(), expected);
  EXPECT_EQ(out.capacity(), expected.size());
  out.consume(expected.size());
  out.shrink(0);
  EXPECT_EQ(out.capacity(), 0U);
  out.append("again");
  EXPECT_EQ(out.view(), "again");
}

// An answer that leaves in many small pieces while others are added must not need room for all that ever was.
TEST(Output, UsesItsRoomAgain) {
  Output out;
  out.append("0123456789");
  for (int i = 0; i < 100'000; ++i) {
    out.append("0123456789");
    out.consume(10);
  }
  EXPECT_EQ(out.view(), "0123456789");
  EXPECT_LT(out.capacity(), 2000U);
}

}  // namespace
}  // namespace aureacore::http
