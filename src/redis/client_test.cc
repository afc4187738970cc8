// The client with one real server, and what may befall it.
#include "redis/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis/test_commands.h"
#include "redis/test_proxy.h"

namespace aureacore::redis {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using State = resilience::CircuitBreaker::State;

ClientOptions options(Address address) {
  ClientOptions options{.address = std::move(address)};
  options.breaker = {.failures = 3, .cooldown = milliseconds(200), .longest = milliseconds(400)};
  return options;
}

TEST(Client, AnswersEachCommandOfAPipeline) {
  const TestServer server;
  TestClient client(options(server.address()));
  const std::vector commands = {set("a", "1"), get("a"), get("b"), Command("LPUSH").key("a").argument("x"),
                                Command("EVALSHA").argument(std::string(40, 'a')).argument(0)};
  const auto replies = client->pipeline(commands, soon());
  ASSERT_EQ(replies.size(), commands.size());
  EXPECT_TRUE(as_ok(*replies[0]));
  EXPECT_EQ(replies[1]->text, "1");
  EXPECT_TRUE(replies[2]->is_null());
  EXPECT_EQ(replies[3].error().code, Code::not_found) << "no list is there";
  EXPECT_THAT(replies[3].error().message, AllOf(HasSubstr("redis LPUSH: " + server.endpoint().text() + ": WRONGTYPE")));
  EXPECT_EQ(replies[4].error().code, Code::not_found);
  EXPECT_EQ(client->counters().commands, 5U);
  EXPECT_EQ(client->counters().round_trips, 1U);
  EXPECT_EQ(client->counters().failed, 2U);
  EXPECT_TRUE(client->pipeline({}, soon()).empty());
}

TEST(Client, NoticesARestartBetweenTwoCalls) {
  TestServer server;
  TestClient client(options(server.address()));
  EXPECT_TRUE(client->call(set("a", "1"), soon()));
  server.kill();
  server.restart();
  const auto reply = client->call(set("a", "1"), soon());
  EXPECT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(client->counters().retried, 0U);
}

TEST(Client, FailsAtOnceWhileAServerIsDownAndComesBackByItself) {
  TestServer server;
  std::string lines;
  TestClient client(options(server.address()), [&](std::string_view line) { lines += line; });
  server.kill();
  std::string said;
  for (int i = 0; i < 10; ++i) {
    const auto reply = client->call(get("a"), soon());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::unavailable);
    said += reply.error().message + '\n';
  }
  EXPECT_THAT(said, HasSubstr("it failed too often; the next attempt is made in"));
  EXPECT_EQ(client->servers().at(0).circuit, State::open);
  EXPECT_THAT(lines, HasSubstr("redis server given up for now"));
  server.restart();
  wait_until("the client comes back", [&] { return client->call(get("a"), soon()).has_value(); });
  EXPECT_EQ(client->servers().at(0).circuit, State::closed);
  EXPECT_THAT(lines, HasSubstr("redis server answers again"));
}

TEST(Client, KeepsDeadlinesWithAServerThatHangs) {
  const TestServer server;
  TestClient client(options(server.address()));
  EXPECT_TRUE(client->call(get("a"), soon()));
  server.pause();
  for (int i = 0; i < 6; ++i) {
    const auto begin = Deadline::now();
    EXPECT_FALSE(client->call(get("a"), Deadline::in(milliseconds(100))));
    EXPECT_LT(Deadline::now() - begin, seconds(2));
  }
  EXPECT_NE(client->servers().at(0).circuit, State::closed);
  server.go_on();
  wait_until("the client comes back", [&] { return client->call(get("a"), soon()).has_value(); });
}

TEST(Client, KeepsDeadlinesWithASlowServer) {
  const TestServer server({.tcp = true});
  TestProxy proxy(server.endpoint());
  TestClient client(options(proxy.address()));
  EXPECT_TRUE(client->call(get("a"), soon()));
  proxy.delay(seconds(1));
  const auto begin = Deadline::now();
  const auto reply = client->call(get("a"), Deadline::in(milliseconds(200)));
  EXPECT_EQ(reply.error().code, Code::timeout);
  EXPECT_LT(Deadline::now() - begin, milliseconds(900));
}

