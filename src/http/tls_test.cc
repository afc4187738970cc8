// TLS over real sockets, with curl as the client.
#include "http/tls.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "http/test_server.h"

namespace aureacore::http {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Finished {
  int status = 0;
  std::string output;
};

Finished run(const std::string& command) {
  Finished result;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> bytes{};
  while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), pipe))
    result.output.append(bytes.data(), count);
  result.status = WEXITSTATUS(::pclose(pipe));
  return result;
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() { std::filesystem::create_directories(folder_); }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  // A certificate that is its own authority: <name>.pem and <name>.key.
  void make(const std::string& name) const {
    const Finished made = run(fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {0}.key -out {0}.pem -days 2 "
        "-subj /CN={1} -addext subjectAltName=DNS:localhost,IP:127.0.0.1",
        file(name), name));
    ASSERT_EQ(made.status, 0) << made.output;
  }
  TlsOptions options(const std::string& name) const {
    return {.certificate_file = file(name + ".pem"), .key_file = file(name + ".key")};
  }
  void serve(const TlsOptions& tls, const Limits& limits = {}) {
    auto context = TlsContext::load(tls);
    ASSERT_TRUE(context) << context.error().message;
    slot_ = std::make_shared<TlsSlot>(*context);
    ServerOptions server;
    server.tls = slot_;
    server.limits = limits;
    server_ = http::serve(function_, server);
  }
  Finished curl(const std::string& arguments, const std::string& path = "/a") const {
    return run(fmt::format("curl --silent --show-error --max-time 20 {} https://localhost:{}{}", arguments,
                           server_->port(), path));
  }
  std::string trusting(const std::string& name) const { return "--cacert " + file(name + ".pem"); }
  std::string identity(const std::string& name) const {
    return fmt::format(" --cert {0}.pem --key {0}.key", file(name));
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("aureacore-tls-{}", ::getpid());
  FunctionHandler::Function function_ = echo;
  std::shared_ptr<TlsSlot> slot_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, AnswersThoseWhoTrustItsCertificate) {
  make("a");
  serve(options("a"));
  for (const char* version : {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"}) {
    const Finished answer = curl(fmt::format("{} {}", trusting("a"), version), "/a?b");
    EXPECT_EQ(answer.status, 0) << answer.output;
    EXPECT_EQ(answer.output, "GET /a b ");
  }
  EXPECT_EQ(curl("").status, 60) << "curl knows no authority for it";
  EXPECT_NE(curl(trusting("a") + " --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0").status, 0);
  EXPECT_THAT(curl(trusting("a") + " --verbose").output, HasSubstr("server accepted http/1.1"));
}

TEST_F(TlsTest, CarriesLargeBodiesBothWaysAndManyRequestsOnOneConnection) {
  make("a");
  static const std::string large(3 << 20, 'x');  // read by the server until it stops, after this test
  function_ = [&](const Request& request, Response& response) {
    response.start(200);
    const std::string size = std::to_string(request.body.size());
    request.path == "/large" ? response.send({large}) : response.send({size});
  };
  serve(options("a"), {.body_bytes = 8 << 20});
  std::ofstream(file("large")) << large << large;
  EXPECT_EQ(curl(trusting("a") + " --data-binary @" + file("large")).output, std::to_string(2 * large.size()));
  const std::string url = fmt::format("https://localhost:{}/", server_->port());
  const Finished many =
      run(fmt::format("curl --silent --max-time 20 {} {}large {}large {}x --write-out '%{{num_connects}}' | tail -c 4",
                      trusting("a"), url, url, url));
  EXPECT_EQ(many.output, "x000") << "the last of three answers on one connection";
}

TEST_F(TlsTest, AsksClientsForCertificatesWhereItIsTo) {
  for (const char* name : {"a", "client", "stranger"}) make(name);
  TlsOptions tls = options("a");
  tls.client_ca_file = file("client.pem");
  serve(tls);
  EXPECT_NE(curl(trusting("a")).status, 0);
  EXPECT_NE(curl(trusting("a") + identity("stranger")).status, 0);
  EXPECT_EQ(curl(trusting("a") + identity("client")).output, "GET /a  ");
  server_.reset();
  tls.client_must_have_one = false;
  serve(tls);
  EXPECT_EQ(curl(trusting("a")).output, "GET /a  ");
  EXPECT_NE(curl(trusting("a") + identity("stranger")).status, 0);
}

TEST_F(TlsTest, TellsWhoSpeaksPlainly) {
  make("a");
  serve(options("a"));
  Client client(server_->port());
  EXPECT_THAT(client.ask(get("/a")), HasSubstr("expected TLS"));
  EXPECT_EQ(client.status(), 400);
  EXPECT_TRUE(client.closed());
  Client noise(server_->port());
  noise.write(std::string(2000, '\x16'));
  noise.read_rest();
  EXPECT_EQ(server_->counters().front()->tls_failed.load(), 2);
}

TEST_F(TlsTest, WaitsForNoGreetingLongerThanForHeaders) {
  make("a");
  serve(options("a"), {.header_time = std::chrono::milliseconds(100)});
  Client silent(server_->port());
  Client slow(server_->port());
  slow.write("\x16\x03\x01");
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(slow.closed());
}

TEST_F(TlsTest, GreetsNewConnectionsWithTheNewCertificateAndKeepsTheOldOnes) {
  make("a");
  make("b");
  serve(options("a"));
  FILE* const client = ::popen(
      fmt::format("openssl s_client -quiet -no_ign_eof -verify_quiet -CAfile {} -connect localhost:{} > {} 2>&1",
                  file("a.pem"), server_->port(), file("answers"))
          .c_str(),
      "w");
  const auto ask = [&](const std::string& path) {
    std::fputs(get(path).c_str(), client);
    std::fflush(client);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string text;
    do {
      std::ifstream in(file("answers"));
      text.assign(std::istreambuf_iterator<char>(in), {});
    } while (text.find("GET " + path) == std::string::npos && std::chrono::steady_clock::now() < deadline);
    return text;
  };
  EXPECT_THAT(ask("/first"), HasSubstr("GET /first"));
  slot_->set(TlsContext::load(options("b")).value());
  EXPECT_EQ(curl(trusting("b")).output, "GET /a  ");
  EXPECT_EQ(curl(trusting("a")).status, 60);
  EXPECT_THAT(ask("/second"), HasSubstr("GET /second")) << "on the connection from before";
  ::pclose(client);
}

TEST_F(TlsTest, SaysWhatIsWrongWithItsFiles) {
  make("a");
  make("b");
  TlsOptions tls = options("a");
  tls.key_file = file("b.key");
  EXPECT_THAT(TlsContext::load(tls).error().message, HasSubstr("b.key"));
  tls.certificate_file = file("none.pem");
  EXPECT_THAT(TlsContext::load(tls).error().message, StartsWith("expected a certificate in"));
  tls = options("a");
  tls.client_ca_file = file("a.key");
  EXPECT_THAT(TlsContext::load(tls).error().message, HasSubstr("a.key"));
  const auto ends = TlsContext::load(options("a")).value()->ends() - std::chrono::system_clock::now();
  EXPECT_GT(ends, std::chrono::hours(47));
  EXPECT_LE(ends, std::chrono::hours(48));
}

}  // namespace
}  // namespace aureacore::http
