// The log of publications and the way from any version to the current one; above all, that a client who folds what it
// is told has the catalog, whatever instances it was told by.
#include "feed/journal.h"

#include <gmock/gmock.h>

#include <random>

#include "feed/filter.h"
#include "feed/testing.h"
#include "query/filter.h"

namespace aureacore::feed {
namespace {

using entity::Criticality;
using testing::Service;

catalog::SnapshotPtr find_nothing(std::string_view /*token*/) { return nullptr; }

std::string text(const Publication& publication) {
  std::string text;
  for (const View& view : Looker().look(publication, Filter())) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(view.kind), view.change->definition().reference.name);
  }
  return text;
}

TEST(Journal, TellsWhatEachVersionChanged) {
  Journal journal;
  auto version = testing::next(nullptr, {{"a"}, {"b"}});
  const std::string first = version->token();
  EXPECT_EQ(journal.take(version), nullptr);
  version = testing::next(version, {{"a", "other"}, {"c", "x", Criticality::critical}}, {{"b"}});
  const auto publication = journal.take(version);
  ASSERT_NE(publication, nullptr);
  EXPECT_EQ(text(*publication), "added c, changed a, removed b") << "critical ones first";
  EXPECT_EQ(publication->previous, first);
  EXPECT_EQ(publication->token, version->token());
  ASSERT_EQ(publication->commits.size(), 1U);
  EXPECT_EQ(publication->commits[0].commit, fmt::format("{:040x}", 2));
  EXPECT_EQ(publication->commits[0].previous, fmt::format("{:040x}", 1));
  EXPECT_EQ(publication->commits[0].author, "Ada");
  EXPECT_THAT(publication->changes[1].fields.paths, ::testing::ElementsAre("metadata.tags"));
}

TEST(Journal, ACommitThatChangesNoEntityIsAVersionAllTheSame) {
  Journal journal;
  auto version = testing::next(nullptr, {{"a"}});
  journal.take(version);
  version = testing::next(version, {{"a"}});
  const auto publication = journal.take(version);
  ASSERT_NE(publication, nullptr);
  EXPECT_TRUE(publication->changes.empty());
  EXPECT_EQ(journal.take(testing::next(version, {}, {}, false)), nullptr) << "nothing differs at all";
}

TEST(Journal, LeadsFromWhatItHasSeen) {
  Journal journal({.publications = 2});
  auto version = testing::next(nullptr, {});
  std::vector<std::string> tokens;
  for (const char* name : {"a", "b", "c", "d"}) {
    journal.take(version);
    tokens.push_back(version->token());
    version = testing::next(version, {{name}});
  }
  EXPECT_EQ(journal.way_from(tokens[0], find_nothing).kind, Way::Kind::unknown) << "too long ago";
  const Way way = journal.way_from(tokens[1], find_nothing);
  ASSERT_EQ(way.publications.size(), 2U);
  EXPECT_EQ(text(*way.publications[0]), "added b");
  EXPECT_EQ(text(*way.publications[1]), "added c");
  EXPECT_TRUE(journal.way_from(tokens[3], find_nothing).publications.empty());
  EXPECT_EQ(journal.way_from(tokens[3], find_nothing).kind, Way::Kind::known);
  EXPECT_EQ(journal.way_from(version->token(), find_nothing).kind, Way::Kind::ahead);
  EXPECT_EQ(journal.way_from("v1-1-00000000000000000000000000000000", find_nothing).kind, Way::Kind::unknown);
}

TEST(Journal, KeepsSoManyChangesInAll) {
  Journal journal({.changes = 5});
  auto version = testing::next(nullptr, {});
  const std::string first = version->token();
  journal.take(version);
  version = testing::next(version, {{"a"}, {"b"}, {"c"}});
  const std::string second = version->token();
  journal.take(version);
  journal.take(testing::next(version, {{"d"}, {"e"}, {"f"}}));
  EXPECT_EQ(journal.way_from(first, find_nothing).kind, Way::Kind::unknown);
  EXPECT_EQ(journal.way_from(second, find_nothing).kind, Way::Kind::known);
}

