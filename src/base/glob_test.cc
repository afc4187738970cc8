#include "base/glob.h"

#include <gtest/gtest.h>

namespace aureacore::base {
namespace {

bool matches(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::parse(pattern);
  EXPECT_TRUE(glob) << pattern << ": " << glob.error().message;
  return glob && glob->matches(path);
}

TEST(Glob, TakesPlainPathsAsTheyAre) {
  EXPECT_TRUE(matches("a/b.yaml", "a/b.yaml"));
  EXPECT_FALSE(matches("a/b.yaml", "a/b.yamlx"));
  EXPECT_FALSE(matches("b.yaml", "a/b.yaml"));
}

TEST(Glob, StarStaysInItsSegment) {
  EXPECT_TRUE(matches("*.yaml", "a.yaml"));
  EXPECT_TRUE(matches("a*c*e", "abcde"));
  EXPECT_FALSE(matches("*.yaml", "a/b.yaml"));
  EXPECT_TRUE(matches("a/*/c", "a/b/c"));
  EXPECT_FALSE(matches("a/*/c", "a/c"));
  EXPECT_TRUE(matches("?.yaml", "a.yaml"));
  EXPECT_FALSE(matches("?.yaml", ".yaml"));
}

TEST(Glob, TwoStarsSpanSegments) {
  EXPECT_TRUE(matches("**/catalog-info.yaml", "catalog-info.yaml"));
  EXPECT_TRUE(matches("**/catalog-info.yaml", "a/b/catalog-info.yaml"));
  EXPECT_FALSE(matches("**/catalog-info.yaml", "a/xcatalog-info.yaml"));
  EXPECT_TRUE(matches("a/**/z", "a/z"));
  EXPECT_TRUE(matches("a/**/z", "a/b/c/z"));
  EXPECT_TRUE(matches("**", "a/b"));
  EXPECT_TRUE(matches("**/node_modules/**", "x/node_modules/y/z"));
  EXPECT_FALSE(matches("**/node_modules/**", "x/node_modulesy/z"));
}

TEST(Glob, KnowsClassesAndAlternatives) {
  EXPECT_TRUE(matches("[a-c]x", "bx"));
  EXPECT_FALSE(matches("[a-c]x", "dx"));
  EXPECT_TRUE(matches("[!a-c]x", "dx"));
  EXPECT_FALSE(matches("[!a-c]x", "bx"));
  EXPECT_TRUE(matches("*.{yaml,yml}", "a.yml"));
  EXPECT_FALSE(matches("*.{yaml,yml}", "a.json"));
  EXPECT_TRUE(matches("{a,b}/{c,d}", "b/c"));
}

TEST(Glob, RefusesWhatMakesNoSense) {
  for (const std::string_view pattern : {"", "[a", "{a", "a}"}) EXPECT_FALSE(Glob::parse(pattern)) << pattern;
  EXPECT_FALSE(Glob::parse(std::string(Glob::max_pattern_bytes + 1, 'a')));
  std::string bomb;
  for (int i = 0; i < 20; ++i) bomb += "{a,b}";
  EXPECT_FALSE(Glob::parse(bomb));
}

TEST(Glob, HasNothingToBacktrackInto) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(matches(pattern + "b", std::string(5'000, 'a')));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "**/";
  std::string path;
  for (int i = 0; i < 400; ++i) path += "a/";
  EXPECT_FALSE(matches(deep + "b", path + "c"));
}

}  // namespace
}  // namespace aureacore::base
