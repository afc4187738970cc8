#include "hooks/judge.h"

#include <gtest/gtest.h>

#include "hooks/address.h"
#include "hooks/seen.h"
#include "hooks/testing.h"

namespace aureacore::hooks {
namespace {

using Outcome = Verdict::Outcome;
using testing::secret;
using namespace std::chrono_literals;

const std::string before(40, 'a');
const std::string after(40, 'b');

Target target(std::string id, std::string_view url, std::string branch, std::vector<Secret> secrets = {}) {
  return {std::move(id), canonical_address(url), std::move(branch), std::move(secrets)};
}

Verdict ask(const Targets& targets, const std::string& body, std::vector<Header> headers = {},
            const BranchOf& branch_of = testing::no_branch) {
  return judge({std::move(headers), body}, targets, branch_of, base::WallTime(1s));
}

std::string push(std::string_view repository, std::string_view ref = "refs/heads/main") {
  return fmt::format(R"({{"repository":"{}","ref":"{}","before":"{}","after":"{}"}})", repository, ref, before, after);
}

constexpr std::string_view ours = "https://git.example.com/platform/catalog";

class OpenTest : public ::testing::Test {
 protected:
  const Targets targets_{.secrets = {},
                         .sources = {target("main", ours, "main"), target("next", ours, "next"),
                                     target("head", ours, ""), target("other", "https://git.example.com/x", "main")}};
};

TEST_F(OpenTest, ChecksTheSourcesOfTheBranch) {
  const auto verdict = ask(targets_, push(ours), {}, [](const std::string&) { return "trunk"; });
  EXPECT_EQ(verdict.outcome, Outcome::accepted);
  EXPECT_FALSE(verdict.proven);
  ASSERT_EQ(verdict.matches.size(), 1);
  EXPECT_EQ(verdict.matches[0].source, "main");
  EXPECT_EQ(verdict.matches[0].commit, after);
}

TEST_F(OpenTest, KnowsTheBranchOfHead) {
  const auto verdict = ask(targets_, push(ours, "refs/heads/trunk"), {}, [](const std::string&) { return "trunk"; });
  ASSERT_EQ(verdict.matches.size(), 1);
  EXPECT_EQ(verdict.matches[0].source, "head");
  EXPECT_EQ(verdict.matches[0].commit, after);
}

TEST_F(OpenTest, ChecksHeadWhereItsBranchIsUnknown) {
  const auto verdict = ask(targets_, push(ours, "refs/heads/any"));
  ASSERT_EQ(verdict.matches.size(), 1);
  EXPECT_EQ(verdict.matches[0].source, "head");
  EXPECT_EQ(verdict.matches[0].commit, "");
}

TEST_F(OpenTest, ChecksAllWhereNoBranchIsNamed) {
  EXPECT_EQ(ask(targets_, fmt::format(R"({{"repository":"{}"}})", ours)).matches.size(), 3);
}

TEST_F(OpenTest, PassesOverTagsAndStrangeRefs) {
  const auto branch_of = [](const std::string&) { return "trunk"; };
  for (const char* const ref : {"refs/tags/main", "refs/x", "refs/", "refs/heads/", "refs/heads/main2", "main/main"}) {
    EXPECT_EQ(ask(targets_, push(ours, ref), {}, branch_of).outcome, Outcome::ignored) << ref;
  }
}

TEST_F(OpenTest, SaysNothingOfStrangers) {
  const auto verdict = ask(targets_, push("https://git.example.com/none"));
  EXPECT_EQ(verdict.outcome, Outcome::ignored);
  EXPECT_TRUE(verdict.matches.empty());
}

TEST_F(OpenTest, FindsAFluxSourceByItsObject) {
  const std::string body = R"({"involvedObject":{"name":"main"},"severity":"info","metadata":{}})";
  const auto verdict = ask(targets_, body, {{"Gotk-Component", "source-controller"}});
  ASSERT_EQ(verdict.matches.size(), 1);
  EXPECT_EQ(verdict.matches[0].source, "main");
}

TEST_F(OpenTest, RefusesWhatIsMalformed) {
  EXPECT_EQ(ask(targets_, "{").outcome, Outcome::malformed);
  const auto verdict = ask(targets_, push(ours), {{"X-GitHub-Event", "push"}, {"x-github-event", "ping"}});
  EXPECT_EQ(verdict.outcome, Outcome::malformed);
  EXPECT_EQ(verdict.problem, "expected one X-GitHub-Event, found 2");
}

class ClosedTest : public ::testing::Test {
 protected:
  static std::vector<Header> by(const char* token) { return {{"Authorization", token}}; }

