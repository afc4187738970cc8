#include "entity/version.h"

#include <gtest/gtest.h>

namespace aureacore::entity {
namespace {

TEST(Version, DoesNotDependOnTheOrderOfTheSources) {
  Version a;
  a.set({"x", 3, "aa"});
  a.set({"y", 4, "bb"});
  Version b;
  b.set({"y", 4, "bb"});
  b.set({"x", 1, "old"});
  b.set({"x", 3, "aa"});
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.token(), b.token());
}

TEST(Version, TokenTellsTheSumOfThePositions) {
  Version version;
  version.set({"x", 3, "aa"});
  version.set({"y", 4, "bb"});
  EXPECT_TRUE(version.token().starts_with("v1-7-")) << version.token();
  EXPECT_TRUE(is_token(version.token()));
  EXPECT_LE(version.token().size(), 64U);
}

TEST(Version, AnotherCommitAtTheSamePositionIsAnotherVersion) {
  Version a;
  a.set({"x", 3, "aa"});
  Version b;
  b.set({"x", 3, "ab"});
  EXPECT_NE(a.token(), b.token());
}

TEST(Version, ForgetsARemovedSource) {
  Version version;
  version.set({"x", 3, "aa"});
  ASSERT_NE(version.find("x"), nullptr);
  version.remove("x");
  EXPECT_EQ(version.find("x"), nullptr);
  EXPECT_EQ(version, Version());
}

TEST(Version, KnowsATokenWhenItSeesOne) {
  const std::string digest(32, 'a');
  EXPECT_TRUE(is_token("v1-0-" + digest));
  const std::string upper(32, 'A');
  for (const auto& text : {std::string(), std::string("v1"), "v2-0-" + digest, "v1-x-" + digest, "v1-0-" + digest + "a",
                           "v1-0-" + upper}) {
    EXPECT_FALSE(is_token(text)) << text;
  }
}

}  // namespace
}  // namespace aureacore::entity
