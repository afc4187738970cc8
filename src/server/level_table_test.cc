// What each consistency level gives, whatever is down: the table of docs/consistency.md, produced cell by cell with real servers,
// real Git and a real Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "base/text.h"
#include "git/test_repository.h"
#include "redis/testing.h"
#include "server/app.h"
#include "server/random.h"
#include "server/test_client.h"
#include "server/test_shop.h"

namespace aureacore::server {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view unknown = "v1-1-00000000000000000000000000000000";

enum class Column : std::uint8_t { well, git_down, redis_down, both_down, rewritten };

// The cells of the table in the documents, by the request that stands first in the row.
std::map<std::string, std::vector<std::string>> documented() {
  std::ifstream in(std::filesystem::path(__FILE__).parent_path() / "../../docs/consistency.md");
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    const auto parts = base::split(line, '|');
    if (parts.size() != 8) continue;
    auto& row = rows[std::string(base::trim(parts[1]))];
    for (std::size_t i = 2; i < 7; ++i) row.emplace_back(base::trim(parts[i]));
  }
  return rows;
}

class LevelTable : public testing::TestWithParam<Column> {
 protected:
  void SetUp() override {
    sync::SourceOptions source;
    source.tree.source = "main";
    source.tree.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
    source.remote.url = git::parse_url(repository_.path().string(), {.local = true}).value();
    source.interval = 300ms;
    Config config;
    config.port = 0;
    config.threads = 1;
    config.state_dir = folder_.path();
    config.drain = 1s;
    config.sources = {source};
    config.cache.address = redis_.address();
    config.versions.held = 2;
    commit();
    auto app = App::create(config, {.clock = clock_, .log = log_, .random = make_random(), .progress = {}});
    ASSERT_TRUE(app) << app.error().message;
    app_ = std::move(*app);
    app_->start();
    for (int i = 0; i < 2; ++i) {
      note_served();
      commit();
    }
    note_served();
  }
  void TearDown() override {
    if (app_) app_->stop();
  }

  void commit() { repository_.commit_file("catalog-info.yaml", shop(++commits_)); }
  // Waits until the last commit is served and shared.
  void note_served() {
    ASSERT_TRUE(eventually([&] {
      const auto snapshot = app_->slot().latest();
      return snapshot && snapshot->version().find("main")->commit == repository_.head() &&
             app_->shared().state == sync::SharedStatus::State::in_step;
    }));
    tokens_.push_back(app_->slot().latest()->token());
  }
  void enter(Column column) {
    if (column == Column::git_down || column == Column::both_down) {
      std::filesystem::rename(repository_.path() / ".git", repository_.path() / "gone");
      ASSERT_TRUE(eventually([&] { return achieved("eventual").ends_with("degraded"); }));
    }
    if (column == Column::redis_down || column == Column::both_down) {
      redis_.kill();
      ASSERT_TRUE(eventually([&] { return app_->shared().state == sync::SharedStatus::State::unreachable; }));
    }
    if (column == Column::rewritten) {
      repository_.write("catalog-info.yaml", shop(0));
      repository_.git({"add", "-A"});
      repository_.git({"commit", "-q", "--amend", "-m", "another"});
      note_served();
    }
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

  // As the table says it: the status, the level achieved, where the version came from, whether it is degraded.
  [[nodiscard]] std::string achieved(const std::string& level) const {
    const auto answer = ask(app_->port(), std::string(shop_path) + "?consistency=" + level);
    const auto status = answer.substr(9, 3);
    if (status != "200") return status;
    const auto said = header(answer, "AureaCore-Consistency");
    std::string cell = status + ' ' + said.substr(0, said.find(';'));
    const auto cache = header(answer, "Cache-Status");
    if (cache.starts_with("aureacore-redis")) cell += ", from Redis";
    if (cache.ends_with("detail=git")) cell += ", from Git";
    if (said.find("degraded") != std::string::npos) cell += ", degraded";
    return cell;
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  redis::TestServer redis_;
  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  int commits_ = 0;
  std::vector<std::string> tokens_;  // of the versions, in the order in which they were served
  std::unique_ptr<App> app_;
};

TEST_P(LevelTable, IsWhatTheDocumentsSay) {
  enter(GetParam());
  const auto version = [](std::string_view level, std::string_view token) {
    return fmt::format("{};version=%22{}%22", level, token);
  };
  const std::string before = tokens_[tokens_.size() - 2];
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"`eventual`", "eventual"},
      {"`bounded; max-age=3600`", "bounded;max-age=3600"},
      {"`bounded; max-age=0`", "bounded;max-age=0"},
      {"`session`, of a version that was served here", version("session", before)},
      {"`session`, of one that wasn't", version("session", unknown)},
      {"`snapshot`, of a version in memory", version("snapshot", before)},
      {"`snapshot`, of one that isn't", version("snapshot", tokens_.front())},
      {"`snapshot`, of one that nobody has", version("snapshot", unknown)},
      {"`strong`", "strong"},
  };
  const auto table = documented();
  for (const auto& [row, level] : requests) {
    const auto cells = table.find(row);
    ASSERT_NE(cells, table.end()) << row;
    EXPECT_EQ(achieved(level), cells->second.at(static_cast<std::size_t>(GetParam()))) << row;
  }
  EXPECT_EQ(header(ask(app_->port(), std::string(shop_path) + "?consistency=" + "strong"), "Retry-After").empty(),
            GetParam() != Column::git_down && GetParam() != Column::both_down);
}

INSTANTIATE_TEST_SUITE_P(Columns, LevelTable,
                         testing::Values(Column::well, Column::git_down, Column::redis_down, Column::both_down,
                                         Column::rewritten));

}  // namespace
}  // namespace aureacore::server
