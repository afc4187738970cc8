// Thousands of simulated runs; see README.md.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/text.h"
#include "cluster.h"

namespace aureacore::simulation {
namespace {

// The default run's; SIMULATION_SEEDS=FROM-TO takes others.
constexpr std::uint64_t first_seed = 1;
constexpr std::uint64_t last_seed = AUREACORE_HISTORIES;
// That run side by side.
constexpr std::uint64_t parts = 6;

// What must have happened in each part of a run of so many histories: a way that none takes is not tested.
constexpr std::uint64_t many = 600;
constexpr std::string_view rare[] = {"announcement: doubled",
                                     "announcement: late",
                                     "announcement: lost",
                                     "announcement: cut off",
                                     "announcement: heard after a pause",
                                     "breaker: open",
                                     "fault: clock set back",
                                     "fault: clock set forward",
                                     "fault: disk lost",
                                     "fault: failover that lost a head",
                                     "fault: flush",
                                     "fault: killed",
                                     "fault: no way to Git",
                                     "fault: no way to the store",
                                     "fault: old dump restored",
                                     "fault: parts evicted",
                                     "fault: pause",
                                     "git: answers again",
                                     "git: cut off",
                                     "head: changed meanwhile",
                                     "head: moved against the order",

                                     "lease: another's",
                                     "lease: ran out, taken over",
                                     "level: bounded at once",
                                     "level: bounded refused",
                                     "level: bounded waited for",
                                     "level: eventual at once",
                                     "level: not ready",
                                     "level: session at once",
                                     "level: session waited for",
                                     "level: strong refused",
                                     "level: strong waited for",
                                     "mirror: lost",
                                     "offer: adopted",
                                     "offer: not to be read",
                                     "offer: refused",
                                     "push: rewritten",
                                     "push: that takes away most",
                                     "rewrite: seen in Git",
                                     "store: answer lost",
                                     "store: answers again",
                                     "store: garbled part",
                                     "store: no way, no answer",
                                     "store: out of reach",
                                     "store: parts restored",
                                     "store: request lost",
                                     "update: held",
                                     "validation: right"};

struct Seeds {
  std::uint64_t first = first_seed;
  std::uint64_t last = last_seed;
};

Seeds seeds() {
  const char* text = std::getenv("SIMULATION_SEEDS");
  if (text == nullptr) return {};
  const auto ends = base::split(text, '-');
  const auto first = base::parse_number(ends.front());
  const auto last = base::parse_number(ends.back());
  if (!first || !last) {
    ADD_FAILURE() << "expected SIMULATION_SEEDS=FROM-TO, found " << text;
    return {};
  }
  return {*first, *last};
}

class Simulation : public testing::Test {
 protected:
  Outcome run(std::uint64_t seed) { return Cluster(seed, counts_, stacks_, repositories_, folder_.path()).run(); }

  Repositories repositories_;
  git::TemporaryFolder folder_;
  Stacks stacks_;
  Counts counts_;
};

class Histories : public Simulation, public testing::WithParamInterface<std::uint64_t> {};
using Seed = Simulation;

TEST_F(Seed, GivesOneHistory) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto first = run(seed);
    EXPECT_EQ(first.history, run(seed).history) << "seed " << seed;
    EXPECT_NE(first.history, run(seed + 1).history);
  }
}

TEST_P(Histories, KeepTheInvariants) {
  const auto [first, last] = seeds();
  for (std::uint64_t seed = first + GetParam(); seed <= last; seed += parts) {
    const auto outcome = run(seed);
    ASSERT_EQ(outcome.violation, "") << "seed " << seed << "; to see it again: SIMULATION_SEEDS=" << seed << '-' << seed
                                     << "; its last events:\n"
                                     << outcome.last_lines;
  }
  for (const auto& [what, count] : counts_) fmt::print("{:8} {}\n", count, what);
  for (const auto what : rare) {
    if (last - first + 1 >= many) EXPECT_GT(counts_[std::string(what)], 0) << what << " never happened";
  }
}

INSTANTIATE_TEST_SUITE_P(Part, Histories, testing::Range<std::uint64_t>(0, parts));

}  // namespace
}  // namespace aureacore::simulation
