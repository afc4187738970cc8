#include "base/hash.h"

#include <gtest/gtest.h>

namespace aureacore::base {
namespace {

std::string hex(const Hash128& hash) {
  const auto digits = hash.hex();
  return {digits.data(), digits.size()};
}

// XXH3's published value for the empty input: what is stored by one version must be found by the next.
TEST(Hash, StaysTheSame) { EXPECT_EQ(hex(hash128("")), "99aa06d3014798d86001c324468d497f"); }

TEST(Hash, PiecesAreAsGoodAsTheWhole) {
  Hasher128 hasher;
  hasher.update("component:");
  hasher.update("");
  hasher.update("default/a");
  EXPECT_EQ(hasher.digest(), hash128("component:default/a"));
}

TEST(Hash, SeedMakesAnotherTable) { EXPECT_NE(hash64("a", 1), hash64("a", 2)); }

}  // namespace
}  // namespace aureacore::base