TEST(Client, DoesNotCountAgainstTheServerWhatItsCallerStopped) {
  const TestServer server;
  TestClient client(options(server.address()));
  server.pause();
  std::stop_source source;
  source.request_stop();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(client->call(get("a"), Deadline::in(seconds(20), source.get_token())));
  EXPECT_EQ(client->servers().at(0).circuit, State::closed);
}

TEST(Client, SendsNoWriteTwiceThatMayHaveBeenDone) {
  const TestPeer peer(says(""));
  auto patient = options(peer.address());
  patient.breaker.failures = 100;
  TestClient client(patient);
  EXPECT_FALSE(client->call(set("a", "1"), soon()));
  EXPECT_EQ(peer.connections(), 1);
  EXPECT_FALSE(client->call(get("a"), soon()));
  EXPECT_EQ(peer.connections(), 4) << "a read is tried again, twice";
}

TEST(Client, SharesABoundedNumberOfConnections) {
  const TestServer server;
  auto limited = options(server.address());
  limited.limits.connections = 2;
  TestClient client(limited);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 50; ++j) EXPECT_TRUE(client->call(get("a"), soon()));
      });
    }
  }
  EXPECT_LE(std::stoi(server.info({"INFO"}, "total_connections_received")), 2 + 3) << "ours, and those of the test";
  EXPECT_LE(std::stoi(server.info({"INFO"}, "connected_clients")), 2 + 1);
}

TEST(Client, SaysThatAllConnectionsAreInUse) {
  const TestServer server;
  auto limited = options(server.address());
  limited.limits.connections = 1;
  TestClient client(limited);
  EXPECT_TRUE(client->call(get("a"), soon()));
  server.pause();
  std::stop_source source;
  const std::jthread other(
      [&] { EXPECT_FALSE(client->call(get("a"), Deadline::in(seconds(20), source.get_token()))); });
  std::string said;
  wait_until("the connection is in use", [&] {
    const auto reply = client->call(get("a"), Deadline::in(milliseconds(20)));
    said = reply ? "" : reply.error().message;
    return said.contains("all 1 connections were in use");
  });
  source.request_stop();
}

TEST(Client, KeepsPasswordsAndValuesOutOfWhatItSays) {
  const TestServer server({.arguments = {"--requirepass", "right-s3cret"}, .password = "right-s3cret"});
  std::string said;
  auto wrong = options(server.address());
  wrong.password = "wrong-s3cret";
  TestClient client(wrong, [&](std::string_view line) { said += line; });
  for (int i = 0; i < 5; ++i) {
    const auto reply = client->call(set("k", "value-s3cret"), soon());
    ASSERT_FALSE(reply);
    said += reply.error().message;
  }
  EXPECT_THAT(said, AllOf(HasSubstr("refused user 'default'"), Not(HasSubstr("s3cret"))));
  auto right = options(server.address());
  right.password = "right-s3cret";
  TestClient other(right);
  const auto unknown = other->call(Command("SETT").key("k").argument("value-s3cret"), soon());
  EXPECT_THAT(unknown.error().message, AllOf(HasSubstr("unknown command 'SETT'"), Not(HasSubstr("s3cret"))));
}

TEST(Client, SpeaksTheOlderProtocolWithAnOlderServer) {
  const TestServer server({.arguments = {"--rename-command", "HELLO", "", "--requirepass", "p"}, .password = "p"});
  auto with_password = options(server.address());
  with_password.password = "p";
  TestClient client(with_password);
  const auto reply = client->call(Command("CONFIG").argument("GET").argument("databases"), soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->elements.size(), 2U) << "a map, as both protocols bring it";
}

