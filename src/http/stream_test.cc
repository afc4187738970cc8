// Streamed bodies over real sockets, and what must go on beside them.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using ::testing::HasSubstr;

// `pieces` times the same bytes; may end by throwing.
class Repeated final : public Body {
 public:
  Repeated(std::string piece, std::size_t pieces, bool throws = false)
      : piece_(std::move(piece)), left_(pieces), throws_(throws) {}

  bool produce(Output& out, std::size_t /*budget*/) override {
    if (left_ == 1 && throws_) throw std::runtime_error("the source is gone");
    out.append(piece_);
    return --left_ != 0;
  }

 private:
  std::string piece_;
  std::size_t left_;
  bool throws_;
};

constexpr std::size_t piece_bytes = 50'000;

// Streams /<number of pieces>; anything behind a second slash: sized, gzip, cut or short.
void stream(const Request& request, Response& response) {
  response.start(200);
  const std::string path(request.path.substr(1));
  if (path.empty()) return response.send({"small"});
  const std::size_t pieces = std::stoul(path);
  const auto is = [&path](const char* kind) { return path.find(kind) != std::string::npos; };
  auto body = std::make_unique<Repeated>(std::string(piece_bytes, 'p'), pieces, is("cut"));
  const auto size = static_cast<std::int64_t>(pieces * piece_bytes) + (is("short") ? 1 : 0);
  response.stream(std::move(body), is("sized") || is("short") ? size : -1, is("gzip"));
}

TEST(Stream, SendsAllInOrder) {
  const auto server = serve(stream);
  Client client(server->port());
  client.write(get("/40") + get("/") + get("/30/sized") + get("/"));
  EXPECT_EQ(client.read(), std::string(40 * piece_bytes, 'p'));
  EXPECT_EQ(client.read(), "small");
  EXPECT_EQ(client.read(), std::string(30 * piece_bytes, 'p'));
  EXPECT_EQ(client.field("Content-Length"), std::to_string(30 * piece_bytes));
  EXPECT_EQ(client.read(), "small");
}

TEST(Stream, ServesOtherConnectionsMeanwhile) {
  const auto server = serve(stream);
  Client reader(server->port(), 4096);
  reader.write(get("/500/sized"));
  Client other(server->port());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(other.ask(get("/")), "small");
  EXPECT_EQ(reader.read().size(), 500 * piece_bytes);
}