// From before it, from behind it and with the token itself there is no way: what was seen can't be known.
TEST(Journal, AConfigurationThatChangesTheVersionsContentBreaksIt) {
  Journal journal;
  const auto first = testing::next(nullptr, {{"a"}});
  const auto second = testing::next(first, {{"b"}});
  journal.take(first);
  journal.take(second);
  const auto restated = testing::next(second, {{"c"}}, {}, false);
  ASSERT_EQ(restated->token(), second->token());
  const auto publication = journal.take(restated);
  ASSERT_NE(publication, nullptr);
  EXPECT_TRUE(publication->breaks());
  const auto find = [&](std::string_view) { return second; };
  EXPECT_EQ(journal.way_from(second->token(), find).kind, Way::Kind::unknown);
  EXPECT_EQ(journal.way_from(first->token(), find_nothing).kind, Way::Kind::unknown);
  const auto third = testing::next(restated, {{"d"}});
  EXPECT_FALSE(journal.take(third)->breaks());
  EXPECT_EQ(journal.way_from(second->token(), find).kind, Way::Kind::unknown);
}

TEST(Journal, WhatIsTooLargeToTellBreaksIt) {
  Journal journal({.event_changes = 2});
  const auto first = testing::next(nullptr, {});
  journal.take(first);
  const auto second = testing::next(first, {{"a"}, {"b"}});
  EXPECT_FALSE(journal.take(second)->breaks());
  const auto third = testing::next(second, {{"c"}, {"d"}, {"e"}});
  const auto publication = journal.take(third);
  EXPECT_TRUE(publication->breaks());
  EXPECT_TRUE(publication->changes.empty());
  EXPECT_EQ(journal.way_from(first->token(), [&](auto) { return first; }).kind, Way::Kind::unknown);
  EXPECT_EQ(journal.way_from(third->token(), find_nothing).kind, Way::Kind::known);
}

// Random histories, two instances that see different versions of them, and a client that goes to and fro.
class Simulation {
 public:
  using State = std::map<std::string, std::string>;  // references and etags

  explicit Simulation(unsigned seed)
      : random_(seed),
        filter_texts_(below(2) == 0 ? std::vector<std::string>{} : std::vector<std::string>{"metadata.tags=t1"}),
        critical_(below(3) == 0) {
    filter_ = Filter::parse(filter_texts_, critical_).value();
    history_.push_back(testing::next(nullptr, {some_service(), some_service()}));
    for (Instance& instance : instances_) instance.take(history_[0], 0);
    list();
  }

  void run() {
    for (int step = 0; step < 150 && !::testing::Test::HasFailure(); ++step) {
      switch (below(4)) {
        case 0:
          commit();
          break;
        case 1:
          disconnect();
          break;
        case 2:
          connect(below(2));
          break;
        default:
          advance(instances_[below(2)]);
      }
    }
    // In the end both have all there is, and so has the client, wherever it is.
    for (Instance& instance : instances_) {
      while (instance.at + 1 < history_.size()) advance(instance);
    }
    connect(0);
    EXPECT_EQ(token_, history_.back()->token());
    check();
  }

  struct Seen {
    std::size_t replayed = 0;
    std::size_t found = 0;
    std::size_t ahead = 0;
    std::size_t unknown = 0;
    std::size_t live = 0;
  };
  [[nodiscard]] const Seen& seen() const { return seen_; }

 private:
  struct Instance {
    Journal journal{{.publications = 2}};
    std::deque<catalog::SnapshotPtr> held;
    std::size_t at = 0;  // in the history

    PublicationPtr take(const catalog::SnapshotPtr& version, std::size_t place) {
      at = place;
      held.push_back(version);
      if (held.size() > 7) held.pop_front();
      return journal.take(version);
    }
  };

  std::size_t below(std::size_t limit) { return random_() % limit; }

  Service some_service() {
    const auto criticality = below(3) == 0 ? Criticality::critical : Criticality::normal;
    return {fmt::format("s{}", below(8)), fmt::format("t{}", below(3)), criticality, {}};
  }

  void commit() {
    std::vector<Service> put;
    std::vector<Service> drop;
    for (std::size_t i = below(3); i > 0; --i) drop.push_back(some_service());
    for (std::size_t i = below(4); i > 0; --i) put.push_back(some_service());
    history_.push_back(testing::next(history_.back(), put, drop));
  }

