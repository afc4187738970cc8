#include "entity/relation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace aureacore::entity {
namespace {

TEST(Relation, InverseOfTheInverseIsTheTypeItself) {
  for (int i = 0; i < 14; ++i) {
    const auto type = static_cast<RelationType>(i);
    EXPECT_NE(inverse(type), type) << name(type);
    EXPECT_EQ(inverse(inverse(type)), type) << name(type);
  }
}

TEST(Relation, TypesAreInTheOrderOfTheirNames) {
  for (int i = 1; i < 14; ++i) {
    EXPECT_LT(name(static_cast<RelationType>(i - 1)), name(static_cast<RelationType>(i)));
  }
}

TEST(Relation, OwnedByIsTheOtherSideOfOwnerOf) {
  EXPECT_EQ(inverse(RelationType::owned_by), RelationType::owner_of);
  EXPECT_EQ(name(RelationType::owned_by), "ownedBy");
}

TEST(Relations, AreSortedAndEachOnceWhateverTheyWereMadeOf) {
  const std::string one_byte(127, 'a');  // the longest target whose size takes one byte
  const std::string two_bytes(128, 'b');
  const std::string three_bytes(20'000, 'c');
  const std::vector<Relation> given{{RelationType::part_of, three_bytes}, {RelationType::depends_on, two_bytes},
                                    {RelationType::depends_on, one_byte}, {RelationType::part_of, three_bytes},
                                    {RelationType::api_consumed_by, ""},  {RelationType::depends_on, two_bytes}};
  const std::vector<RelationView> expected{{RelationType::api_consumed_by, ""},
                                           {RelationType::depends_on, one_byte},
                                           {RelationType::depends_on, two_bytes},
                                           {RelationType::part_of, three_bytes}};
  const Relations relations = Relations::of(given);
  EXPECT_EQ(relations.size(), expected.size());
  EXPECT_TRUE(std::ranges::equal(relations, expected));
  EXPECT_EQ(relations, Relations::of(expected));
}

TEST(Relations, OfNothingAreNone) {
  const Relations none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(none, Relations::of(std::vector<RelationView>{}));
  EXPECT_NE(none, Relations::of(std::vector<RelationView>{{RelationType::part_of, ""}}));
}

}  // namespace
}  // namespace aureacore::entity
