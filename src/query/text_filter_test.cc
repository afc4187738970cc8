#include "query/text_filter.h"

#include <gtest/gtest.h>

#include <random>

#include "base/case_folding.h"
#include "base/text.h"
#include "query/testing.h"
#include "query/values.h"

namespace aureacore::query {
namespace {

using testing::names;

// What the filter means, without any index.
std::string scan(const Query& query, const catalog::Snapshot& snapshot) {
  catalog::Selection selected = snapshot.nothing();
  for (const auto& field : query.text_fields) {
    selected |= select_by_value(snapshot, snapshot.everything(), field, [&](std::string_view value) {
      return base::contains_folded(value, base::fold_case(base::trim(query.text)));
    });
  }
  return names(snapshot, selected);
}

class RandomTexts {
 public:
  explicit RandomTexts(std::uint32_t seed) : random_(seed) {}

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  std::string text(std::uint32_t most) {
    static const std::vector<std::string> pieces{"order", "Service", "pay", "ment", "É", "1",   "2x", "-",
                                                 "-",     " ",       "_",   "a",    "z", "ing", "ß",  "注文"};
    std::string made;
    for (std::uint32_t i = 1 + pick(most); i > 0; --i) made += pieces[pick(static_cast<std::uint32_t>(pieces.size()))];
    return made;
  }

  // Authors may write members of their own beside the known ones, of any sort.
  testing::Document document(int number) {
    testing::Document document{.kind = "Component",
                               .name = fmt::format("order-{}{}", pick(2) == 0 ? "Pay" : "mail", number),
                               .metadata = {},
                               .spec = fmt::format(R"("type":"{}","profile":{{"displayName":"{}"}})", text(2), text(4)),
                               .relations = {}};
    if (pick(2) == 0) document.metadata += fmt::format(R"(,"title":"{}")", text(5));
    if (pick(2) == 0) document.metadata += fmt::format(R"(,"description":"{}")", text(30));
    if (pick(2) == 0) document.metadata += fmt::format(R"(,"tags":["{}","{}"])", text(2), text(2));
    if (pick(8) == 0) document.metadata += fmt::format(R"(,"Title":[["{}",null],12{}])", text(3), pick(9));
    if (pick(8) == 0) document.metadata += fmt::format(R"(,"TAGS":{{"x":"{}"}},"titles":"{}")", text(3), text(3));
    if (pick(16) == 0) document.metadata += fmt::format(R"(,"description":"{}payorder")", std::string(20'000, 'x'));
    return document;
  }

 private:
  std::mt19937 random_;
};

TEST(TextFilter, FindsWhatAScanFinds) {
  const std::vector<std::string> paths{"metadata.name", "METADATA.title",  "metadata.description",     "metadata.tags",
                                       "spec.type",     "metadata.tags.x", "spec.profile.displayName", "kind"};
  RandomTexts random(5);
  std::size_t found = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<testing::Document> documents;
    for (int i = 0; i < 150; ++i) documents.push_back(random.document(i));
    const auto snapshot = testing::build(documents);
    for (int i = 0; i < 60; ++i) {
      Query query{.text = random.text(3), .text_fields = {}};
      for (std::uint32_t fields = 1 + random.pick(3); fields > 0; --fields) {
        query.text_fields.push_back(paths[random.pick(static_cast<std::uint32_t>(paths.size()))]);
      }
      const std::string all = scan(query, *snapshot);
      found += all.empty() ? 0 : 1;
      ASSERT_EQ(names(*snapshot, select_by_text(query, *snapshot, snapshot->everything())), all) << query.text;
    }
  }
  EXPECT_GT(found, 300) << "otherwise this shows nothing";
}

TEST(TextFilter, ChoosesAmongTheCandidates) {
  const auto snapshot = testing::build();
  catalog::Selection candidates = snapshot->nothing();
  snapshot->match("kind", "group", candidates);
  EXPECT_EQ(names(*snapshot, select_by_text({.text = "eam-", .text_fields = {"metadata.name"}}, *snapshot, candidates)),
            "team-a team-b");
  EXPECT_EQ(
      names(*snapshot, select_by_text({.text = "orders", .text_fields = {"metadata.name"}}, *snapshot, candidates)),
      "");
}

}  // namespace
}  // namespace aureacore::query