  // By one version, or over several at once.
  void advance(Instance& instance) {
    const std::size_t left = history_.size() - 1 - instance.at;
    if (left == 0) return;
    const std::size_t place = instance.at + 1 + (below(2) == 0 ? 0 : below(left));
    const PublicationPtr publication = instance.take(history_[place], place);
    if (connected_ != &instance) return;
    ++seen_.live;
    apply(*publication);
  }

  void disconnect() { connected_ = nullptr; }

  void connect(std::size_t number) {
    Instance& instance = instances_[number];
    bool found = false;
    const auto find = [&](std::string_view token) -> catalog::SnapshotPtr {
      const auto at = std::ranges::find(instance.held, token, &catalog::Snapshot::token);
      found = at != instance.held.end();
      return found ? *at : nullptr;
    };
    const Way way = instance.journal.way_from(token_, find);
    connected_ = nullptr;
    if (way.kind == Way::Kind::ahead) {
      EXPECT_GT(entity::commits_of(token_), entity::commits_of(history_[instance.at]->token()));
      ++seen_.ahead;
      return;
    }
    connected_ = &instance;
    if (way.kind == Way::Kind::unknown) {
      ++seen_.unknown;
      return list();
    }
    ++(found ? seen_.found : seen_.replayed);
    for (const PublicationPtr& publication : way.publications) apply(*publication);
    EXPECT_EQ(token_, history_[instance.at]->token()) << "up to date";
  }

  void list() {
    const Instance& instance = connected_ == nullptr ? instances_[0] : *connected_;
    state_ = catalog_at(*history_[instance.at]);
    token_ = history_[instance.at]->token();
  }

  void apply(const Publication& publication) {
    EXPECT_EQ(publication.previous, token_) << "nothing left out, nothing twice";
    for (const View& view : Looker().look(publication, filter_)) {
      const std::string& key = view.change->definition().key;
      const bool there = state_.contains(key);
      EXPECT_EQ(there, view.kind != Kind::added) << key;
      if (view.kind == Kind::removed) {
        state_.erase(key);
        continue;
      }
      const std::string etag(view.change->after->etag_text());
      EXPECT_NE(state_[key], etag) << "told twice";
      state_[key] = etag;
    }
    token_ = publication.token;
    check();
  }

  // By the index, as a listing.
  State catalog_at(const catalog::Snapshot& snapshot) const {
    State all;
    const auto selection = query::evaluate(query::parse_filters(filter_texts_).value(), snapshot);
    snapshot.visit(selection, {}, [&](const catalog::Entity& entity) {
      const bool wanted = !critical_ || entity.definition->criticality == Criticality::critical;
      if (wanted) all[entity.key()] = entity.etag_text();
      return true;
    });
    return all;
  }

  void check() const {
    const auto version = std::ranges::find(history_, token_, &catalog::Snapshot::token);
    ASSERT_NE(version, history_.end());
    EXPECT_EQ(state_, catalog_at(**version));
  }

  std::minstd_rand random_;
  std::vector<std::string> filter_texts_;
  bool critical_;
  Filter filter_;
  std::vector<catalog::SnapshotPtr> history_;
  std::array<Instance, 2> instances_;
  Instance* connected_ = nullptr;
  State state_;
  std::string token_;
  Seen seen_;
};

TEST(Journal, WhoFoldsItsEventsHasTheCatalogWhicheverInstanceTellsThem) {
  Simulation::Seen all;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed);
    simulation.run();
    all.replayed += simulation.seen().replayed;
    all.found += simulation.seen().found;
    all.ahead += simulation.seen().ahead;
    all.unknown += simulation.seen().unknown;
    all.live += simulation.seen().live;
  }
  // Each way was gone.
  EXPECT_GT(all.replayed, 20U);
  EXPECT_GT(all.found, 5U);
  EXPECT_GT(all.ahead, 5U);
  EXPECT_GT(all.unknown, 5U);
  EXPECT_GT(all.live, 20U);
}

}  // namespace
}  // namespace aureacore::feed
