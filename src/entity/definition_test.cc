#include "entity/definition.h"

#include <gtest/gtest.h>

namespace aureacore::entity {
namespace {

SourceFilePtr file(const char* source, const char* path) { return {new SourceFile(source, path)}; }

TEST(Uid, IsTheSameForTheSameReferenceAlone) {
  EXPECT_EQ(uid("component:default/a"), uid("component:default/a"));
  EXPECT_NE(uid("component:default/a"), uid("component:default/b"));
}

TEST(Uid, IsAUuidOfVersionEight) {
  for (const auto* key : {"component:default/a", "group:default/b", ""}) {
    const std::string text = uid(key);
    ASSERT_EQ(text.size(), 36U);
    EXPECT_EQ(text[14], '8') << text;
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef-"), std::string::npos) << text;
  }
}

TEST(Place, IsOrderedBySourceThenPathThenDocument) {
  const Place first{file("a", "z"), 5};
  const Place second{file("b", "a"), 0};
  const Place third{file("b", "b"), 0};
  const Place fourth{third.file, 1};
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, fourth);
  EXPECT_EQ(third, (Place{file("b", "b"), 0}));
}

}  // namespace
}  // namespace aureacore::entity
