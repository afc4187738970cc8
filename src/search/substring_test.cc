#include "search/substring.h"

#include <gtest/gtest.h>

#include <random>

#include "base/case_folding.h"

namespace aureacore::search {
namespace {

Index build(const std::vector<Document>& documents) {
  Changes changes;
  for (std::uint32_t i = 0; i < documents.size(); ++i) changes.set(i, nullptr, &documents[i]);
  Index index;
  index.apply(changes);
  return index;
}

// The documents' numbers, with a space behind each.
std::string found(const Index& index, std::string_view text, std::initializer_list<Field> fields) {
  Fields wanted;
  for (const Field field : fields) wanted.add(field);
  std::vector<std::uint64_t> bits(2, ~std::uint64_t{0});
  Substring(text).find(index, wanted, bits);
  std::string numbers;
  for (std::uint32_t i = 0; i < 128; ++i) {
    if (((bits[i / 64] >> (i % 64)) & 1) != 0) numbers += std::to_string(i) + " ";
  }
  return numbers;
}

TEST(Substring, FindsWhatStandsWithinWords) {
  const Index index = build({{{Field::name, "order-service"}, {Field::title, "Orders"}},
                             {{Field::name, "OrderServer"}},
                             {{Field::name, "mail"}, {Field::description, "serves the orders"}}});
  EXPECT_EQ(found(index, "der-serv", {Field::name}), "0 1 ") << "more than has it, but all that do";
  EXPECT_EQ(found(index, "orderserver", {Field::name}), "1 ");
  EXPECT_EQ(found(index, "rders", {Field::name, Field::title}), "0 1 ");
  EXPECT_EQ(found(index, "rders", {Field::description}), "2 ");
  EXPECT_EQ(found(index, "nothing", {Field::name}), "");
}

TEST(Substring, TellsNothingOfWhatIsShortOrForeign) {
  for (const auto* text : {"", "ab", "a-b c", "größ", "注文"}) EXPECT_FALSE(Substring(text).is_telling()) << text;
  EXPECT_TRUE(Substring("größer").is_telling() == false && Substring("grün abc").is_telling());
}

TEST(Substring, DoesNotMissWhatTheIndexCutOff) {
  const std::string word(2 * max_term_bytes, 'w');
  const Index index = build({{{Field::description, word + "end"}},
                             {{Field::description, std::string(max_document_bytes, ' ') + "end"}, {Field::tags, "end"}},
                             {{Field::description, "other"}}});
  EXPECT_EQ(found(index, "wend", {Field::description}), "0 1 ");
  EXPECT_EQ(found(index, "end", {Field::tags}), "1 ");
  EXPECT_EQ(found(index, "end", {Field::title}), "");
}

TEST(Substring, MissesNothing) {
  const std::vector<std::string> pieces{"a",  "B",      "c", "Ab",   "1",      "-", " ", "É", "e\u0301", "ß",
                                        "注", "\u212A", "İ", "\xFF", "\u00AD", "+", "#", "ﬁ", "_"};
  std::mt19937 random(11);
  const auto text = [&](std::size_t most) {
    std::string made;
    for (std::size_t i = random() % most; i > 0; --i) made += pieces[random() % pieces.size()];
    return made;
  };
  std::size_t checked = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> texts;
    std::vector<Document> documents;
    for (int i = 0; i < 100; ++i) texts.push_back(text(20));
    documents.reserve(texts.size());
    for (const auto& each : texts) documents.push_back({{Field::title, each}});
    const Index index = build(documents);
    for (int i = 0; i < 20; ++i) {
      const std::string& whole = texts[random() % texts.size()];
      const std::string wanted = base::fold_case(whole.substr(random() % (whole.size() + 1), random() % 12));
      if (!Substring(wanted).is_telling()) continue;
      const std::string all = " " + found(index, wanted, {Field::title});
      for (std::size_t at = 0; at < texts.size(); ++at) {
        if (!base::contains_folded(texts[at], wanted)) continue;
        ++checked;
        ASSERT_TRUE(all.contains(" " + std::to_string(at) + " ")) << wanted << " in " << texts[at];
      }
    }
  }
  EXPECT_GT(checked, 100) << "otherwise this shows nothing";
}

}  // namespace
}  // namespace aureacore::search
