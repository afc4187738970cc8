#include "search/index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace aureacore::search {
namespace {

using Texts = std::map<std::uint32_t, std::vector<std::pair<Field, std::string>>>;

Document document_of(const std::vector<std::pair<Field, std::string>>& texts) {
  Document document;
  for (const auto& [field, text] : texts) document.push_back({field, text});
  return document;
}

void change(Index& index, const Texts& before, const Texts& after) {
  Changes changes;
  std::map<std::uint32_t, bool> numbers;
  for (const auto* side : {&before, &after}) {
    for (const auto& [number, texts] : *side) numbers[number] = true;
  }
  for (const auto& [number, ignored] : numbers) {
    const Document old = before.contains(number) ? document_of(before.at(number)) : Document{};
    const Document fresh = after.contains(number) ? document_of(after.at(number)) : Document{};
    changes.set(number, before.contains(number) ? &old : nullptr, after.contains(number) ? &fresh : nullptr);
  }
  index.apply(changes);
}

// Every term with its postings.
std::map<std::string, std::map<std::uint32_t, int>> dump(const Index& index) {
  std::map<std::string, std::map<std::uint32_t, int>> all;
  Dictionary::Cursor cursor(index.dictionary());
  for (cursor.seek(""); !cursor.at_end(); cursor.next()) {
    EXPECT_FALSE(all.contains(std::string(cursor.term())));
    EXPECT_TRUE(all.empty() || all.rbegin()->first < cursor.term());
    auto& postings = all[std::string(cursor.term())];
    cursor.postings().for_each([&](Posting posting) { postings[posting.document] = posting.fields.bits(); });
    EXPECT_EQ(postings.size(), cursor.postings().count());
    EXPECT_FALSE(postings.empty());
  }
  return all;
}

Index build(const Texts& texts) {
  Index index;
  change(index, {}, texts);
  return index;
}

TEST(Index, HasEachTermWithItsFields) {
  const Index index =
      build({{3, {{Field::name, "order-api"}, {Field::title, "The API"}}}, {7, {{Field::tags, "api"}}}});
  Fields name_and_title;
  name_and_title.add(Field::name);
  name_and_title.add(Field::title);
  Fields tags;
  tags.add(Field::tags);
  Fields whole;
  whole.add_whole_name();
  const auto all = dump(index);
  EXPECT_EQ(all.at("api"), (std::map<std::uint32_t, int>{{3, name_and_title.bits()}, {7, tags.bits()}}));
  EXPECT_EQ(all.at("orderapi"), (std::map<std::uint32_t, int>{{3, whole.bits()}}));
  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(index.documents(), 2);
}

TEST(Index, OfLongDocumentsHasTheStart) {
  const std::string long_text = std::string(max_document_bytes, '.') + " end";
  const Index index =
      build({{0, {{Field::name, "x"}, {Field::description, "start " + long_text}, {Field::tags, "tag"}}}});
  EXPECT_TRUE(dump(index).contains("start"));
  EXPECT_FALSE(dump(index).contains("end"));
  EXPECT_FALSE(dump(index).contains("tag"));
}

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }

  // Few words often, many seldom, so that there are lists of all lengths.
  std::string text() {
    std::string text;
    for (std::size_t i = 1 + below(8); i > 0; --i) {
      const std::size_t rare = below(4);
      text +=
          rare == 0 ? "w" + std::to_string(below(5'000)) : std::string(1 + below(3), static_cast<char>('a' + below(5)));
      text += ' ';
    }
    return text;
  }

  std::vector<std::pair<Field, std::string>> texts() {
    std::vector<std::pair<Field, std::string>> texts;
    for (std::size_t i = 1 + below(3); i > 0; --i) texts.emplace_back(static_cast<Field>(below(field_count)), text());
    return texts;
  }

 private:
  std::mt19937 random_;
};

TEST(Index, AfterAnyHistoryIsWhatABuildFromNothingGives) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    Random random(seed);
    Texts texts;
    Index index;
    for (int step = 0; step < 16; ++step) {
      Texts next = texts;
      // From a single document to all: grows at first, and shrinks to nothing.
      const std::size_t size = step % 5 == 0 ? 600 : 1 + random.below(40);
      for (std::size_t i = 0; i < size; ++i) {
        const auto number = static_cast<std::uint32_t>(random.below(2'000));
        if (random.below(16) < static_cast<std::size_t>(step)) {
          next.erase(number);
        } else {
          next[number] = random.texts();
        }
      }
      if (step == 15) next.clear();
      const Index before = index;
      const auto before_dump = step % 5 == 0 ? dump(before) : std::map<std::string, std::map<std::uint32_t, int>>{};
      change(index, texts, next);
      if (step % 5 == 0) EXPECT_EQ(dump(before), before_dump) << "an edit changed what it was made from";
      texts = std::move(next);
      if (step % 3 == 0 || step == 15) {
        ASSERT_EQ(dump(index), dump(build(texts))) << "seed " << seed << ", step " << step;
        ASSERT_EQ(index.documents(), static_cast<std::int64_t>(texts.size()));
      }
    }
    EXPECT_TRUE(dump(index).empty());
    EXPECT_LT(index.dictionary().memory(), 100U) << "what is gone takes no memory";
  }
}

TEST(Index, StaysSmallWhateverTheHistory) {
  Random random(1);
  Texts texts;
  Index index;
  for (int step = 0; step < 150; ++step) {
    Texts next = texts;
    for (int i = 0; i < 10; ++i) next[static_cast<std::uint32_t>(random.below(2'000))] = random.texts();
    change(index, texts, next);
    texts = std::move(next);
  }
  EXPECT_LT(index.dictionary().memory(), 2 * build(texts).dictionary().memory());
}

TEST(Cursor, SeeksTheFirstThatIsNotSmaller) {
  Random random(2);
  Texts texts;
  for (std::uint32_t i = 0; i < 3'000; ++i) texts[i] = {{Field::title, random.text()}};
  const Index index = build(texts);
  const auto all = dump(index);
  Dictionary::Cursor cursor(index.dictionary());
  const auto expect_seek = [&](const std::string& wanted) {
    cursor.seek(wanted);
    for (auto at = all.lower_bound(wanted); at != all.end() && at != std::next(all.lower_bound(wanted)); ++at) {
      ASSERT_FALSE(cursor.at_end()) << wanted;
      EXPECT_EQ(cursor.term(), at->first) << wanted;
      EXPECT_EQ(cursor.postings().count(), at->second.size());
    }
    if (all.lower_bound(wanted) == all.end()) EXPECT_TRUE(cursor.at_end()) << wanted;
  };
  for (const auto& [term, ignored] : all) {
    expect_seek(term);
    expect_seek(term + "x");
    expect_seek(term.substr(0, term.size() - 1) + '\x01');
  }
  expect_seek("");
  expect_seek("\xFF");
  cursor.seek("w");
  for (auto at = all.lower_bound("w"); at != all.end(); ++at, cursor.next()) ASSERT_EQ(cursor.term(), at->first);
  EXPECT_TRUE(cursor.at_end());
}

TEST(Cursor, OfAnEmptyDictionaryIsAtItsEnd) {
  const Index index;
  Dictionary::Cursor cursor(index.dictionary());
  EXPECT_TRUE(cursor.at_end());
  cursor.seek("a");
  EXPECT_TRUE(cursor.at_end());
}

}  // namespace
}  // namespace aureacore::search
