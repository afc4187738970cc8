#include "search/searcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "search/typos.h"

namespace aureacore::search {
namespace {

struct Entry {
  std::string name;
  std::string title;
  std::string tags;
  std::string owner;
  std::string description;
  std::string annotations;

  [[nodiscard]] Document document() const {
    return {{Field::owner, owner},
            {Field::name, name},
            {Field::title, title},
            {Field::tags, tags},
            {Field::description, description},
            {Field::annotations, annotations}};
  }
};

class Catalog {
 public:
  explicit Catalog(std::vector<Entry> entries) : entries_(std::move(entries)) {
    Changes changes;
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Document document = entries_[i].document();
      changes.set(i, nullptr, &document);
    }
    index_.apply(changes);
  }

  // The names found, best first; equally good ones by their number.
  std::string find(std::string_view text, std::span<const std::uint64_t> allowed = {}) {
    const auto query = parse_query(text);
    if (!query) return "error: " + query.error().message;
    const auto found = searcher_.search(index_, *query, entries_.size(), allowed);
    std::vector<Hit> hits(found.begin(), found.end());
    std::ranges::sort(hits, {}, [](const Hit& hit) { return std::pair(-hit.score, hit.document); });
    std::string out;
    for (const Hit& hit : hits) out += (out.empty() ? "" : " ") + entries_[hit.document].name;
    return out;
  }
  std::size_t count(std::string_view text) {
    return searcher_.search(index_, *parse_query(text), entries_.size(), {}).size();
  }
  const Index& index() const { return index_; }

