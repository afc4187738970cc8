#include "sync/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <queue>

namespace aureacore::sync {
namespace {

using namespace std::chrono_literals;
using entity::Criticality;
using testing::ElementsAre;
using testing::IsEmpty;
using Entry = Schedule::Entry;

base::SteadyTime at(base::Duration time) { return base::SteadyTime(time); }

std::vector<std::uint64_t> begin_all(Schedule& schedule, base::SteadyTime now) {
  std::vector<std::uint64_t> begun;
  while (const auto number = schedule.begin(now)) begun.push_back(*number);
  return begun;
}

TEST(Schedule, TakesTheCriticalFirstAndOfThoseWhatWasDueFirst) {
  Schedule schedule(3, 2s);
  schedule.add({.number = 1, .criticality = Criticality::low, .due = at(1s)});
  schedule.add({.number = 2, .criticality = Criticality::critical, .due = at(9s)});
  schedule.add({.number = 3, .criticality = Criticality::high, .due = at(2s)});
  schedule.add({.number = 4, .criticality = Criticality::critical, .due = at(8s)});
  EXPECT_THAT(begin_all(schedule, at(10s)), ElementsAre(4, 2, 3));
  EXPECT_EQ(schedule.waiting(), 1U);
  schedule.ended(2);
  EXPECT_THAT(begin_all(schedule, at(10s)), ElementsAre(1));
}

TEST(Schedule, TakesWhatNeedsNoNetworkBeforeAll) {
  Schedule schedule(1, 2s);
  schedule.add({.number = 1, .criticality = Criticality::critical});
  schedule.add({.number = 2, .kind = JobKind::local, .criticality = Criticality::low});
  EXPECT_EQ(schedule.begin(at(0s)), 2);
}

TEST(Schedule, GivesOneTurnInFourToWhoHasWaitedLongest) {
  Schedule schedule(1, 2s);
  schedule.add({.number = 0, .criticality = Criticality::low});
  std::vector<std::uint64_t> order;
  for (std::uint64_t number = 1; number <= 5; ++number) {
    schedule.add({.number = number, .criticality = Criticality::critical});
    order.push_back(schedule.begin(at(0s)).value());
    schedule.ended(order.back());
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 0, 4));
}

TEST(Schedule, KeepsAFetcherForChecksOfSourcesInOrder) {
  Schedule schedule(4, 2s);
  for (std::uint64_t number = 1; number <= 10; ++number) schedule.add({.number = number, .suspect = true});
  EXPECT_THAT(begin_all(schedule, at(0s)), ElementsAre(1, 2)) << "half of them";
  for (std::uint64_t number = 11; number <= 13; ++number) schedule.add({.number = number, .kind = JobKind::fetch});
  EXPECT_THAT(begin_all(schedule, at(0s)), ElementsAre(11)) << "all but one";
  schedule.add({.number = 20});
  EXPECT_THAT(begin_all(schedule, at(0s)), ElementsAre(20));
  schedule.ended(1);
  EXPECT_THAT(begin_all(schedule, at(0s)), ElementsAre(3));
}

TEST(Schedule, UsesItsOnlyFetcherForEverything) {
  Schedule schedule(1, 2s);
  schedule.add({.number = 1, .suspect = true});
  schedule.add({.number = 2, .kind = JobKind::fetch});
  EXPECT_EQ(schedule.begin(at(0s)), 1);
  schedule.ended(1);
  EXPECT_EQ(schedule.begin(at(0s)), 2);
}

TEST(Schedule, CutsChecksThatHangWhileOthersWaitForTheirFetchers) {
  Schedule schedule(2, 2s);
  schedule.add({.number = 1});
  schedule.add({.number = 2, .kind = JobKind::fetch});
  begin_all(schedule, at(0s));
  EXPECT_THAT(schedule.cut(at(10s)), IsEmpty()) << "nobody waits";
  schedule.add({.number = 3, .kind = JobKind::fetch});
  EXPECT_THAT(schedule.cut(at(10s)), IsEmpty()) << "who waits could not begin anyhow";
  schedule.add({.number = 4});
  EXPECT_THAT(schedule.cut(at(1s)), IsEmpty());
  EXPECT_THAT(schedule.cut(at(2s)), ElementsAre(1)) << "fetches may take their time";
  EXPECT_THAT(schedule.cut(at(3s)), IsEmpty()) << "once";
  schedule.ended(1);
  EXPECT_THAT(begin_all(schedule, at(3s)), ElementsAre(4));
}

// Sources that are checked again and again by so many fetchers, in a time of its own.
class Fleet {
 public:
  struct Source {
    Criticality criticality = Criticality::normal;
    base::Duration interval{};
    base::Duration takes{};
    base::SteadyTime due{};
    base::Duration latest{};  // that a check of it began behind its time
    int checks = 0;
  };

  Fleet(unsigned fetchers, std::vector<Source> sources) : sources_(std::move(sources)), schedule_(fetchers, 2s) {}

  void run(base::Duration time) {
    std::multimap<base::SteadyTime, std::size_t> dues;
    for (std::size_t i = 0; i < sources_.size(); ++i) dues.emplace(sources_[i].due, i);
    std::multimap<base::SteadyTime, std::uint64_t> ends;
    std::map<std::uint64_t, std::size_t> jobs;
    std::uint64_t number = 0;
    for (base::SteadyTime now{}; now < at(time); now += 50ms) {
      for (; !ends.empty() && ends.begin()->first <= now; ends.erase(ends.begin())) {
        const auto done = ends.begin()->second;
        schedule_.ended(done);
        Source& source = sources_[jobs[done]];
        source.due = now + source.interval;
        dues.emplace(source.due, jobs[done]);
      }
      for (; !dues.empty() && dues.begin()->first <= now; dues.erase(dues.begin())) {
        const auto index = dues.begin()->second;
        jobs[++number] = index;
        schedule_.add({.number = number, .criticality = sources_[index].criticality, .due = sources_[index].due});
      }
      while (const auto begun = schedule_.begin(now)) {
        Source& source = sources_[jobs[*begun]];
        source.latest = std::max(source.latest, now - source.due);
        ++source.checks;
        ends.emplace(now + source.takes, *begun);
      }
    }
  }

  [[nodiscard]] const std::vector<Source>& sources() const { return sources_; }

 private:
  std::vector<Source> sources_;
  Schedule schedule_;
};

TEST(Schedule, ChecksCriticalSourcesOnTimeAndStarvesNone) {
  std::vector<Fleet::Source> sources;
  // Together they would need more than three fetchers; there are two.
  for (int i = 0; i < 50; ++i) {
    const bool critical = i % 10 == 0;
    sources.push_back({.criticality = critical ? Criticality::critical : Criticality::low,
                       .interval = critical ? 15s : 30s,
                       .takes = 2s});
  }
  Fleet fleet(2, std::move(sources));
  fleet.run(10min);
  for (const auto& source : fleet.sources()) {
    if (source.criticality == Criticality::critical) {
      EXPECT_LE(source.latest, 8s)
          << "at the start all are due at once; afterwards at most the jobs under way are waited for";
      EXPECT_GE(source.checks, 30);
    } else {
      EXPECT_GE(source.checks, 6);
      EXPECT_LE(source.latest, 90s);
    }
  }
}

}  // namespace
}  // namespace aureacore::sync
