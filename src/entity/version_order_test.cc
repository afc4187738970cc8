// The laws of the order of versions, on histories made at random: branches that fork, sources that come and go.
#include "entity/version_order.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace aureacore::entity {
namespace {

// The first-parent histories of some sources. Each source's commits are a tree: it forks where its branch is rewritten.
class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {
    for (int source = 0; source < 3; ++source) {
      auto& commits = sources_[fmt::format("s{}", source)];
      for (int i = 0; i < 7; ++i) {
        // Mostly the next one of the branch, sometimes a rewrite that goes on from somewhere before.
        const int parent = i == 0 || below(4) > 0 ? i - 1 : static_cast<int>(below(static_cast<unsigned>(i) + 1)) - 1;
        const auto position = parent < 0 ? 1 : commits[static_cast<std::size_t>(parent)].position + 1;
        commits.push_back({parent, position, fmt::format("c{}{}", source, i)});
      }
    }
  }

  Version version() {
    Version version;
    for (const auto& [source, commits] : sources_) {
      if (below(5) == 0) continue;
      const Commit& commit = commits[below(static_cast<unsigned>(commits.size()))];
      version.set({source, commit.position, commit.id});
    }
    return version;
  }

  [[nodiscard]] HasAncestor git() const {
    return [this](const SourceVersion& later, const SourceVersion& earlier) {
      const auto& commits = sources_.at(later.source);
      const auto find = [&](const std::string& id) {
        return static_cast<int>(std::ranges::find(commits, id, &Commit::id) - commits.begin());
      };
      const int wanted = find(earlier.commit);
      int at = find(later.commit);
      while (at > wanted) at = commits[static_cast<std::size_t>(at)].parent;
      return at == wanted;
    };
  }

 private:
  struct Commit {
    int parent = -1;
    std::uint64_t position = 1;
    std::string id;
  };
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  std::mt19937 random_;
  std::map<std::string, std::vector<Commit>> sources_;
};

bool is_at_most(const Version& a, const Version& b, const HasAncestor& git) {
  const Order order = compare(a, b, git);
  return order == Order::equal || order == Order::before;
}

Order opposite(Order order) {
  if (order == Order::before) return Order::after;
  return order == Order::after ? Order::before : order;
}

// As a + b where both are there; nothing stays nothing.
std::optional<Version> merge(const std::optional<Version>& a, const std::optional<Version>& b, const HasAncestor& git) {
  return a && b ? entity::merge(*a, *b, git) : std::nullopt;
}

class VersionLaws : public testing::TestWithParam<std::uint32_t> {
 protected:
  static constexpr int rounds = 400;
  World world_{GetParam()};
  HasAncestor git_ = world_.git();
};

TEST_P(VersionLaws, OrderIsPartial) {
  for (int i = 0; i < rounds; ++i) {
    const Version a = world_.version();
    const Version b = world_.version();
    const Version c = world_.version();
    EXPECT_EQ(compare(a, a, git_), Order::equal);
    EXPECT_EQ(compare(b, a, git_), opposite(compare(a, b, git_)));
    EXPECT_EQ(compare(a, b, git_) == Order::equal, a == b);
    if (is_at_most(a, b, git_) && is_at_most(b, a, git_)) EXPECT_EQ(a, b);
    if (is_at_most(a, b, git_) && is_at_most(b, c, git_)) EXPECT_TRUE(is_at_most(a, c, git_));
  }
}

TEST_P(VersionLaws, TokensAreEqualWhereVersionsAreAndGrowWithThem) {
  const auto sum = [](const Version& version) {
    std::uint64_t positions = 0;
    for (const auto& component : version.components()) positions += component.position;
    return positions;
  };
  for (int i = 0; i < rounds; ++i) {
    const Version a = world_.version();
    const Version b = world_.version();
    EXPECT_EQ(a.token() == b.token(), a == b);
    if (compare(a, b, git_) == Order::before) EXPECT_LT(sum(a), sum(b));
  }
}

