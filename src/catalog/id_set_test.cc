#include "catalog/id_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <span>
#include <vector>

namespace aureacore::catalog {
namespace {

constexpr std::uint32_t universe = 200'000;

void expect_same(const IdSet& ids, const std::set<std::uint32_t>& model) {
  ASSERT_EQ(ids.size(), model.size());
  Selection selection(universe / 64 + 1);
  ids.add_to(selection);
  ASSERT_EQ(selection.count(), model.size());
  for (const std::uint32_t id : model) ASSERT_TRUE(selection.contains(id) && ids.contains(id));
  ASSERT_EQ(ids.count_in(selection), model.size());
  std::set<std::uint32_t> asked;
  ASSERT_FALSE(ids.any_in(selection, [&](std::uint32_t id) {
    asked.insert(id);
    return false;
  }));
  ASSERT_EQ(asked, model);
}

TEST(IdSet, AgreesWithASetWhileVersionsStay) {
  std::mt19937 random(3);
  IdSet ids;
  std::set<std::uint32_t> model;
  std::vector<std::pair<IdSet, std::set<std::uint32_t>>> versions;
  for (base::EditToken token = 1; token <= 40; ++token) {
    // Grow past the point where runs become dense, then shrink again.
    for (int i = 0; i < 1500; ++i) {
      const std::uint32_t id = random() % universe;
      if (token <= 25) {
        ids.insert(id, token);
        model.insert(id);
      } else if (!model.empty()) {
        const auto at = model.lower_bound(id);
        const std::uint32_t gone = at == model.end() ? *model.begin() : *at;
        ids.erase(gone, token);
        model.erase(gone);
      }
    }
    if (token % 8 == 0) versions.emplace_back(ids, model);
  }
  for (const auto& [version, expected] : versions) expect_same(version, expected);
}

TEST(IdSet, RepeatedEditsAreWithoutEffect) {
  IdSet ids;
  ids.insert(5, 1);
  ids.insert(5, 1);
  EXPECT_EQ(ids.size(), 1U);
  ids.erase(6, 1);
  ids.erase(5, 1);
  ids.erase(5, 1);
  EXPECT_TRUE(ids.empty());
}

TEST(IdSet, AsksOnlyOfWhatIsInBothUntilOneHolds) {
  Selection even(universe / 64 + 1);
  std::vector<std::uint32_t> all;
  for (std::uint32_t id = 0; id < universe; ++id) {
    if (id % 2 == 0) even.insert(id);
    all.push_back(id);
  }
  for (const std::size_t size : {std::size_t{60}, std::size_t{2'000}, all.size()}) {  // few, sparse, dense
    const IdSet ids = IdSet::of(std::span(all).first(size), 1);
    std::size_t asked = 0;
    EXPECT_TRUE(ids.any_in(even, [&](std::uint32_t id) {
      EXPECT_EQ(id % 2, 0U);
      ++asked;
      return id == 40;
    }));
    EXPECT_EQ(asked, 21U);
  }
}

}  // namespace
}  // namespace aureacore::catalog
