// Remotes that misbehave: silent, babbling, gone halfway, wanting a password.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>

#include "git/remote.h"
#include "git/repository.h"
#include "git/test_http.h"
#include "git/test_repository.h"
#include "git/test_server.h"

namespace aureacore::git {
namespace {

using base::Code;
using std::chrono::milliseconds;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr SchemePolicy open{.insecure = true, .local = true};
constexpr const char* secret = "s3cret-token";
constexpr const char* token = "bWU6czNjcmV0LXRva2Vu";  // "me:s3cret-token" in base64

class FaultTest : public testing::Test {
 protected:
  FaultTest() { commit_ = origin_.commit_file("a", std::string(100'000, 'x')); }

  [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "mirror"; }
  [[nodiscard]] static RemoteOptions options(const std::string& url) {
    return {.url = parse_url(url, open).value(), .branch = "main", .credentials = {}};
  }
  [[nodiscard]] GitRemote remote(const std::string& url) const { return {directory(), options(url)}; }
  // Answers like a git server, after `change` has had its way with the answer.
  [[nodiscard]] TestServer::Handler backend(std::function<void(const TestRequest&, std::string&)> change) const {
    return [root = origin_.path().string(), change = std::move(change)](int connection) {
      const TestRequest request = read_request(connection);
      if (request.method.empty()) return;
      std::string answer = answer_request(request, root);
      change(request, answer);
      send_all(connection, answer);
    };
  }

  TestRepository origin_;
  TemporaryFolder folder_;
  std::string commit_;
};

TEST_F(FaultTest, GivesUpOnARemoteThatNeverAnswers) {
  const TestServer server([](int connection) { receive_until_closed(connection); });
  for (const auto* scheme : {"git", "http"}) {
    RemoteOptions silent = options(server.url(scheme, "/a.git"));
    silent.list_deadline = milliseconds(300);
    silent.fetch_deadline = milliseconds(300);
    GitRemote remote(directory(), silent);
    const auto tip = remote.advertised({});
    ASSERT_FALSE(tip);
    EXPECT_EQ(tip.error().code, Code::timeout) << tip.error().message;
    EXPECT_THAT(tip.error().message, HasSubstr(silent.url.display));
    EXPECT_EQ(remote.fetch({.branch = "main", .commit = commit_}, {}).error().code, Code::timeout);
  }
}

TEST_F(FaultTest, GivesUpOnATrickle) {
  const TestServer trickle([](int connection) {
    read_request(connection);
    send_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n0");
    receive_until_closed(connection);
  });
  RemoteOptions slow = options(trickle.url("http", "/a.git"));
  slow.low_speed_time = std::chrono::seconds(1);
  const auto tip = GitRemote(directory(), slow).advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::timeout) << tip.error().message;
  EXPECT_THAT(tip.error().message, HasSubstr("too slow"));
}

TEST_F(FaultTest, SaysThatNobodyListens) {
  std::string url;
  {
    const TestServer server([](int) {});
    url = server.url("http", "/a.git");
  }
  const auto tip = remote(url).advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::unavailable) << tip.error().message;
}

TEST_F(FaultTest, SaysThatTheAnswerIsGarbage) {
  const TestServer plain([](int connection) {
    std::string buffer(100, '\0');
    ::recv(connection, buffer.data(), buffer.size(), 0);
    send_all(connection, "zzzz this is no git\x01\x02\xff");
  });
  const auto by_git = remote(plain.url("git", "/a.git")).advertised({});
  ASSERT_FALSE(by_git);
  EXPECT_EQ(by_git.error().code, Code::corrupt) << by_git.error().message;
  const std::string page = "<html>Hello</html>";
  // A page of any other type is to git an empty listing of the old protocol over plain files.
  const std::array<std::pair<std::string, Code>, 2> cases = {
      {{"application/x-git-upload-pack-advertisement", Code::corrupt}, {"text/html", Code::not_found}}};
  for (const auto& [type, code] : cases) {
    const TestServer web([&](int connection) {
      read_request(connection);
      send_all(connection,
               fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                           type, page.size(), page));
    });
    const auto by_http = remote(web.url("http", "/a.git")).advertised({});
    ASSERT_FALSE(by_http);
    EXPECT_EQ(by_http.error().code, code) << by_http.error().message;
  }
}

TEST_F(FaultTest, OutlivesARemoteThatDisappearsHalfway) {
  std::atomic<bool> cut = true;
  const TestServer server(backend([&](const TestRequest& request, std::string& answer) {
    const bool pack = request.path.ends_with("git-upload-pack") && request.body.contains("command=fetch");
    if (cut && pack) answer.resize(answer.size() / 2);
  }));
  GitRemote remote = this->remote(server.url("http", "/.git"));
  origin_.git({"config", "core.compression", "0"});
  const auto first = remote.advertised({});
  ASSERT_TRUE(first) << first.error().message;
  cut = false;
  ASSERT_TRUE(remote.fetch(*first, {}));
  const std::string next = origin_.commit_file("b", std::string(100'000, 'y'));
  cut = true;
  const auto status = remote.fetch({.branch = "main", .commit = next}, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::unavailable) << status.error().message;
  EXPECT_EQ(remote.mirrored()->commit, commit_) << "the last good one is still there";
  for (const auto& entry : std::filesystem::directory_iterator(directory() / "objects" / "pack")) {
    EXPECT_TRUE(entry.path().filename().string().starts_with("pack-")) << entry.path();
  }
  cut = false;
  EXPECT_TRUE(remote.fetch({.branch = "main", .commit = next}, {}));
  EXPECT_EQ(remote.mirrored()->commit, next);
}

TEST_F(FaultTest, KeepsAGoodMirrorWhenTheServerSendsGarbage) {
  std::atomic<bool> garbage = false;
  const TestServer server(backend([&](const TestRequest& request, std::string& answer) {
    if (garbage && request.body.contains("command=fetch")) answer.replace(answer.find("PACK"), 4, "KCAP");
  }));
  GitRemote remote = this->remote(server.url("http", "/.git"));
  ASSERT_TRUE(remote.fetch({.branch = "main", .commit = commit_}, {}));
  garbage = true;
  const auto status = remote.fetch({.branch = "main", .commit = origin_.commit_file("b", "2")}, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::corrupt) << status.error().message;
  EXPECT_EQ(remote.mirrored()->commit, commit_);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "mirror.set-aside"));
}

TEST_F(FaultTest, FollowsNoRedirection) {
  std::atomic<int> reached = 0;
  const TestServer target([&](int connection) {
    ++reached;
    read_request(connection);
  });
  const TestServer server([&](int connection) {
    read_request(connection);
    send_all(connection, "HTTP/1.1 301 Moved\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " +
                             target.url("http", "/a.git") + "/info/refs?service=git-upload-pack\r\n\r\n");
  });
  const auto tip = remote(server.url("http", "/a.git")).advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::invalid) << tip.error().message;
  EXPECT_EQ(reached, 0);
}

// What every process of this machine shows to everybody.
std::string all_command_lines() {
  std::string text;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error))
    text += read_text(entry.path() / "cmdline") + '\n';
  return text;
}

