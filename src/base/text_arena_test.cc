#include "base/text_arena.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aureacore::base {
namespace {

TEST(TextArena, KeepsTextsOfAllSizesWhereTheyAre) {
  std::vector<std::string> texts{"", std::string(200'000, 'x')};
  for (std::size_t i = 0; i < 5'000; ++i) texts.push_back("text " + std::to_string(i));
  TextArena arena;
  std::vector<std::string_view> kept;
  for (const std::string& text : texts) kept.push_back(arena.keep(text));
  const TextArena elsewhere = std::move(arena);
  for (std::size_t i = 0; i < texts.size(); ++i) ASSERT_EQ(kept[i], texts[i]);
}

TEST(TextArena, BeginsAnewOnceCleared) {
  TextArena arena;
  for (int round = 0; round < 3; ++round) {
    const std::string_view first = arena.keep("first");
    const std::string_view large = arena.keep(std::string(100'000, 'y'));
    EXPECT_EQ(first, "first");
    EXPECT_EQ(large.size(), 100'000U);
    EXPECT_EQ(large.find_first_not_of('y'), std::string_view::npos);
    arena.clear();
  }
}

}  // namespace
}  // namespace aureacore::base
