// Real requests to a receiver on loopback, and those that must never leave.
#include "notify/http_post.h"

#include <gmock/gmock.h>

#include "notify/test_receiver.h"

namespace aureacore::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Post post(std::string url, bool allow_private = true) {
  return {
      .url = std::move(url), .headers = {"webhook-id: msg_1"}, .body = R"({"a":1})", .allow_private = allow_private};
}

TEST(HttpPost, SendsWhatItIsGiven) {
  Receiver receiver([](auto&) { return Receiver::status(204); });
  Poster poster;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(poster.send(post(receiver.url("/hook?x=1")), {}).value(), 204);
  const auto requests = receiver.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[0], StartsWith("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(requests[0], HasSubstr("webhook-id: msg_1\r\n"));
  EXPECT_THAT(requests[0], EndsWith("\r\n\r\n{\"a\":1}"));
}

// By number, by name, by IPv6 and in every spelling that resolves there: nothing even connects.
TEST(HttpPost, ReachesNoPrivateAddressUnlessItIsLet) {
  Receiver receiver([](auto&) { return Receiver::status(200); });
  Poster poster;
  for (const char* host :
       {"127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "[::]"}) {
    const auto refused = poster.send(post(fmt::format("http://{}:{}/", host, receiver.port()), false), {});
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, base::Code::denied) << host << ": " << refused.error().message;
  }
  EXPECT_TRUE(receiver.requests().empty());
  EXPECT_EQ(poster.send(post(fmt::format("http://localhost:{}/", receiver.port())), {}).value(), 200);
}

TEST(HttpPost, FollowsNoRedirect) {
  Receiver inner([](auto&) { return Receiver::status(200); });
  Receiver receiver([&](auto&) { return Receiver::status(307, fmt::format("Location: {}\r\n", inner.url())); });
  EXPECT_EQ(Poster().send(post(receiver.url()), {}).value(), 307);
  EXPECT_TRUE(inner.requests().empty());
}

TEST(HttpPost, SpeaksHttpAlone) {
  for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1:1/x", "ftp://127.0.0.1/"}) {
    EXPECT_FALSE(Poster().send(post(url), {})) << url;
  }
}

TEST(HttpPost, WaitsNoLongerThanItMay) {
  Receiver receiver([](auto&) { return std::string(); });
  Post slow = post(receiver.url());
  slow.time = 50ms;
  EXPECT_EQ(Poster().send(slow, {}).error().code, base::Code::timeout);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_EQ(Poster().send(post(receiver.url()), stopped.get_token()).error().message, "stopped");
}

TEST(HttpPost, SaysWhatIsOutOfReach) {
  std::string url;
  {
    Receiver gone([](auto&) { return std::string(); });
    url = gone.url();
  }
  EXPECT_EQ(Poster().send(post(url), {}).error().code, base::Code::unavailable);
  EXPECT_FALSE(Poster().send(post("http://nowhere.invalid/"), {}));
}

TEST(HttpPost, KnowsGoodUrls) {
  EXPECT_TRUE(check_url("https://hooks.example.com/x?y=z", false));
  EXPECT_TRUE(check_url("http://hooks.example.com", true));
  for (const char* wrong : {"", "hooks.example.com", "http://hooks.example.com", "ftp://x", "https://", "/x",
                            "https://user:secret@hooks.example.com/"}) {
    const auto checked = check_url(wrong, false);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().message.find("secret"), std::string::npos);
  }
  EXPECT_EQ(origin("https://hooks.example.com:8443/services/T0/secret?token=x"), "https://hooks.example.com:8443");
}

}  // namespace
}  // namespace aureacore::notify
