// The program as several processes that share a real Redis: one that publishes is killed -9 in the middle of its work, again
// and again, while look-ups run through another one: none fails, none goes back, and what is served in the end is the last
// commit.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/text.h"
#include "git/test_repository.h"
#include "redis/testing.h"
#include "server/test_client.h"

namespace aureacore {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view target = "/api/catalog/entities/by-name/component/default/shop";

// One process, with a state directory of its own.
class Process {
 public:
  Process(std::filesystem::path folder, const git::TestRepository& repository, const redis::TestServer& server)
      : folder_(std::move(folder)) {
    git::write_text(folder_ / "config.yaml",
                    fmt::format("listen: 127.0.0.1:0\nthreads: 1\nallow_local: true\nstate_dir: {}\n"
                                "cache: {{url: \"{}\"}}\nsources: [{{url: {}, branch: main, interval: 100ms}}]\n",
                                (folder_ / "state").string(), server.address().text(), repository.url()));
  }
  void start() {
    std::filesystem::remove(log());
    program_.emplace(
        std::vector<std::string>{AUREACORE_PROGRAM, "serve", "--config", (folder_ / "config.yaml").string()},
        log().string());
    redis::wait_until("the program listens", [this] { return find_port(); });
  }
  void kill() { program_.reset(); }
  [[nodiscard]] std::string get() const { return server::ask(port_, target); }
  [[nodiscard]] std::string text() const { return git::read_text(log()); }

 private:
  [[nodiscard]] std::filesystem::path log() const { return folder_ / "log"; }
  bool find_port() {
    constexpr std::string_view mark = "listening on http://127.0.0.1:";
    const std::string lines = text();
    const auto at = lines.find(mark);
    const auto end = lines.find('\n', at);
    if (at == std::string::npos || end == std::string::npos) return false;
    const auto begin = at + mark.size();
    port_ =
        static_cast<std::uint16_t>(base::parse_number(std::string_view(lines).substr(begin, end - begin)).value_or(0));
    return port_ != 0;
  }

  const std::filesystem::path folder_;
  std::optional<redis::TestProgram> program_;
  std::uint16_t port_ = 0;
};

class KilledProcessTest : public testing::Test {
 protected:
  static constexpr int rounds = 6;

  void commit() {
    repository_.commit_file(
        "catalog-info.yaml",
        fmt::format("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: shop, description: '{}'}}\n"
                    "spec: {{type: service, lifecycle: production, owner: team}}\n",
                    ++commits_));
  }
  // The version that this answer is of; nothing: it is none.
  static std::optional<std::uint64_t> position(const std::string& answer) {
    if (!answer.starts_with("HTTP/1.1 200")) return std::nullopt;
    const auto version = server::header(answer, "AureaCore-Version");
    const auto parts = base::split(version, '-');
    return parts.size() == 3 ? base::parse_number(parts[1]) : std::nullopt;
  }
  void look(const Process& process) {
    const auto answer = process.get();
    const auto found = position(answer);
    ASSERT_TRUE(found) << answer << process.text();
    ASSERT_GE(*found, last_);
    last_ = *found;
  }
  void look_until(const Process& process, std::uint64_t wanted) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (last_ < wanted) {
      look(process);
      ASSERT_FALSE(HasFatalFailure());
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << process.text();
    }
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  const redis::TestServer server_;
  std::uint64_t commits_ = 0;
  std::uint64_t last_ = 0;
};

TEST_F(KilledProcessTest, WhilePublishing) {
  commit();
  Process steady(folder_.path() / "steady", repository_, server_);
  Process killed(folder_.path() / "killed", repository_, server_);
  steady.start();
  redis::wait_until("it serves", [&] { return position(steady.get()).has_value(); });
  for (int round = 0; round < rounds; ++round) {
    killed.start();
    redis::wait_until("it serves", [&] { return position(killed.get()).has_value(); });
    commit();
    // Some looks later it is listing, fetching, writing, moving the head or done: each round another moment.
    for (int i = 0; i < 10 * round; ++i) look(steady);
    killed.kill();
    ASSERT_NO_FATAL_FAILURE(look_until(steady, commits_)) << "round " << round;
  }
  // Warm from what is there, whatever was left behind.
  killed.start();
  redis::wait_until("it serves", [&] { return position(killed.get()).has_value(); });
  last_ = 0;
  ASSERT_NO_FATAL_FAILURE(look_until(killed, commits_));
}

}  // namespace
}  // namespace aureacore
