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
  const char* place = arena.keep("first").data();
  arena.keep("second");
  arena.clear();
  EXPECT_EQ(arena.keep("third").data(), place);
}

TEST(TextArena, KeepsNothingOfALargeTextOnceCleared) {
  TextArena arena;
  const char* large = arena.keep(std::string(1'000'000, 'y')).data();
  arena.clear();
  EXPECT_NE(arena.keep("small").data(), large);
}

}  // namespace
}  // namespace aureacore::base
