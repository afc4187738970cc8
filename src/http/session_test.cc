// HTTP's rules of a connection with no socket and no waiting: time is set, bytes are given.
#include "http/session.h"

#include <gmock/gmock.h>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SessionTest : public ::testing::Test {
 protected:
  void receive(std::string bytes) { session_.receive(bytes, out_); }
  void pass(milliseconds time) {
    shared_.now += time;
    session_.expire(out_);
  }
  // What was answered since the last time, as if it had been written.
  std::string written() {
    std::string bytes(out_.view());
    out_.clear();
    return bytes;
  }

  FunctionHandler handler_{echo};
  WorkerCounters counters_;
  Limits limits_;
  Session::Shared shared_{handler_, limits_, counters_};
  Session session_{shared_};
  Output out_;
};

TEST_F(SessionTest, KeepsWhatIsNotComplete) {
  receive(get("/a") + "GET /b HTTP/1.1\r\nHo");
  EXPECT_THAT(written(), HasSubstr("GET /a"));
  EXPECT_FALSE(session_.idle());
  receive("st: x\r\n\r\n");
  EXPECT_THAT(written(), HasSubstr("GET /b"));
  EXPECT_TRUE(session_.idle());
  EXPECT_TRUE(session_.takes_input());
}

TEST_F(SessionTest, CountsHeaderTimeFromTheFirstByte) {
  pass(limits_.idle_time - milliseconds(1));
  receive("G");
  pass(limits_.header_time);
  receive("ET / HTTP/1.1\r\n");
  EXPECT_EQ(written(), "");
  pass(milliseconds(1));
  EXPECT_THAT(written(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(session_.ended());
  EXPECT_TRUE(session_.lingers());
}

TEST_F(SessionTest, CountsBodyTimeFromTheEndOfTheHeaders) {
  receive("POST / HTTP/1.1\r\nHost: x\r\n");
  pass(limits_.header_time);
  receive("Content-Length: 3\r\n\r\n");
  pass(limits_.body_time);
  receive("a");
  EXPECT_EQ(written(), "");
  pass(milliseconds(1));
  EXPECT_THAT(written(), HasSubstr("408 the body took too long"));
}

TEST_F(SessionTest, CountsIdleTimeFromTheLastAnswer) {
  receive(get("/"));
  pass(limits_.idle_time);
  EXPECT_FALSE(session_.ended());
  receive(get("/"));
  written();
  pass(limits_.idle_time);
  EXPECT_FALSE(session_.ended());
  pass(milliseconds(1));
  EXPECT_TRUE(session_.ended());
  EXPECT_FALSE(session_.lingers());
  EXPECT_EQ(written(), "");
}

TEST_F(SessionTest, PutsRequestsOffWhileOutputWaits) {
  std::string many;
  const std::size_t enough = limits_.pending_output / 50;
  for (std::size_t i = 0; i < 2 * enough; ++i) many += get("/");
  receive(many);
  EXPECT_GT(out_.size(), limits_.pending_output);
  EXPECT_LT(out_.size(), limits_.pending_output + 1000);
  EXPECT_TRUE(session_.has_work());
  EXPECT_FALSE(session_.takes_input());
  while (session_.has_work()) written(), session_.advance(out_);
  EXPECT_EQ(counters_.requests.load(), 2 * enough);
  EXPECT_TRUE(session_.takes_input());
}

TEST_F(SessionTest, ClosesEachAnswerWhileDraining) {
  shared_.draining = true;
  receive(get("/a") + get("/b"));
  const std::string answers = written();
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n\r\nGET /a"));
  EXPECT_THAT(answers, ::testing::Not(HasSubstr("GET /b")));
  EXPECT_TRUE(session_.ended());
  EXPECT_TRUE(session_.lingers());
}

TEST_F(SessionTest, DoesNotLingerWhereTheClientSaidItWasTheLast) {
  receive(get("/", "Connection: close\r\n"));
  EXPECT_TRUE(session_.ended());
  EXPECT_FALSE(session_.lingers());
}

}  // namespace
}  // namespace aureacore::http
