#include "entity/reference.h"

#include <gtest/gtest.h>

namespace aureacore::entity {
namespace {

std::string canonical(std::string_view text, ReferenceDefaults defaults = {.kind = "Group", .name_space = "Own"}) {
  const auto reference = parse_reference(text, defaults);
  return reference ? reference->canonical() : reference.error().message;
}

TEST(Reference, FillsInWhatIsLeftOut) {
  EXPECT_EQ(canonical("team-a"), "group:own/team-a");
  EXPECT_EQ(canonical("Other/Team-A"), "group:other/team-a");
  EXPECT_EQ(canonical("User:Amy"), "user:own/amy");
  EXPECT_EQ(canonical("User:Default/Amy"), "user:default/amy");
}

TEST(Reference, SplitsAtTheFirstColonAndTheFirstSlash) {
  EXPECT_EQ(canonical("a:b:c/d"), "a:b:c/d");
  EXPECT_EQ(canonical("a:b:c"), "a:own/b:c");
  EXPECT_EQ(canonical("a/b/c"), "group:a/b/c");
  EXPECT_EQ(canonical("a/b:c"), "group:a/b:c");
}

TEST(Reference, KeepsThePartsAsWritten) {
  const auto reference = parse_reference("Component:Default/My-Service", {.kind = {}});
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->kind, "Component");
  EXPECT_EQ(reference->name_space, "Default");
  EXPECT_EQ(reference->name, "My-Service");
}

TEST(Reference, RefusesEmptyParts) {
  for (const std::string_view text : {"", ":a", "/a", "a:", "a/", "a:/b", "a:b/", ":", "/"}) {
    EXPECT_FALSE(parse_reference(text, {.kind = "Group"})) << text;
  }
}

TEST(Reference, AsksForAKindThatHasNoDefault) {
  const auto reference = parse_reference("just-a-name", {.kind = {}});
  ASSERT_FALSE(reference);
  EXPECT_EQ(
      reference.error().message,
      "expected a reference [kind:][namespace/]name, found \"just-a-name\": the kind is missing, as in component:name");
}

TEST(Reference, KnowsKinds) {
  EXPECT_TRUE(is_kind("Component"));
  EXPECT_TRUE(is_kind("a1"));
  for (const std::string_view text : {"", "1a", "a-b", "a b"}) EXPECT_FALSE(is_kind(text)) << text;
  EXPECT_TRUE(is_kind(std::string(63, 'k')));
  EXPECT_FALSE(is_kind(std::string(64, 'k')));
}

TEST(Reference, KnowsNames) {
  for (const std::string_view text : {"a", "0123", "a--b", "a..b", "Name-UPPER_x.y"})
    EXPECT_TRUE(is_name(text)) << text;
  for (const std::string_view text : {"", "-a", "a-", ".a", "a b", "a/b", "caf\xC3\xA9"})
    EXPECT_FALSE(is_name(text)) << text;
  EXPECT_TRUE(is_name(std::string(63, 'n')));
  EXPECT_FALSE(is_name(std::string(64, 'n')));
}

TEST(Reference, KnowsNamespaces) {
  for (const std::string_view text : {"a", "team-x", "a--b", "9"}) EXPECT_TRUE(is_namespace(text)) << text;
  for (const std::string_view text : {"", "Team", "a_b", "a.b", "-a", "a-"}) EXPECT_FALSE(is_namespace(text)) << text;
}

}  // namespace
}  // namespace aureacore::entity
