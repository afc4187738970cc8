// Answers that come later, from other threads, over real sockets.
#include "http/later.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <thread>

#include "http/session.h"
#include "http/test_server.h"

namespace aureacore::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Keeps the requests under /later until the test answers them; answers the others at once.
class Desk {
 public:
  void take(const Request& request, Response& response) {
    if (!request.path.starts_with("/later")) return echo(request, response);
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::make_unique<Waiting>(request, response.defer()));
    changed_.notify_all();
  }

  struct Waiting {
    Waiting(const Request& r, Later l) : request(r), later(std::move(l)) {}
    OwnedRequest request;
    Later later;
  };

  // The oldest request that waits.
  std::unique_ptr<Waiting> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty(); });
    auto first = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return first;
  }

  static void answer(Waiting& waiting) {
    Answer answer;
    Response response(waiting.request.get(), answer);
    echo(waiting.request.get(), response);
    waiting.later.complete(std::move(answer));
  }

  std::unique_ptr<Server> serve(ServerOptions options = {}) { return http::serve(function_, options); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Waiting>> waiting_;
  FunctionHandler::Function function_ = [this](const Request& request, Response& response) { take(request, response); };
};

TEST(Later, IsSentWhenItComesAndInOrder) {
  Desk desk;
  const auto server = desk.serve();
  Client client(server->port());
  client.write("POST /later?a=b HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody" + get("/at-once"));
  const auto waiting = desk.next();
  EXPECT_TRUE(client.waits(std::chrono::milliseconds(20)));
  Client other(server->port());
  EXPECT_EQ(other.ask(get("/x")), "GET /x  ");
  Desk::answer(*waiting);
  EXPECT_EQ(client.read(), "POST /later a=b body");
  EXPECT_EQ(client.field("Connection"), "");
  EXPECT_EQ(client.read(), "GET /at-once  ");
  EXPECT_EQ(server->counters()[0]->requests.load(), 3);
}

TEST(Later, KeepsTheRequestInWhicheverFormItsTargetCame) {
  Desk desk;
  const auto server = desk.serve();
  Client client(server->port());
  client.write("GET http://test/later?a=b HTTP/1.1\r\nHost: test\r\n\r\n");
  Desk::answer(*desk.next());
  EXPECT_EQ(client.read(), "GET /later a=b ");
}

TEST(Later, AnswersHeadAndHttp10) {
  Desk desk;
  const auto server = desk.serve();
  Client head(server->port());
  head.write("HEAD /later HTTP/1.1\r\nHost: test\r\n\r\n" + get("/x"));
  Desk::answer(*desk.next());
  head.read(true);
  EXPECT_EQ(head.field("Content-Length"), "13");
  EXPECT_EQ(head.read(), "GET /x  ");
  Client old(server->port());
  old.write("GET /later HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  Desk::answer(*desk.next());
  EXPECT_EQ(old.read(), "GET /later  ");
  EXPECT_EQ(old.field("Connection"), "keep-alive");
  Client last(server->port());
  last.write(get("/later", "Connection: close\r\n"));
  Desk::answer(*desk.next());
  EXPECT_EQ(last.read(), "GET /later  ");
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(last.closed());
}

class Letters final : public Body {
 public:
  bool produce(Output& out, std::size_t budget) override {
    out.append(std::string(budget, 'x'));
    return --left_ != 0;
  }

 private:
  int left_ = 10;
};

TEST(Later, MayBeLargeOrStreamed) {
  Desk desk;
  const auto server = desk.serve();
  Client client(server->port());
  client.write(get("/later") + get("/later"));
  constexpr std::size_t size = 5'000'000;
  auto waiting = desk.next();
  Answer large;
  Response response(waiting->request.get(), large);
  response.start(200);
  response.send({std::string(size, 'y')});
  waiting->later.complete(std::move(large));
  EXPECT_EQ(client.read(), std::string(size, 'y'));

  waiting = desk.next();
  Answer streamed;
  Response streaming(waiting->request.get(), streamed);
  streaming.start(200);
  streaming.stream(std::make_unique<Letters>(), -1);
  waiting->later.complete(std::move(streamed));
  EXPECT_EQ(client.read(), std::string(10 * Session::piece_bytes, 'x'));
}

TEST(Later, LetGoOfIsAFailure) {
  Desk desk;
  const auto server = desk.serve();
  Client client(server->port());
  client.write(get("/later"));
  desk.next().reset();
  EXPECT_EQ(client.read(), "500 the request could not be answered");
  EXPECT_TRUE(client.closed());
}

void wait_until_cancelled(const Later& later) {
  while (!later.cancelled()) std::this_thread::yield();
}

TEST(Later, IsCancelledWhenTheClientGoes) {
  Desk desk;
  const auto server = desk.serve();
  for (const bool hard : {true, false}) {
    Client client(server->port());
    client.write(get("/later"));
    const auto waiting = desk.next();
    EXPECT_FALSE(waiting->later.cancelled());
    if (hard) {
      client.reset();
    } else {
      client.end_output();
    }
    wait_until_cancelled(waiting->later);
    Desk::answer(*waiting);  // comes too late, harms nobody
  }
  Client other(server->port());
  EXPECT_EQ(other.ask(get("/x")), "GET /x  ");
}

TEST(Later, EndsTheDrain) {
  Desk desk;
  const auto server = desk.serve();
  Client client(server->port());
  client.write(get("/later"));
  const auto waiting = desk.next();
  std::thread stopping([&] { server->stop(std::chrono::seconds(60)); });
  // A connection is refused once draining has begun.
  while (Client(server->port()).connected()) std::this_thread::yield();
  Desk::answer(*waiting);
  EXPECT_EQ(client.read(), "GET /later  ");
  EXPECT_EQ(client.field("Connection"), "close");
  stopping.join();
}

TEST(Later, MayOutliveItsServer) {
  Desk desk;
  auto server = desk.serve();
  Client client(server->port());
  client.write(get("/later"));
  const auto waiting = desk.next();
  server->stop(std::chrono::milliseconds(0));
  server.reset();
  EXPECT_TRUE(waiting->later.cancelled());
  Desk::answer(*waiting);
}

// Many clients, many answers from many threads, some of the clients impatient.
TEST(Later, StandsAStorm) {
  Desk desk;
  const auto server = desk.serve({.workers = 2});
  std::atomic<int> left{400};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (left.fetch_sub(1) > 0) Desk::answer(*desk.next());
    });
  }
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 100; ++round) {
        Client client(server->port());
        client.write(get("/later"));
        if ((round + i) % 3 != 0) EXPECT_EQ(client.read(), "GET /later  ");
      }
    });
  }
}

}  // namespace
}  // namespace aureacore::http
