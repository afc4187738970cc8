// The parser against the cases of testdata/requests, and against limits that need generated requests.
#include "http/parser.h"

#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "http/parse_pieces.h"

namespace aureacore::http {
namespace {

using ::testing::StartsWith;

struct Case {
  std::string name;
  std::string request;
  std::string outcome;
};

std::string unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'x') {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      bytes += kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind == 't' ? '\t' : kind;
    }
  }
  return bytes;
}

std::vector<Case> read_cases(const char* file) {
  std::ifstream in(std::filesystem::path(__FILE__).parent_path() / "testdata/requests" / file);
  std::vector<Case> cases;
  bool open = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) {
      cases.push_back({.name = line.substr(2), .request = {}, .outcome = {}});
      open = true;
    } else if (line.starts_with("=> ")) {
      cases.back().outcome = line.substr(3);
      open = false;
    } else if (open) {
      cases.back().request += unescape(line);
    }
  }
  return cases;
}

std::string parse(std::string_view bytes, const Limits& limits = small_limits()) {
  Parser parser(limits);
  return parse_pieces(parser, std::array{bytes});
}

class Golden : public ::testing::TestWithParam<const char*> {};

TEST_P(Golden, WholeAndInPieces) {
  const auto cases = read_cases(GetParam());
  ASSERT_GT(cases.size(), 15U);
  Parser parser(small_limits());
  for (const Case& golden : cases) {
    SCOPED_TRACE(golden.name);
    const std::string_view request = golden.request;
    EXPECT_EQ(parse_pieces(parser, std::array{request}), golden.outcome);
    for (std::size_t at = 1; at < request.size(); ++at) {
      const auto outcome = parse_pieces(parser, std::array{request.substr(0, at), request.substr(at)});
      EXPECT_PRED2(agree, outcome, golden.outcome) << at;
    }
    std::vector<std::string_view> bytes;
    bytes.reserve(request.size());
    for (std::size_t at = 0; at < request.size(); ++at) bytes.push_back(request.substr(at, 1));
    EXPECT_PRED2(agree, parse_pieces(parser, bytes), golden.outcome);
  }
}

INSTANTIATE_TEST_SUITE_P(Parser, Golden, ::testing::Values("accepted.txt", "refused.txt"));

TEST(Parser, LeavesWhatFollows) {
  Parser parser(small_limits());
  std::size_t left = 0;
  const std::string_view next = "GET /next HTTP/1.1\r\n";
  for (const std::string& request : {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                     std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"),
                                     std::string("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                 "2\r\nab\r\n0\r\n\r\n")}) {
    EXPECT_THAT(parse_pieces(parser, std::array<std::string_view, 2>{request, next}, &left),
                ::testing::Not("incomplete"));
    EXPECT_EQ(left, next.size());
  }
}

TEST(Parser, BoundsTheTarget) {
  const std::string fits(127, 'a');
  EXPECT_THAT(parse("GET /" + fits + " HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("GET path=/aaa"));
  EXPECT_THAT(parse("GET /" + fits + "a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("414 "));
  EXPECT_THAT(parse("GET /" + fits + "aa"), StartsWith("414 "));
}

TEST(Parser, BoundsTheHeaders) {
  std::string request = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 7; ++i) request += "A: b\r\n";
  EXPECT_THAT(parse(request + "\r\n"), StartsWith("GET "));
  EXPECT_THAT(parse(request + "A: b\r\n\r\n"), StartsWith("431 too many"));
}

TEST(Parser, BoundsTheHeadsBytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const std::string fits(small_limits().header_bytes - start.size() - 4, 'b');
  EXPECT_THAT(parse(start + fits + "\r\n\r\n"), StartsWith("GET "));
  EXPECT_THAT(parse(start + fits + "b\r\n\r\n"), StartsWith("431 "));
  EXPECT_THAT(parse(start + fits + "bbbb"), StartsWith("431 "));
}

TEST(Parser, BoundsChunkExtensions) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string extension(200, 'e');
  EXPECT_THAT(parse(head + "1;" + extension + "\r\na\r\n0\r\n\r\n"), StartsWith("POST "));
  EXPECT_THAT(parse(head + "1;" + extension + extension), StartsWith("400 a chunk's extensions"));
  std::string many = head;
  for (int i = 0; i < 21; ++i) many += "1;" + extension + "\r\na\r\n";
  EXPECT_THAT(parse(many), StartsWith("400 too many chunk extensions"));
}

TEST(Parser, BoundsTrailers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  const std::string trailer = "T: " + std::string(1000, 't') + "\r\n";
  EXPECT_THAT(parse(head + trailer + trailer + trailer + "\r\n"), StartsWith("POST "));
  EXPECT_THAT(parse(head + trailer + trailer + trailer + trailer + trailer + "\r\n"), StartsWith("431 "));
}

// A client that chops its body must not make the server hold more than the body.
TEST(Parser, HoldsOnlyTheBodyOfManySmallChunks) {
  Parser parser(small_limits());
  Parser::Progress progress;
  std::string held = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::size_t head = held.size();
  for (std::size_t i = 1; i <= 500; ++i) {
    held += "1;padding\r\na\r\n";
    const auto outcome = parser.parse(progress, held);
    ASSERT_EQ(outcome.state, Parser::State::need_body);
    held.resize(outcome.size);
    ASSERT_EQ(held.size(), head + i);
  }
}

}  // namespace
}  // namespace aureacore::http
