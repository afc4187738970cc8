#include "search/words.h"

#include <gtest/gtest.h>

#include "search/fold.h"

namespace aureacore::search {
namespace {

// "a b+c": words; a compound in brackets, a pair with a dash before, the last of a run with one behind.
std::string words(std::string_view text) {
  std::string out;
  Words splitter;
  splitter.split(text, [&](const Word& word) {
    if (!out.empty()) out += ' ';
    switch (word.kind) {
      case Word::Kind::whole:
        out += word.term;
        break;
      case Word::Kind::compound:
        out += "[" + std::string(word.term) + "]";
        break;
      case Word::Kind::pair:
        out += "-" + std::string(word.term);
        break;
      case Word::Kind::last:
        out += std::string(word.term) + "-";
        break;
    }
  });
  return out;
}

TEST(Words, AreRunsOfLettersAndDigits) {
  EXPECT_EQ(words("order-service_v2.example.com/a"), "order service v2 example com a");
  EXPECT_EQ(words("  The (quick) fox; runs.  "), "the quick fox runs");
  EXPECT_EQ(words(""), "");
  EXPECT_EQ(words("!?-- .,"), "");
}

TEST(Words, WithHumpsGiveTheirPartsToo) {
  EXPECT_EQ(words("OrderService"), "order service [orderservice]");
  EXPECT_EQ(words("parseHTTPRequest"), "parse http request [parsehttprequest]");
  EXPECT_EQ(words("S3Bucket"), "s3 bucket [s3bucket]");
  EXPECT_EQ(words("PaymentAPI"), "payment api [paymentapi]");
  EXPECT_EQ(words("ÉtéÎle"), "ete ile [eteile]");
}

TEST(Words, WithoutHumpsStayWhole) {
  EXPECT_EQ(words("ORDERS"), "orders");
  EXPECT_EQ(words("APIs URLs"), "apis urls");
  EXPECT_EQ(words("Order"), "order");
  EXPECT_EQ(words("HTTP2xx k8s oauth2"), "http2xx k8s oauth2");
}

TEST(Words, KeepTheSignsOfLanguages) {
  EXPECT_EQ(words("c++ and C#, f#"), "c++ and c# f#");
  EXPECT_EQ(words("a+b #tag +x c++11"), "a b tag x c 11");
}

TEST(Words, AreFolded) {
  EXPECT_EQ(words("Café CAFÉ cafe\u0301"), "cafe cafe cafe");
  EXPECT_EQ(words("Straße STRASSE"), "strasse strasse");
  EXPECT_EQ(words("İstanbul ISTANBUL ıstanbul"), "istanbul istanbul istanbul");
  EXPECT_EQ(words("Ørsted Łódź Œuvre þing"), "orsted lodz oeuvre thing");
  EXPECT_EQ(words("ﬁle ＡＢＣ １２"), "file abc 12");
  EXPECT_EQ(words("ΣΊΣΥΦΟΣ σίσυφος"), "σισυφοσ σισυφοσ");
  EXPECT_EQ(words("Ёлка елка"), "елка елка");
  EXPECT_EQ(words("soft\u00ADhyphen zero\u200Dwidth"), "softhyphen zerowidth");
}

TEST(Words, OfUnspacedScriptsArePairs) {
  EXPECT_EQ(words("支払い"), "-支払 -払い い-");
  EXPECT_EQ(words("注文API"), "-注文 文- api");
  EXPECT_EQ(words("支"), "支");
  EXPECT_EQ(words("ｱｲ アイ"), "-アイ イ- -アイ イ-");
}

TEST(Words, KeepMarksThatMakeAnotherLetter) {
  EXPECT_EQ(words("हिन्दी"), "हिन्दी");
  EXPECT_NE(words("가나"), words("가너"));
}

TEST(Words, TakeWhatIsNotUtf8ForSpace) {
  EXPECT_EQ(words("a\xFF"
                  "b\xC3"),
            "a b");
  EXPECT_EQ(words("\xED\xA0\x80x\xF8\x88\x80\x80\x80y"), "x y");
  EXPECT_EQ(words(std::string_view("a\0b", 3)), "a b");
}

TEST(Words, AreCutAtTheLimit) {
  EXPECT_EQ(words(std::string(1000, 'x')), std::string(max_term_bytes, 'x'));
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "я";
  const std::string cut = words("x" + accents);
  EXPECT_EQ(cut.size(), max_term_bytes - 1) << "a character is not cut in two";
}

TEST(Words, SayWhereTheyStand) {
  std::vector<std::string> places;
  const std::string_view text = "Über OrderService";
  Words splitter;
  splitter.split(text, [&](const Word& word) { places.emplace_back(text.substr(word.begin, word.end - word.begin)); });
  EXPECT_EQ(places, (std::vector<std::string>{"Über", "Order", "Service", "OrderService"}));
}

TEST(Fold, StaysWithinItsRoom) {
  std::size_t longest = 0;
  for (char32_t code = 0; code <= 0x10FFFF; ++code) longest = std::max(longest, fold(code).size);
  EXPECT_LE(longest, Folded::max_characters);
  EXPECT_GE(longest, 18U);
}

}  // namespace
}  // namespace aureacore::search
