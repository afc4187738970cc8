#include "search/snippet.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace aureacore::search {
namespace {

std::string filler(int words) {
  std::string text;
  for (int i = 0; i < words; ++i) text += "filler ";
  return text;
}

TEST(Snippet, OfAShortTextIsTheText) {
  EXPECT_EQ(snippet("Takes orders.", std::vector<std::string>{"pay"}), "Takes orders.");
}

TEST(Snippet, ShowsWhatWasFound) {
  const std::string text = filler(100) + "Ördering here. " + filler(100);
  const std::string shown = snippet(text, std::vector<std::string>{"nothing", "order"});
  EXPECT_NE(shown.find("Ördering here"), std::string::npos) << shown;
  EXPECT_TRUE(shown.starts_with("…filler")) << shown;
  EXPECT_TRUE(shown.ends_with("filler…")) << shown;
}

TEST(Snippet, WithoutAFindIsTheStart) {
  const std::string shown = snippet("Begins. " + filler(100), std::vector<std::string>{"nothing"});
  EXPECT_TRUE(shown.starts_with("Begins. filler")) << shown;
  EXPECT_TRUE(shown.ends_with("…"));
}

TEST(Snippet, GoesToTheEnd) {
  const std::string shown = snippet(filler(100) + "end", std::vector<std::string>{"end"});
  EXPECT_TRUE(shown.ends_with("filler end")) << shown;
}

TEST(Snippet, CutsNoCharacterInTwo) {
  for (std::size_t lead = 0; lead < 8; ++lead) {
    std::string text(lead, 'x');
    for (int i = 0; i < 300; ++i) text += "注";
    text += " order ";
    for (int i = 0; i < 300; ++i) text += "文";
    const std::string shown = snippet(text, std::vector<std::string>{"order"});
    EXPECT_TRUE(base::is_utf8(shown)) << shown;
    EXPECT_NE(shown.find("order"), std::string::npos);
  }
}

}  // namespace
}  // namespace aureacore::search