 private:
  std::vector<Entry> entries_;
  Index index_;
  Searcher searcher_;
};

TEST(Searcher, ALetterStandsForHoweverManyWordsBeginWithIt) {
  constexpr int words = 30'000;
  std::vector<Entry> entries;
  std::size_t with_b = 0;
  for (int i = 0; i < words; ++i) {
    std::string word = "z";
    for (int rest = i; rest > 0; rest /= 26) word += static_cast<char>('a' + rest % 26);
    with_b += word.starts_with("zb");
    entries.push_back({.name = "x", .title = word});
  }
  Catalog catalog(std::move(entries));
  EXPECT_EQ(catalog.count("z"), words);
  EXPECT_EQ(catalog.count("zb"), with_b);
}

TEST(Searcher, RanksByFieldThenByHowWellItIsMet) {
  Catalog catalog({{.name = "n1", .annotations = "example.com/pay: yes"},
                   {.name = "n2", .description = "Takes the pay."},
                   {.name = "n3", .tags = "pay"},
                   {.name = "n4", .owner = "team-pay"},
                   {.name = "n5", .title = "Pay"},
                   {.name = "the-pay"},
                   {.name = "payments-gateway"},
                   {.name = "pay-api"},
                   {.name = "pay"}});
  EXPECT_EQ(catalog.find("pay"), "pay pay-api payments-gateway the-pay n5 n3 n4 n2 n1");
}

TEST(Searcher, OfNamesThatBeginSoTheShorterComesFirst) {
  Catalog catalog(
      {{.name = "order-service-archive"}, {.name = "order-service"}, {.name = "orders"}, {.name = "order"}});
  EXPECT_EQ(catalog.find("order"), "order orders order-service order-service-archive");
  EXPECT_EQ(catalog.find("order-serv"), "order-service order-service-archive");
  EXPECT_EQ(catalog.find("orderservice"), "order-service order-service-archive");
}

TEST(Searcher, FindsNamesHoweverTheyAreWritten) {
  Catalog catalog({{.name = "order-service"}, {.name = "orderservice"}, {.name = "OrderService"}, {.name = "other"}});
  for (const auto* text : {"order-service", "order service", "order_service", "ORDER SERVICE"}) {
    EXPECT_EQ(catalog.find(text), "order-service OrderService orderservice") << text;
  }
  for (const auto* text : {"OrderService", "orderService", "orderservice"}) {
    EXPECT_EQ(catalog.find(text), "orderservice OrderService order-service") << text;
  }
}

TEST(Searcher, TakesHumpsForOneWordAndForTwo) {
  Catalog catalog({{.name = "a", .annotations = "github.com/project"}, {.name = "b", .description = "A Git hub"}});
  EXPECT_EQ(catalog.find("GitHub"), "b a");
  EXPECT_EQ(catalog.find("github"), "a");
}

TEST(Searcher, WantsEveryWord) {
  Catalog catalog({{.name = "order-api", .description = "payments"}, {.name = "order-web"}, {.name = "pay-api"}});
  EXPECT_EQ(catalog.find("order pay"), "order-api");
  EXPECT_EQ(catalog.find("order order ORDER"), "order-api order-web");
  EXPECT_EQ(catalog.find("order mars"), "");
}

TEST(Searcher, RareWordsWeighMore) {
  Catalog catalog({{.name = "a", .description = "common rare", .annotations = "x"},
                   {.name = "b", .description = "common"},
                   {.name = "c", .description = "common"}});
  EXPECT_EQ(catalog.find("common rare"), "a");
  Catalog two({{.name = "x1", .title = "common", .description = "rare"},
               {.name = "x2", .title = "rare", .description = "common"},
               {.name = "x3", .title = "common"},
               {.name = "x4", .title = "common"}});
  EXPECT_EQ(two.find("common rare"), "x2 x1");
}

TEST(Searcher, FoldsCaseAndAccents) {
  Catalog catalog({{.name = "a", .title = "Café Zürich"},
                   {.name = "b", .title = "Große Straße"},
                   {.name = "c", .title = "注文サービス"}});
  EXPECT_EQ(catalog.find("cafe ZURICH"), "a");
  EXPECT_EQ(catalog.find("CAFÉ"), "a");
  EXPECT_EQ(catalog.find("grosse strasse"), "b");
  EXPECT_EQ(catalog.find("GROẞE"), "b");
  EXPECT_EQ(catalog.find("サービス"), "c");
  EXPECT_EQ(catalog.find("注文"), "c");
  EXPECT_EQ(catalog.find("文サ"), "c");
  EXPECT_EQ(catalog.find("注"), "c");
  EXPECT_EQ(catalog.find("ス"), "c");
  EXPECT_EQ(catalog.find("文注"), "");
}

TEST(Searcher, TakesOneTypo) {
  Catalog catalog({{.name = "payment"}, {.name = "kubernetes"}, {.name = "größe"}, {.name = "cat"}});
  EXPECT_EQ(catalog.find("paymnt"), "payment") << "one too few";
  EXPECT_EQ(catalog.find("paymentt"), "payment") << "one too many";
  EXPECT_EQ(catalog.find("paiment"), "payment") << "another";
  EXPECT_EQ(catalog.find("pamyent"), "payment") << "two swapped";
  EXPECT_EQ(catalog.find("apyment"), "payment") << "at the start";
  EXPECT_EQ(catalog.find("ayment"), "payment");
  EXPECT_EQ(catalog.find("xpayment"), "payment");
  EXPECT_EQ(catalog.find("paymetn"), "payment") << "at the end";
  EXPECT_EQ(catalog.find("kubrene"), "kubernetes") << "in the beginning of a longer word";
  EXPECT_EQ(catalog.find("gräße"), "größe");
  EXPECT_EQ(catalog.find("gräse"), "") << "two";
  EXPECT_EQ(catalog.find("gröse"), "größe");
  EXPECT_EQ(catalog.find("pyamnet"), "") << "two";
  EXPECT_EQ(catalog.find("czt"), "") << "too short";
}

TEST(Searcher, RanksWhatIsFoundByATypoAlone) {
  Catalog catalog({{.name = "bridge-one", .description = "Takes each invoice."}, {.name = "invoice-bridge"}});
  EXPECT_EQ(catalog.find("invocie bridge"), "invoice-bridge bridge-one");
}

TEST(Searcher, PutsTyposBehindAllElse) {
  Catalog catalog({{.name = "order"}, {.name = "x", .annotations = "ordner"}});
  EXPECT_EQ(catalog.find("ordner"), "x order");
  EXPECT_EQ(catalog.find("order"), "order x");
}

TEST(Searcher, ThinksOfNoTyposWhereAWordIsCommon) {
  std::vector<Entry> entries{{.name = "carts"}};
  for (std::size_t i = 0; i < Searcher::enough_documents; ++i)
    entries.push_back({.name = "cards-" + std::to_string(i)});
  Catalog catalog(entries);
  EXPECT_EQ(catalog.find("cards").find("carts"), std::string::npos);
  EXPECT_NE(catalog.find("cardz").find("carts"), 0U);
}

TEST(Searcher, LeavesNumbersAsTheyAre) {
  Catalog catalog({{.name = "2023"}});
  EXPECT_EQ(catalog.find("2024"), "");
  EXPECT_EQ(catalog.find("202"), "2023");
}

TEST(Searcher, PassesOverWhatIsNotAllowed) {
  Catalog catalog({{.name = "a", .title = "word"}, {.name = "b", .title = "word"}, {.name = "c", .title = "word"}});
  const std::vector<std::uint64_t> second_and_third{6};
  EXPECT_EQ(catalog.find("word", second_and_third), "b c");
  EXPECT_EQ(catalog.find("word"), "a b c");
  EXPECT_EQ(catalog.find("word", std::vector<std::uint64_t>{0}), "");
}

TEST(Searcher, ALetterIsABeginningAtTheEndAlone) {
  Catalog catalog({{.name = "team-a"}, {.name = "team-alpha"}, {.name = "alpha-team"}});
  EXPECT_EQ(catalog.find("team a"), "team-a team-alpha alpha-team");
  EXPECT_EQ(catalog.find("a team"), "team-a");
}

TEST(Searcher, SurvivesHostileQueries) {
  Catalog catalog({{.name = "order-service", .description = "Takes orders."}});
  EXPECT_EQ(catalog.find(""), "");
  EXPECT_EQ(catalog.find("!?- .,:;\"'()[]{}*~^"), "");
  EXPECT_EQ(catalog.find(std::string_view("\0order\0", 7)), "order-service");
  EXPECT_EQ(catalog.find("order\xFF\xFE"), "order-service");
  EXPECT_EQ(catalog.find("\xC3"), "");
  EXPECT_EQ(catalog.find(std::string(Query::max_bytes, 'o')), "");
  EXPECT_EQ(catalog.find(std::string(10'000, 'o')),
            "error: expected a text of at most 1000 bytes to search for, found 10000");
  std::string many;
  for (std::size_t i = 0; i <= Query::max_terms; ++i) many += "w" + std::to_string(i) + " ";
  EXPECT_EQ(catalog.find(many), "error: expected at most 16 words to search for, found 17");
  std::string humps;
  for (int i = 0; i < 40; ++i) humps += "Ab" + std::string(1, static_cast<char>('a' + i % 26));
  EXPECT_TRUE(catalog.find(humps).starts_with("error: expected at most 16 words")) << catalog.find(humps);
}

TEST(Searcher, GivesTheSameEachTime) {
  std::vector<Entry> entries;
  for (int i = 0; i < 500; ++i)
    entries.push_back({.name = "order-" + std::to_string(i), .description = "payment order"});
  Catalog catalog(entries);
  for (const auto* text : {"order", "payment order", "ordr", "order-7"}) {
    EXPECT_EQ(catalog.find(text), catalog.find(text)) << text;
  }
}

// All strings at a distance of one in letters that occur, the slow way.
TEST(Typos, AreAllThatTheDictionaryMayHave) {
  std::vector<Entry> entries;
  std::vector<std::string> words;
  for (const char* a : {"a", "b", "\u03b3"}) {
    for (const char* b : {"a", "b", "\u03b3"}) {
      for (const char* c : {"", "a", "b", "\u03b3"}) {
        for (const char* d : {"", "a", "b"}) words.push_back(std::string(a) + b + c + d);
      }
    }
  }
  for (const std::string& word : words) entries.push_back({.name = "n", .title = word});
  Catalog catalog(entries);
  const auto near = one_typo_away(catalog.index().dictionary(), "abγ");
  const auto has = [&](const std::string& term) { return std::ranges::binary_search(near, term); };
  for (const auto* term :
       {"bγ", "aγ", "ab", "baγ", "aγb", "bbγ", "γbγ", "aaγ", "aγγ", "aba", "abb", "aabγ", "babγ", "abbγ"}) {
    EXPECT_TRUE(has(term)) << term;
  }
  for (const auto* term : {"abγ", "a", "b", "aba b", "γ", "bγa", "γba", "bba"}) {
    EXPECT_FALSE(has(term)) << term;
  }
}

}  // namespace
}  // namespace aureacore::search
