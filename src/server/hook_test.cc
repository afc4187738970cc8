// A push reaches three instances by one webhook: a real `git push` through `git http-backend`, whose post-receive hook posts to one
// of them by curl, signed by openssl; the others hear of it through Redis. Nobody asks Git on its own within the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "git/test_http.h"
#include "git/test_repository.h"
#include "redis/testing.h"
#include "server/app.h"
#include "server/random.h"
#include "server/test_client.h"
#include "server/test_shop.h"

namespace aureacore::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* secret = "It's a Secret to Everybody";

// Standard input as git gives it to a post-receive hook; the first argument, if any, is another port. The receipt goes to
// standard output, or to a file beside the repository.
constexpr std::string_view hook_script = R"(#!/bin/sh
while read -r before after ref; do
  body=$(printf '{{"ref":"%s","before":"%s","after":"%s","repository":{{"clone_url":"{url}"}}}}' "$ref" "$before" "$after")
  signature=$(printf '%s' "$body" | openssl dgst -sha256 -hmac "{secret}" -r | cut -d' ' -f1)
  curl -sS -o "${{2:-{receipt}}}" -H 'X-GitHub-Event: push' -H "X-GitHub-Delivery: $after" \
    -H "X-Hub-Signature-256: sha256=$signature" -H 'Content-Type: application/json' --data-binary "$body" \
    "http://127.0.0.1:${{1:-{port}}}/api/v1/hooks/git"
done
)";

class HookTest : public ::testing::Test {
 protected:
  static constexpr std::size_t size = 3;

  void SetUp() override {
    work_.git({"init", "-q", "--bare", "-b", "main", bare()});
    work_.git({"-C", bare(), "config", "http.receivepack", "true"});
    work_.commit_file("catalog-info.yaml", shop(0));
    work_.git({"push", "-q", bare(), "main"});
    for (std::size_t i = 0; i < size; ++i) {
      apps_.push_back(make(i));
      apps_.back()->start();
    }
    for (const auto& app : apps_) {
      ASSERT_TRUE(eventually([&] {
        return app->slot().latest() != nullptr && app->shared().state == sync::SharedStatus::State::in_step;
      }));
    }
    const std::string script =
        fmt::format(fmt::runtime(hook_script), fmt::arg("url", server_.url("http", "/Catalog")),
                    fmt::arg("secret", secret), fmt::arg("receipt", receipt()), fmt::arg("port", apps_[0]->port()));
    git::write_text(hook(), script);
    std::filesystem::permissions(hook(), std::filesystem::perms::owner_all);
  }
  void TearDown() override {
    for (const auto& app : apps_) app->stop();
  }

  std::unique_ptr<App> make(std::size_t number) {
    sync::SourceOptions source;
    source.tree.source = "main";
    source.tree.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
    source.remote.url = git::parse_url(server_.url("http", "/catalog.git"), {.insecure = true}).value();
    source.interval = 1h;
    Config config;
    config.port = 0;
    config.threads = 1;
    config.state_dir = folder_.path() / std::to_string(number);
    config.drain = 1s;
    config.sources = {source};
    config.cache.address = redis_.address();
    config.hooks.secrets = {hooks::Secret::parse(secret).value()};
    auto app = App::create(config, {.clock = clock_, .log = log_, .random = make_random(), .progress = {}});
    EXPECT_TRUE(app) << app.error().message;
    return std::move(*app);
  }

  [[nodiscard]] std::string bare() const { return (folder_.path() / "git" / "catalog.git").string(); }
  [[nodiscard]] std::string hook() const { return bare() + "/hooks/post-receive"; }
  [[nodiscard]] std::string receipt() const { return (folder_.path() / "receipt").string(); }