TEST(Stream, ReachesHttp10UntilTheEnd) {
  const auto server = serve(stream);
  Client client(server->port());
  client.write("GET /3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read(), std::string(3 * piece_bytes, 'p'));
  EXPECT_EQ(client.field("Connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Stream, CompressesOnTheWay) {
  const auto server = serve(stream);
  Client client(server->port());
  const std::string body = client.ask(get("/20/gzip"));
  EXPECT_EQ(client.field("Content-Encoding"), "gzip");
  EXPECT_EQ(body.substr(0, 2), "\x1f\x8b");
  EXPECT_LT(body.size(), 20 * piece_bytes / 50);
}

// The client must see that the answer is not whole: no last chunk, no further answer.
TEST(Stream, CutsTheConnectionWhereTheBodyFails) {
  const auto server = serve(stream);
  for (const char* path : {"/5/cut", "/5/short"}) {
    Client client(server->port());
    client.write(get(path) + get("/"));
    EXPECT_LE(client.read().size(), 5 * piece_bytes + std::string("(cut)").size());
    EXPECT_TRUE(client.closed());
  }
  Client next(server->port());
  EXPECT_EQ(next.ask(get("/")), "small");
}

// What any thread says, for any number of connections to pass on.
class Wire {
 public:
  void say(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    said_ += text;
  }
  void end() { ended_ = true; }

  class Listener final : public Body {
   public:
    Listener(Wire& wire, bool urgent) : wire_(wire), urgent_(urgent) {}
    bool produce(Output& out, std::size_t budget) override {
      const std::scoped_lock lock(wire_.mutex_);
      const std::string piece = wire_.said_.substr(at_, budget);
      out.append(piece);
      at_ += piece.size();
      return at_ != wire_.said_.size() || !wire_.ended_;
    }
    [[nodiscard]] bool waits() const override {
      const std::scoped_lock lock(wire_.mutex_);
      return at_ == wire_.said_.size() && !wire_.ended_;
    }
    [[nodiscard]] bool urgent() const override { return urgent_; }

   private:
    Wire& wire_;
    std::size_t at_ = 0;
    bool urgent_;
  };

  FunctionHandler::Function handler() {
    return [this](const Request& request, Response& response) {
      response.start(200);
      if (request.path == "/") return response.send({"small"});
      response.stream(std::make_unique<Listener>(*this, request.path == "/urgent"), -1);
    };
  }

 private:
  std::mutex mutex_;
  std::string said_;
  std::atomic<bool> ended_{false};
};

TEST(Stream, WaitsUntilItIsWoken) {
  Wire wire;
  const auto handler = wire.handler();
  const auto server = serve(handler, {.workers = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<Client>(server->port()));
    clients.back()->write(get(i % 2 == 0 ? "/wire" : "/urgent"));
  }
  Client other(server->port());
  EXPECT_EQ(other.ask(get("/")), "small");
  for (const char* text : {"one ", "two ", "three"}) {
    wire.say(text);
    server->wake_streams();
  }
  EXPECT_EQ(other.ask(get("/")), "small");
  wire.end();
  server->wake_streams();
  for (const auto& client : clients) EXPECT_EQ(client->read(), "one two three");
  EXPECT_EQ(clients.front()->ask(get("/")), "small") << "the connection goes on";
}

TEST(Stream, OutlivesTheIdleTime) {
  Wire wire;
  const auto handler = wire.handler();
  ServerOptions options;
  options.limits.idle_time = std::chrono::milliseconds(1);
  const auto server = serve(handler, options);
  Client client(server->port());
  client.write(get("/wire"));
  Client idle(server->port());
  EXPECT_TRUE(idle.closed()) << "so that the limit has been looked at";
  wire.say("still here");
  wire.end();
  server->wake_streams();
  EXPECT_EQ(client.read(), "still here");
}

TEST(Stream, ThatWaitsEndsWithItsReader) {
  Wire wire;
  const auto handler = wire.handler();
  const auto server = serve(handler);
  for (const bool hard : {true, false}) {
    Client reader(server->port());
    wire.say("x");
    reader.write(get("/wire"));
    EXPECT_FALSE(reader.waits(std::chrono::seconds(20)));
    if (hard) {
      reader.reset();
    } else {
      reader.end_output();
    }
    Client other(server->port());
    while (server->counters()[0]->open.load() != 1) ASSERT_EQ(other.ask(get("/")), "small");
  }
}

// Whoever doesn't read makes nobody else wait, and holds no more than a slice of what was said.
TEST(Stream, HasNoPatienceWithASlowReaderAtOthersCost) {
  Wire wire;
  const auto handler = wire.handler();
  const auto server = serve(handler);
  constexpr std::size_t size = 8'000'000;  // more than the sockets take
  Client slow(server->port(), 4096);
  Client quick(server->port());
  slow.write(get("/wire"));
  quick.write(get("/wire"));
  wire.say(std::string(size, 'x'));
  server->wake_streams();
  wire.end();
  server->wake_streams();
  EXPECT_EQ(quick.read().size(), size);
  slow.reset();
}

TEST(Stream, EndsWithItsReader) {
  const auto server = serve(stream);
  Client reader(server->port(), 4096);
  reader.write(get("/100000"));
  reader.waits(std::chrono::seconds(20));
  reader.reset();
  Client other(server->port());
  while (server->counters()[0]->open.load() != 1) ASSERT_EQ(other.ask(get("/")), "small");
}

}  // namespace
}  // namespace aureacore::http
