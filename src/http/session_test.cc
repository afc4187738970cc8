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
  void receive(std::string bytes) { session.receive(bytes, out); }
  void pass(milliseconds time) {
    shared.now += time;
    session.expire(out);
  }
  // What was answered since the last time, as if it had been written.
  std::string written() {
    std::string bytes(out.view());
    out.clear();
    return bytes;
  }

  FunctionHandler handler{echo};
  WorkerCounters counters;
  Limits limits;
  Session::Shared shared{handler, limits, counters};
  Session session{shared};
  Output out;
};

TEST_F(SessionTest, KeepsWhatIsNotComplete) {
  receive(get("/a") + "GET /b HTTP/1.1\r\nHo");
  EXPECT_THAT(written(), HasSubstr("GET /a"));
  EXPECT_FALSE(session.idle());
  receive("st: x\r\n\r\n");
  EXPECT_THAT(written(), HasSubstr("GET /b"));
  EXPECT_TRUE(session.idle());
  EXPECT_TRUE(session.takes_input());
}

TEST_F(SessionTest, CountsHeaderTimeFromTheFirstByte) {
  pass(limits.idle_time - milliseconds(1));
  receive("G");
  pass(limits.header_time);
  receive("ET / HTTP/1.1\r\n");
  EXPECT_EQ(written(), "");
  pass(milliseconds(1));
  EXPECT_THAT(written(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(session.ended());
  EXPECT_TRUE(session.lingers());
}

TEST_F(SessionTest, CountsBodyTimeFromTheEndOfTheHeaders) {
  receive("POST / HTTP/1.1\r\nHost: x\r\n");
  pass(limits.header_time);
  receive("Content-Length: 3\r\n\r\n");
  pass(limits.body_time);
  receive("a");
  EXPECT_EQ(written(), "");
  pass(milliseconds(1));
  EXPECT_THAT(written(), HasSubstr("408 the body took too long"));
}

TEST_F(SessionTest, CountsIdleTimeFromTheLastAnswer) {
  receive(get("/"));
  pass(limits.idle_time);
  EXPECT_FALSE(session.ended());
  receive(get("/"));
  written();
  pass(limits.idle_time);
  EXPECT_FALSE(session.ended());
  pass(milliseconds(1));
  EXPECT_TRUE(session.ended());
  EXPECT_FALSE(session.lingers());
  EXPECT_EQ(written(), "");
}

TEST_F(SessionTest, PutsRequestsOffWhileOutputWaits) {
  std::string many;
  const std::size_t enough = limits.pending_output / 50;
  for (std::size_t i = 0; i < 2 * enough; ++i) many += get("/");
  receive(many);
  EXPECT_GT(out.size(), limits.pending_output);
  EXPECT_LT(out.size(), limits.pending_output + 1000);
  EXPECT_TRUE(session.has_work());
  EXPECT_FALSE(session.takes_input());
  while (session.has_work()) written(), session.advance(out);
  EXPECT_EQ(counters.requests.load(), 2 * enough);
  EXPECT_TRUE(session.takes_input());
}

TEST_F(SessionTest, CountsAnswersOnTheirWayAsWaitingOutput) {
  session.count_leaving(limits.pending_output + 1);
  receive(get("/a") + get("/b"));
  EXPECT_EQ(written(), "");
  EXPECT_TRUE(session.has_work());
  session.count_leaving(limits.pending_output);
  session.advance(out);
  EXPECT_THAT(written(), HasSubstr("GET /a"));
  EXPECT_TRUE(session.has_work());
  session.count_leaving(0);
  session.advance(out);
  EXPECT_THAT(written(), HasSubstr("GET /b"));
  EXPECT_TRUE(session.takes_input());
}

TEST_F(SessionTest, ClosesEachAnswerWhileDraining) {
  shared.draining = true;
  receive(get("/a") + get("/b"));
  const std::string answers = written();
  EXPECT_THAT(answers, HasSubstr("Connection: close\r\n\r\nGET /a"));
  EXPECT_THAT(answers, ::testing::Not(HasSubstr("GET /b")));
  EXPECT_TRUE(session.ended());
  EXPECT_TRUE(session.lingers());
}

TEST_F(SessionTest, KeepsSoMuchOfAllSessionsTogether) {
  limits.kept_bytes = 100'000;
  Session::Shared little(handler, limits, counters);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n";
  const auto send = [&](Session& to, std::string bytes) {
    to.receive(bytes, out);
    return written();
  };
  {
    Session first(little);
    EXPECT_EQ(send(first, head + std::string(60'000, 'a')), "");
    EXPECT_GE(little.kept, 60'000U);
    Session second(little);
    EXPECT_THAT(send(second, head + std::string(60'000, 'a')), HasSubstr("503 too much is received at once"));
    EXPECT_TRUE(second.ended());
    Session small(little);
    EXPECT_EQ(send(small, "GET /b HTTP/1.1\r\nHo"), "");
    EXPECT_THAT(send(small, "st: x\r\n\r\n"), HasSubstr("GET /b"));
    EXPECT_THAT(send(first, std::string(100'000, 'a')), HasSubstr("503 ")) << "it takes too much by itself";
    Session third(little);
    EXPECT_EQ(send(third, head + std::string(60'000, 'a')), "") << "what was refused is given back";
  }
  EXPECT_EQ(little.kept, 0U);
}

TEST_F(SessionTest, DoesNotLingerWhereTheClientSaidItWasTheLast) {
  receive(get("/", "Connection: close\r\n"));
  EXPECT_TRUE(session.ended());
  EXPECT_FALSE(session.lingers());
}

}  // namespace
}  // namespace aureacore::http