  // Pushes a commit; what the webhook was answered.
  std::string push(int number) {
    work_.commit_file("catalog-info.yaml", shop(number));
    std::filesystem::remove(receipt());
    work_.git({"push", "-q", server_.url("http", "/catalog.git"), "main"});
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(receipt()); }));
    return git::read_text(receipt());
  }
  // The webhook of the last push again, to another instance.
  [[nodiscard]] std::string repeat(std::size_t instance) const {
    const std::string line = fmt::format("{} {} refs/heads/main\n", work_.git({"rev-parse", "HEAD~1"}), work_.head());
    const char* search = std::getenv("PATH");
    const auto outcome =
        git::run({.arguments = {"/bin/sh", hook(), std::to_string(apps_[instance]->port()), "/dev/stdout"},
                  .environment = {std::string("PATH=") + (search == nullptr ? "/usr/bin:/bin" : search)},
                  .input = line});
    return outcome ? outcome->output : outcome.error().message;
  }

  // How many announcements this instance has followed.
  [[nodiscard]] std::uint64_t followed(std::size_t instance) const {
    constexpr std::string_view name = R"(aureacore_propagation_seconds_count{by="announcement"} )";
    const std::string metrics = ask(apps_[instance]->port(), "/metrics");
    const auto at = metrics.find(name);
    if (at == std::string::npos) return 0;
    const auto begin = at + name.size();
    return base::parse_number(std::string_view(metrics).substr(begin, metrics.find('\n', begin) - begin)).value_or(0);
  }

  template <class Condition>
  [[nodiscard]] static bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // threads of low priority have their turn
    }
    return true;
  }
  static std::string version_of(const std::string& receipt) {
    constexpr std::string_view before = R"("version":")";
    const auto at = receipt.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return receipt.substr(begin, receipt.find('"', begin) - begin);
  }

  git::TemporaryFolder folder_;
  git::TestRepository work_;
  git::TestServer server_{[this](int connection) {
    git::send_all(connection, git::answer_request(git::read_request(connection), (folder_.path() / "git").string()));
  }};
  redis::TestServer redis_;
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  std::vector<std::unique_ptr<App>> apps_;
};

TEST_F(HookTest, OnePushReachesThreeInstances) {
  for (int number = 1; number <= 3; ++number) {
    const std::string receipt = push(number);
    EXPECT_THAT(receipt, HasSubstr(R"("result":"accepted")"));
    const std::string version = version_of(receipt);
    ASSERT_THAT(version, StartsWith("p1-"));
    const std::string expected = fmt::format(R"("description":"{}")", number);
    for (const auto& app : apps_) {
      const auto answer = ask(app->port(), fmt::format("{}?consistency=session;version={}", shop_path, version));
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
      EXPECT_THAT(answer, HasSubstr(expected));
    }
  }
  EXPECT_THAT(ask(apps_[0]->port(), "/metrics"), HasSubstr(R"(aureacore_propagation_seconds_count{by="webhook"} 3)"));
}

TEST_F(HookTest, OthersFollowWithoutBeingAsked) {
  const auto served = [&] {
    return std::ranges::all_of(
        apps_, [&](const auto& app) { return app->slot().latest()->version().find("main")->commit == work_.head(); });
  };
  // By the announcement, or where the timer was first, by the next one.
  const auto before = std::pair(followed(1), followed(2));
  int number = 0;
  EXPECT_TRUE(eventually([&] {
    push(++number);
    EXPECT_TRUE(eventually(served));
    return followed(1) > before.first && followed(2) > before.second;
  })) << number
      << " pushes";
}

TEST_F(HookTest, ADeliveryCountsOnceOnAllInstances) {
  push(1);
  EXPECT_THAT(repeat(0), HasSubstr(R"("result":"duplicate")"));
  EXPECT_THAT(repeat(1), HasSubstr(R"("result":"duplicate")"));
  // Without the store each remembers what it has seen itself.
  redis_.kill();
  EXPECT_THAT(repeat(1), HasSubstr(R"("result":"duplicate")"));
  EXPECT_THAT(repeat(2), HasSubstr(R"("result":"accepted")"));
  EXPECT_THAT(repeat(2), HasSubstr(R"("result":"duplicate")"));
}

}  // namespace
}  // namespace aureacore::server
