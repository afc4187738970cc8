#include "git/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "git/test_repository.h"

namespace aureacore::git {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;
using testing::HasSubstr;
using testing::SizeIs;

constexpr auto long_deadline = seconds(60);

Command shell(std::string script) {
  return {
      .arguments = {"sh", "-c", std::move(script)}, .environment = {"PATH=/usr/bin:/bin"}, .deadline = long_deadline};
}

// Whether a process with this id is still running (a zombie isn't).
bool runs(const std::string& id) {
  const std::string status = read_text("/proc/" + id + "/stat");
  const std::size_t end = status.rfind(") ");
  return end != std::string::npos && status[end + 2] != 'Z' && status[end + 2] != 'X';
}

TEST(ProcessTest, TellsOutputErrorsAndStatus) {
  const auto outcome = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "out\n");
  EXPECT_EQ(outcome->errors, "err\n");
  EXPECT_EQ(outcome->status, 3);
}

TEST(ProcessTest, TellsTheSignalThatEndedIt) {
  const auto outcome = run(shell("kill -TERM $$"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 128 + SIGTERM);
}

TEST(ProcessTest, PassesArgumentsAndEnvironmentAsTheyAre) {
  const auto printed = run({.arguments = {"printf", "%s|", "a b", "$(id)", "'", ""}, .environment = {}});
  ASSERT_TRUE(printed);
  EXPECT_EQ(printed->output, "a b|$(id)|'||");
  const auto environment = run({.arguments = {"env"}, .environment = {"A=1", "B=x y"}});
  ASSERT_TRUE(environment);
  EXPECT_EQ(environment->output, "A=1\nB=x y\n");
}

TEST(ProcessTest, RunsInTheGivenDirectory) {
  EXPECT_EQ(run({.arguments = {"pwd", "-P"}})->output, "/\n");
  const TemporaryFolder folder;
  EXPECT_EQ(run({.arguments = {"pwd", "-P"}, .directory = folder.path().string()})->output,
            folder.path().string() + "\n");
}

TEST(ProcessTest, FeedsInputWhileReadingOutput) {
  const std::string text(3 << 20, 'x');
  const auto outcome = run({.arguments = {"cat"}, .input = text});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, text);
}

TEST(ProcessTest, SurvivesAProgramThatDoesNotReadItsInput) {
  const auto outcome = run({.arguments = {"sh", "-c", "exec 0<&-; echo done"}, .input = std::string(3 << 20, 'x')});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "done\n");
}

TEST(ProcessTest, SaysWhatCanNotBeStarted) {
  const auto outcome = run({.arguments = {"no-such-program-anywhere"}});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::unavailable);
  EXPECT_THAT(outcome.error().message, HasSubstr("no-such-program-anywhere"));
  EXPECT_FALSE(run({.arguments = {}}));
  EXPECT_FALSE(run({.arguments = {"echo", std::string("a\0b", 3)}}));
}

TEST(ProcessTest, KillsTheWholeGroupAtTheDeadline) {
  const TemporaryFolder folder;
  const auto ids = folder.path() / "ids";
  Command command = shell("sleep 1000 & echo $! > '" + ids.string() + "'; sleep 1000");
  command.deadline = milliseconds(500);
  const auto begun = Steady::now();
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::timeout);
  EXPECT_THAT(outcome.error().message, HasSubstr("500 ms"));
  EXPECT_LT(Steady::now() - begun, seconds(30));
  const std::string text = read_text(ids);
  ASSERT_FALSE(text.empty());
  EXPECT_FALSE(runs(text.substr(0, text.find('\n'))));
}

TEST(ProcessTest, DoesNotWaitForWhatAProgramLeavesBehind) {
  const auto begun = Steady::now();
  const auto outcome = run(shell("sleep 1000 & echo $!"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 0);
  EXPECT_LT(Steady::now() - begun, seconds(30));
  EXPECT_FALSE(runs(outcome->output.substr(0, outcome->output.find('\n'))));
}

TEST(ProcessTest, StopsWhenAsked) {
  std::stop_source source;
  Command command = shell("sleep 1000");
  // Asked for from the watch: by then the program runs.
  command.watch = [&] {
    source.request_stop();
    return base::Status{};
  };
  const auto outcome = run(command, source.get_token());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::timeout);
  EXPECT_THAT(outcome.error().message, HasSubstr("stopped"));
  EXPECT_FALSE(run(shell("true"), source.get_token())) << "stopped before it began";
}

TEST(ProcessTest, EndsWithTheErrorOfItsWatch) {
  Command command = shell("sleep 1000");
  command.watch = [] { return base::Status(base::fail(Code::too_large, "enough")); };
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::too_large);
  EXPECT_EQ(outcome.error().message, "enough");
}

TEST(ProcessTest, LimitsOutput) {
  Command command = shell("yes");
  command.output_limit = 100'000;
  const auto outcome = run(command);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::too_large);
  command = shell("printf 12345");
  command.output_limit = 5;
  EXPECT_EQ(run(command)->output, "12345");
}

TEST(ProcessTest, CutsErrorsAndStillMeetsTheDeadline) {
  const auto cut = run(shell("head -c 200000 /dev/zero | tr '\\0' x >&2"));
  ASSERT_TRUE(cut);
  EXPECT_THAT(cut->errors, SizeIs(64 << 10));
  Command endless = shell("yes >&2");
  endless.deadline = milliseconds(300);
  EXPECT_EQ(run(endless).error().code, Code::timeout);
}

TEST(ProcessTest, InheritsNoDescriptorAndNoSignalSetting) {
  const int inherited = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a careless library opens
  ASSERT_GE(inherited, 0);
  const auto listing = run({.arguments = {"ls", "/proc/self/fd"}});
  ::close(inherited);
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->output, "0\n1\n2\n3\n");  // 3 is ls's own, on the folder
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  const auto ignored = run({.arguments = {"grep", "SigIgn", "/proc/self/status"}});
  std::signal(SIGPIPE, previous);
  const auto mask = std::stoull(ignored->output.substr(ignored->output.find('\t')), nullptr, 16);
  EXPECT_EQ(mask & (1ULL << (SIGPIPE - 1)), 0);
}

TEST(ProcessTest, RunsChildrenBelowLookUps) {
  // Fields 19 and 41 of stat: niceness and policy (3 is SCHED_BATCH). Both are set right after the start, the niceness
  // last.
  const auto outcome =
      run(shell("while :; do set -- $(cat /proc/$$/stat); shift 18; [ $1 -gt 0 ] && break; done; echo $1 ${23}"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "10 3\n");
}

TEST(ProcessTest, RunsFromManyThreadsAtOnce) {
  constexpr int count = 8;
  std::vector<std::jthread> threads;
  threads.reserve(count);
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([i] {
      const std::string text = std::to_string(i);
      for (int round = 0; round < 5; ++round) {
        const auto outcome = run({.arguments = {"cat"}, .input = text});
        EXPECT_TRUE(outcome && outcome->output == text);
      }
    });
  }
}

}  // namespace
}  // namespace aureacore::git