TEST_F(FaultTest, SendsCredentialsAndShowsThemNowhere) {
  std::mutex mutex;  // guards what the server's thread notes down
  std::string seen;
  int authorized = 0;
  const TestServer server([&](int connection) {
    const TestRequest request = read_request(connection);
    const bool right = request.header("Authorization") == std::string("Basic ") + token;
    {
      const std::scoped_lock lock(mutex);
      seen += all_command_lines();
      authorized += right ? 1 : 0;
    }
    if (right) {
      send_all(connection, answer_request(request, origin_.path().string()));
      return;
    }
    send_all(
        connection,
        "HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n");
  });
  RemoteOptions with = options(server.url("http", "/.git"));
  with.credentials.username = "me";
  with.credentials.password = secret;
  GitRemote remote(directory(), with);
  const auto tip = remote.advertised({});
  ASSERT_TRUE(tip) << tip.error().message;
  ASSERT_TRUE(remote.fetch(*tip, {}));
  {
    const std::scoped_lock lock(mutex);
    EXPECT_GE(authorized, 3);
    EXPECT_THAT(seen, HasSubstr("ls-remote"));
    EXPECT_THAT(seen, Not(AnyOf(HasSubstr(secret), HasSubstr(token))));
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory())) {
    if (entry.is_regular_file()) EXPECT_THAT(read_text(entry.path()), Not(AnyOf(HasSubstr(secret), HasSubstr(token))));
  }

  with.credentials = {};
  const auto without = GitRemote(directory(), with).advertised({});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().code, Code::denied) << without.error().message;
}

TEST_F(FaultTest, KeepsSecretsOutOfErrorsEvenIfTheServerRepeatsThem) {
  const TestServer server([&](int connection) {
    const std::string body = std::string("fatal: repository ") + secret + " " + token + " not found\n";
    const std::string given = read_request(connection).header("Authorization");
    send_all(connection, "HTTP/1.1 404 " + given +
                             "\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body);
  });
  RemoteOptions with = options(server.url("http", "/a.git"));
  with.credentials.username = "me";
  with.credentials.password = secret;
  const auto tip = GitRemote(directory(), with).advertised({});
  ASSERT_FALSE(tip);
  EXPECT_EQ(tip.error().code, Code::not_found) << tip.error().message;
  EXPECT_THAT(tip.error().message, Not(AnyOf(HasSubstr(secret), HasSubstr(token))));
}

TEST_F(FaultTest, StopsAFetchWhenAsked) {
  std::stop_source source;
  const TestServer server([&](int connection) {
    source.request_stop();
    receive_until_closed(connection);
  });
  GitRemote remote = this->remote(server.url("git", "/a.git"));
  const auto status = remote.fetch({.branch = "main", .commit = commit_}, source.get_token());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::timeout);
}

}  // namespace
}  // namespace aureacore::git
