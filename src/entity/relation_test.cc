#include "entity/relation.h"

#include <gtest/gtest.h>

#include <array>

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

}  // namespace
}  // namespace aureacore::entity
