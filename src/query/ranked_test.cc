#include "query/ranked.h"

#include <gtest/gtest.h>

#include "query/testing.h"

namespace aureacore::query {
namespace {

class RankedTest : public ::testing::Test {
 protected:
  std::string find(std::string_view text, std::size_t first = 0, std::size_t limit = 100,
                   const catalog::Selection* within = nullptr) {
    const RankedPage page = find_ranked(*snapshot_, *search::parse_query(text), within, first, limit, searcher_);
    std::vector<const catalog::Entity*> entities;
    for (const Ranked& item : page.items) entities.push_back(item.entity);
    return testing::names(entities) + fmt::format(" of {}", page.total);
  }

  catalog::SnapshotPtr snapshot_ = testing::build();
  search::Searcher searcher_;
};

TEST_F(RankedTest, BestComeFirst) {
  EXPECT_EQ(find("shop"), "web of 1");
  EXPECT_EQ(find("team-a"), "team-a web of 2") << "the group, then what it owns";
  EXPECT_EQ(find("ordres"), "orders of 1");
  EXPECT_EQ(find("nothing"), " of 0");
}

TEST_F(RankedTest, EquallyGoodOnesStandByReference) { EXPECT_EQ(find("team"), "team-a team-b pay web of 4"); }

TEST_F(RankedTest, PagesFollowEachOther) {
  std::string all;
  for (std::size_t first = 0; first < 5; ++first) all += find("team", first, 1) + "; ";
  EXPECT_EQ(all, "team-a of 4; team-b of 4; pay of 4; web of 4;  of 4; ");
  EXPECT_EQ(find("team", 1, 2), "team-b pay of 4");
  EXPECT_EQ(find("team", 0, 0), " of 4");
  EXPECT_EQ(find("team", 10'000, 1'000), " of 4");
}

TEST_F(RankedTest, AFilterRestrictsIt) {
  catalog::Selection components = snapshot_->nothing();
  snapshot_->match("kind", "component", components);
  EXPECT_EQ(find("team", 0, 100, &components), "pay web of 2");
}

}  // namespace
}  // namespace aureacore::query
