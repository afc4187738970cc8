#include "base/case_folding.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace aureacore::base {
namespace {

TEST(CaseFolding, IsUnicodesLowerCase) {
  EXPECT_EQ(fold_case("Component:Default/Web-1"), "component:default/web-1");
  EXPECT_EQ(fold_case("ÉQUIPE Straße ŁÓDŹ"), "équipe straße łódź");
  EXPECT_EQ(fold_case("ПЛАТФОРМА"), "платформа");
  EXPECT_EQ(fold_case("注文 😀"), "注文 😀");
  EXPECT_EQ(fold_case("İ"), "i̇") << "as JavaScript has it";
  EXPECT_EQ(fold_case("ΟΔΟΣ"), fold_case("οδος"));
  EXPECT_EQ(fold_case("\u212A"), "k") << "the Kelvin sign";
}

TEST(CaseFolding, LeavesBytesThatAreNotUtf8) {
  EXPECT_EQ(fold_case("A\xFF\xC3"), "a\xFF\xC3");
  EXPECT_EQ(fold_case("\xC3\x89\xED\xA0\x80Z"), "é\xED\xA0\x80z");
}

TEST(CaseFolding, IsWhatTextsAreComparedBy) {
  EXPECT_TRUE(equal_folded("Équipe", "éQUIPE"));
  EXPECT_TRUE(equal_folded("Team", "tEAM"));
  EXPECT_FALSE(equal_folded("Équipe", "equipe"));
  EXPECT_TRUE(equal_folded("\u212A", "K")) << "of other sizes";
  EXPECT_TRUE(starts_with_folded("ÉQUIPE-A", "équipe"));
  EXPECT_TRUE(starts_with_folded("TEAM", "te"));
  EXPECT_FALSE(starts_with_folded("T", "te"));
  EXPECT_TRUE(contains_folded("Die ÄPFEL", "äpf"));
  EXPECT_TRUE(contains_folded("The Apples", "app"));
  EXPECT_FALSE(contains_folded("The Apples", "äpp"));
}

TEST(CaseFolding, TellsAscii) {
  for (std::size_t size = 0; size < 20; ++size) {
    std::string text(size, 'a');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t i = 0; i < size; ++i) {
      text[i] = '\x80';
      EXPECT_FALSE(is_ascii(text)) << size << " " << i;
      text[i] = '\x7F';
    }
  }
}

}  // namespace
}  // namespace aureacore::base
