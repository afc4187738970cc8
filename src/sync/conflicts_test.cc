#include "sync/conflicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aureacore::sync {
namespace {

using testing::HasSubstr;
using Kind = Conflict::Kind;

class ConflictsTest : public testing::Test {
 protected:
  static Conflict rewritten(const std::string& source, const std::string& ours, const std::string& theirs) {
    return {.kind = Kind::rewritten_history,
            .source = source,
            .ours = side(this_instance, {source, 3, ours}),
            .theirs = side(the_remote, {source, 2, theirs})};
  }

  base::ManualClock clock_;
  std::string lines_;
  base::Log log_{clock_, base::Log::Format::text, [this](std::string_view line) { lines_ += line; }};
  Conflicts conflicts_{clock_, log_};
};

TEST_F(ConflictsTest, IsOpenUntilWhatIsServedSettlesIt) {
  conflicts_.open(rewritten("main", "aa", "bb"));
  EXPECT_THAT(lines_, HasSubstr("kind=rewritten-history source=main ours=aa"));
  clock_.advance(std::chrono::seconds(1));
  conflicts_.settle(Kind::divergent_version, {"main", 2, "bb"});
  ASSERT_EQ(conflicts_.list().at(0).outcome, Conflict::Outcome::open);
  conflicts_.settle(Kind::rewritten_history, {"main", 2, "bb"});
  const auto settled = conflicts_.list().at(0);
  EXPECT_EQ(settled.outcome, Conflict::Outcome::theirs);
  EXPECT_EQ(settled.settled - settled.since, std::chrono::seconds(1));
  EXPECT_EQ(conflicts_.counts().open, 0U);
  EXPECT_EQ(conflicts_.counts().total, 1U);
}

TEST_F(ConflictsTest, SaysWhoseVersionIsServed) {
  for (const auto& [commit, outcome] : {std::pair{"aa", Conflict::Outcome::ours},
                                        {"bb", Conflict::Outcome::theirs},
                                        {"cc", Conflict::Outcome::another}}) {
    conflicts_.open(rewritten("main", "aa", "bb"));
    conflicts_.settle(Kind::rewritten_history, {"main", 4, commit});
    EXPECT_EQ(conflicts_.list().at(0).outcome, outcome);
  }
}

TEST_F(ConflictsTest, CountsTheSameOneOnceAndAnotherAnew) {
  conflicts_.open(rewritten("main", "aa", "bb"));
  conflicts_.open(rewritten("main", "aa", "bb"));
  EXPECT_EQ(conflicts_.counts().total, 1U);
  conflicts_.open(rewritten("main", "aa", "cc"));
  EXPECT_EQ(conflicts_.counts().total, 2U);
  ASSERT_EQ(conflicts_.list().size(), 1U);
  EXPECT_EQ(conflicts_.list().at(0).theirs.commit, "cc");
}

TEST_F(ConflictsTest, CatalogsAreToldApartByTheirDigests) {
  Conflict conflict{.kind = Kind::divergent_catalog, .source = {}};
  conflict.ours.digest = "11";
  conflict.theirs.digest = "22";
  conflicts_.open(conflict);
  conflicts_.settle_all(Kind::divergent_catalog, {}, "11");
  EXPECT_EQ(conflicts_.list().at(0).outcome, Conflict::Outcome::ours);
}

TEST_F(ConflictsTest, KeepsSoManyAndCountsAll) {
  const auto settle = [&](const std::string& source) { conflicts_.settle(Kind::rewritten_history, {source, 2, "bb"}); };
  for (std::size_t i = 0; i < Conflicts::max_open + 1; ++i) {
    conflicts_.open(rewritten(std::to_string(i), "aa", "bb"));
  }
  EXPECT_EQ(conflicts_.counts().open, Conflicts::max_open);
  EXPECT_EQ(conflicts_.counts().total, Conflicts::max_open + 1);
  for (std::size_t i = 0; i < Conflicts::max_open + 1; ++i) settle(std::to_string(i));
  EXPECT_EQ(conflicts_.list().size(), Conflicts::max_settled);
}

TEST_F(ConflictsTest, ShowsInTheMetrics) {
  metrics::Registry registry;
  conflicts_.register_metrics(registry);
  conflicts_.open(rewritten("main", "aa", "bb"));
  EXPECT_THAT(registry.expose(), HasSubstr(R"(aureacore_conflicts_total{kind="rewritten-history",source="main"} 1)"));
  EXPECT_THAT(registry.expose(), HasSubstr("aureacore_conflicts_open 1"));
}

}  // namespace
}  // namespace aureacore::sync