TEST_P(VersionLaws, MergeIsTheLeastUpperBound) {
  int merged = 0;
  int conflicting = 0;
  for (int i = 0; i < rounds; ++i) {
    const Version a = world_.version();
    const Version b = world_.version();
    const Version c = world_.version();
    const auto both = entity::merge(a, b, git_);
    ASSERT_EQ(both.has_value(), conflicts(a, b, git_).empty());
    ++(both ? merged : conflicting);
    if (both) {
      EXPECT_TRUE(is_at_most(a, *both, git_));
      EXPECT_TRUE(is_at_most(b, *both, git_));
      EXPECT_EQ(*both == b, is_at_most(a, b, git_));
    }
    if (is_at_most(a, c, git_) && is_at_most(b, c, git_)) {
      ASSERT_TRUE(both) << "what both come before, they can be merged to";
      EXPECT_TRUE(is_at_most(*both, c, git_));
    }
  }
  EXPECT_GT(merged, 0);
  EXPECT_GT(conflicting, 0);
}

TEST_P(VersionLaws, MergeIsAJoin) {
  for (int i = 0; i < rounds; ++i) {
    const Version a = world_.version();
    const Version b = world_.version();
    const Version c = world_.version();
    EXPECT_EQ(entity::merge(a, a, git_), a);
    EXPECT_EQ(entity::merge(a, Version(), git_), a);
    EXPECT_EQ(entity::merge(a, b, git_), entity::merge(b, a, git_));
    EXPECT_EQ(merge(entity::merge(a, b, git_), c, git_), merge(a, entity::merge(b, c, git_), git_));
  }
}

TEST_P(VersionLaws, ConflictsAreMutualAndMakeVersionsIncomparable) {
  for (int i = 0; i < rounds; ++i) {
    const Version a = world_.version();
    const Version b = world_.version();
    const auto sources = conflicts(a, b, git_);
    EXPECT_EQ(sources, conflicts(b, a, git_));
    if (!sources.empty()) EXPECT_EQ(compare(a, b, git_), Order::incomparable);
    for (const auto& source : sources) EXPECT_NE(*a.find(source), *b.find(source));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, VersionLaws, testing::Range(1U, 9U));

Version version(std::initializer_list<SourceVersion> components) {
  Version made;
  for (const auto& component : components) made.set(component);
  return made;
}

TEST(VersionOrder, ARewrittenBranchMakesVersionsIncomparable) {
  const Version before = version({{"x", 3, "aa"}, {"y", 1, "cc"}});
  const Version after = version({{"x", 4, "bb"}, {"y", 2, "dd"}});
  EXPECT_EQ(compare(before, after, never_rewritten), Order::before);
  const auto git = [](const SourceVersion& later, const SourceVersion&) { return later.source == "y"; };
  EXPECT_EQ(compare(before, after, git), Order::incomparable);
  EXPECT_EQ(conflicts(before, after, git), std::vector<std::string>{"x"});
  EXPECT_EQ(entity::merge(before, after, git), std::nullopt);
}

TEST(VersionOrder, TwoCommitsAtOnePositionNeedNoGitToConflict) {
  const Version ours = version({{"x", 3, "aa"}});
  EXPECT_EQ(compare(ours, version({{"x", 3, "ab"}}), never_rewritten), Order::incomparable);
}

TEST(VersionOrder, SourcesThatOneIsAheadInMakeTheMerge) {
  const Version ours = version({{"x", 3, "aa"}, {"y", 1, "cc"}});
  const Version theirs = version({{"x", 2, "bb"}, {"y", 2, "dd"}, {"z", 1, "ee"}});
  EXPECT_EQ(compare(ours, theirs, never_rewritten), Order::incomparable);
  EXPECT_EQ(entity::merge(ours, theirs, never_rewritten), version({{"x", 3, "aa"}, {"y", 2, "dd"}, {"z", 1, "ee"}}));
}

TEST(VersionOrder, ATokenStaysShortWithAThousandSources) {
  Version version;
  for (int i = 0; i < 1'000; ++i) {
    version.set({std::string(60, 's') + std::to_string(i), ~std::uint64_t{0} >> 11U, std::string(64, 'f')});
  }
  EXPECT_LE(version.token().size(), 256U);
  EXPECT_TRUE(is_token(version.token()));
}

}  // namespace
}  // namespace aureacore::entity
