// Versions that an archive by itself makes again, while time and configuration are the test's.
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <optional>
#include <utility>

#include "catalog/testing.h"
#include "sync/archive.h"
#include "sync/source.h"
#include "sync/test_syncer.h"

namespace aureacore::sync {
namespace {

using namespace std::chrono_literals;

// Tells, once, when it is asked for the time.
class TellingClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime steady() const override {
    if (const auto call = std::exchange(asked, nullptr)) call();
    return clock_.steady();
  }
  [[nodiscard]] base::WallTime wall() const override { return clock_.wall() - behind; }
  mutable std::function<void()> asked;
  base::Duration behind{};

 private:
  base::SystemClock clock_;
};

class ArchiveRebuildTest : public testing::Test {
 protected:
  void SetUp() override {
    first_ = note(repository_.commit_file("catalog-info.yaml", component("a")), 1);
    note(repository_.commit_file("catalog-info.yaml", component("b")), 2);
    const auto mirror = folder_.path() / (mirror_name(options_) + ".git");
    std::filesystem::create_directory_symlink(repository_.path() / ".git", mirror);
  }
  // Serves that commit; the version's token.
  std::string note(const std::string& commit, std::uint64_t position) {
    if (position == 1) archive_.configure({options_});
    catalog::Editor editor(nullptr);
    auto state = catalog::testing::source_state("main", position);
    state.branch = "main";
    state.commit = commit;
    editor.set_source(state);
    const auto snapshot = editor.finish();
    archive_.note(snapshot);
    return snapshot->token();
  }
  base::Result<Recalled> recall(const std::string& token) {
    std::promise<base::Result<Recalled>> answer;
    EXPECT_TRUE(archive_.recall(token, [&](const base::Result<Recalled>& result) { answer.set_value(result); }));
    return answer.get_future().get();
  }

  git::TemporaryFolder folder_;
  git::TestRepository repository_;
  TellingClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  SourceOptions options_ = source_options("main", repository_);
  std::string first_;
  Archive archive_{{.directory = folder_.path(), .mirrors = folder_.path()}, clock_, log_, nullptr};
};

TEST_F(ArchiveRebuildTest, WhatWasBegunUnderAnotherConfigurationIsNotFoundUnderTheNewOne) {
  auto changed = options_;
  changed.tree.exclude = globs({"more/**"});
  clock_.asked = [&] { archive_.configure({changed}); };
  const auto found = recall(first_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::not_found);
  EXPECT_FALSE(archive_.held(first_));
}

TEST_F(ArchiveRebuildTest, TheAgeOfACommitThatIsStillToBeMadeIsUnknown) {
  clock_.behind = 1h;
  const auto found = recall(first_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_LE(found->checked, clock_.steady() - unknown_age);
}

TEST_F(ArchiveRebuildTest, WhoeverWaitsIsTurnedAwayBeforeTheSearchHasEnded) {
  std::promise<void> begun;
  std::promise<void> go_on;
  clock_.asked = [&] {
    begun.set_value();
    go_on.get_future().wait();
  };
  std::promise<base::Code> answer;
  ASSERT_TRUE(
      archive_.recall(first_, [&](const base::Result<Recalled>& result) { answer.set_value(result.error().code); }));
  begun.get_future().wait();
  archive_.refuse();
  EXPECT_EQ(answer.get_future().get(), base::Code::unavailable);
  EXPECT_FALSE(archive_.recall(first_, [](const base::Result<Recalled>&) {}));
  go_on.set_value();
  archive_.stop();
}

}  // namespace
}  // namespace aureacore::sync