  const Targets targets_{.secrets = {secret("all")},
                         .sources = {target("main", ours, "main"), target("own", "https://git.example.com/own", "main",
                                                                          {secret("new"), secret("old")})}};
};

TEST_F(ClosedTest, TakesTheSecretForAll) {
  const auto verdict = ask(targets_, push(ours), by("Bearer all"));
  EXPECT_EQ(verdict.outcome, Outcome::accepted);
  EXPECT_TRUE(verdict.proven);
}

TEST_F(ClosedTest, TakesASourcesOwnSecretsForItAlone) {
  EXPECT_EQ(ask(targets_, push("https://git.example.com/own"), by("Bearer new")).outcome, Outcome::accepted);
  EXPECT_EQ(ask(targets_, push("https://git.example.com/own"), by("Bearer old")).outcome, Outcome::accepted);
  EXPECT_EQ(ask(targets_, push("https://git.example.com/own"), by("Bearer all")).outcome, Outcome::unproven);
  EXPECT_EQ(ask(targets_, push(ours), by("Bearer new")).outcome, Outcome::unproven);
}

TEST_F(ClosedTest, AnswersStrangersLikeTheUnproven) {
  for (const auto& headers : {std::vector<Header>{}, by("Bearer x")}) {
    EXPECT_EQ(ask(targets_, push(ours), headers).outcome, Outcome::unproven);
    EXPECT_EQ(ask(targets_, push("https://git.example.com/none"), headers).outcome, Outcome::unproven);
    EXPECT_EQ(ask(targets_, "{", headers).outcome, Outcome::unproven);
    EXPECT_TRUE(ask(targets_, push(ours), headers).matches.empty());
  }
}

TEST_F(ClosedTest, TellsTheProvenMore) {
  EXPECT_EQ(ask(targets_, push("https://git.example.com/none"), by("Bearer new")).outcome, Outcome::ignored);
  EXPECT_EQ(ask(targets_, "{", by("Bearer all")).outcome, Outcome::malformed);
}

TEST_F(ClosedTest, TakesAPingWithoutARepositoryByAnySecret) {
  // printf '{"test":true}' | openssl dgst -sha256 -hmac old
  const std::vector<Header> ping{
      {"X-Event-Key", "diagnostics:ping"},
      {"X-Hub-Signature", "sha256=03f1fced0592f22eb235fcf190b4bf8faf97b3b2ff6641c088ef424ad2f94e3a"}};
  const auto verdict = ask(targets_, R"({"test":true})", ping);
  EXPECT_EQ(verdict.outcome, Outcome::ignored);
  EXPECT_TRUE(verdict.proven);
  EXPECT_EQ(ask(targets_, R"({"test":false})", ping).outcome, Outcome::unproven);
}

TEST(MixedTest, AnswersStrangersLikeTheClosedOnes) {
  const Targets targets{.secrets = {},
                        .sources = {target("open", ours, "main"),
                                    target("closed", "https://git.example.com/own", "main", {secret("own")})}};
  EXPECT_EQ(ask(targets, push(ours)).outcome, Outcome::accepted);
  EXPECT_EQ(ask(targets, push("https://git.example.com/own")).outcome, Outcome::unproven);
  EXPECT_EQ(ask(targets, push("https://git.example.com/none")).outcome, Outcome::unproven);
}

TEST(SeenTest, RemembersForAWhile) {
  Seen seen;
  const base::SteadyTime begin{1s};
  EXPECT_FALSE(seen.note("a", begin));
  EXPECT_TRUE(seen.note("a", begin + Seen::window));
  EXPECT_FALSE(seen.note("a", begin + Seen::window + 1s));
}

TEST(SeenTest, ForgetsTheOldestOfTooMany) {
  Seen seen;
  for (std::size_t i = 0; i <= Seen::max_entries; ++i) seen.note(std::to_string(i), base::SteadyTime{1s});
  EXPECT_EQ(seen.size(), Seen::max_entries);
  EXPECT_TRUE(seen.note("1", base::SteadyTime{1s}));
  EXPECT_FALSE(seen.note("0", base::SteadyTime{1s}));
}

}  // namespace
}  // namespace aureacore::hooks