class ClientTlsTest : public ::testing::Test {
 protected:
  ClientTlsTest() {
    authority.sign("server", "DNS:localhost,IP:127.0.0.1");
    authority.sign("elsewhere", "DNS:elsewhere.example.com");
    authority.sign("client", "DNS:client");
    other_authority.sign("client", "DNS:client");
    ours = {.ca_file = authority.file("ca.crt"),
            .certificate_file = authority.file("client.crt"),
            .key_file = authority.file("client.key")};
  }
  TestServer start(const std::string& certificate) {
    auto tester = ours;
    tester.server_name = certificate == "server" ? "localhost" : "elsewhere.example.com";
    context.emplace(*TlsContext::load(tester));
    return TestServer(
        {.tcp = true,
         .arguments = {"--tls-cert-file", authority.file(certificate + ".crt"), "--tls-key-file",
                       authority.file(certificate + ".key"), "--tls-ca-cert-file", authority.file("ca.crt")},
         .tls = &*context});
  }
  static base::Result<Reply> ping(const TestServer& server, TlsOptions tls) {
    auto all = options(server.address());
    all.tls = std::move(tls);
    TestClient client(all);
    std::vector<Command> commands(3, Command("ECHO").argument(std::string(1 << 20, 'x')));
    return std::move(client->pipeline(commands, soon()).back());
  }

  TestAuthority authority;
  TestAuthority other_authority;
  TlsOptions ours;
  std::optional<TlsContext> context;
};

TEST_F(ClientTlsTest, IsTrustedBothWays) {
  const TestServer server = start("server");
  const auto reply = ping(server, ours);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->text.size(), 1U << 20);
  auto stranger = ours;
  stranger.ca_file = other_authority.file("ca.crt");
  EXPECT_EQ(ping(server, stranger).error().code, Code::denied);
  auto nobody = ours;
  nobody.certificate_file = nobody.key_file = "";
  EXPECT_FALSE(ping(server, nobody)) << "the server wants a certificate";
  auto forged = ours;
  forged.certificate_file = other_authority.file("client.crt");
  forged.key_file = other_authority.file("client.key");
  EXPECT_FALSE(ping(server, forged));
}

TEST_F(ClientTlsTest, ChecksTheServersName) {
  const TestServer server = start("elsewhere");
  const auto reply = ping(server, ours);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::denied);
  EXPECT_THAT(reply.error().message, HasSubstr("IP address mismatch"));
  auto by_name = ours;
  by_name.server_name = "elsewhere.example.com";
  const auto named = ping(server, by_name);
  EXPECT_TRUE(named) << named.error().message;
  by_name.server_name = "localhost";
  EXPECT_THAT(ping(server, by_name).error().message, HasSubstr("hostname mismatch"));
}

TEST_F(ClientTlsTest, FailsWithAServerThatSpeaksNone) {
  const TestServer plain({.tcp = true});
  auto all = options(plain.address());
  all.address.tls = true;
  all.tls = ours;
  all.limits.connect_time = milliseconds(100);
  TestClient client(all);
  EXPECT_FALSE(client->call(get("a"), soon()));
}

TEST_F(ClientTlsTest, SaysWhichFileIsWrong) {
  const auto message = [&](const std::function<void(TlsOptions&)>& change) {
    auto tls = ours;
    change(tls);
    const auto context = TlsContext::load(tls);
    return context ? "ok" : context.error().message;
  };
  EXPECT_THAT(message([](TlsOptions& tls) { tls.ca_file = "/nowhere"; }), HasSubstr("authorities in /nowhere"));
  EXPECT_THAT(message([](TlsOptions& tls) { tls.certificate_file = "/nowhere"; }),
              HasSubstr("certificate in /nowhere"));
  EXPECT_THAT(message([](TlsOptions& tls) { tls.key_file = ""; }), HasSubstr("found one of them alone"));
  EXPECT_THAT(message([&](TlsOptions& tls) { tls.key_file = other_authority.file("client.key"); }),
              HasSubstr("expected the certificate's private key in"));
  EXPECT_EQ(message([](TlsOptions& tls) { tls.ca_file = ""; }), "ok");
}

}  // namespace
}  // namespace aureacore::redis
