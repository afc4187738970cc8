#include "entity/push_token.h"

#include <gtest/gtest.h>

namespace aureacore::entity {
namespace {

const std::string first = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
const std::string second = "a10867b14bb761a232cd80139fbd4c0d33264240";

TEST(PushTokenTest, NamesSourcesAndCommits) {
  const PushToken made(7, {{"main", first}, {"next", {}}});
  const auto token = PushToken::parse(made.text());
  ASSERT_TRUE(token) << made.text();
  EXPECT_EQ(token->text(), made.text());
  EXPECT_TRUE(token->concerns("main"));
  EXPECT_TRUE(token->concerns("next"));
  EXPECT_FALSE(token->concerns("other"));
  EXPECT_TRUE(token->names("main", first));
  EXPECT_FALSE(token->names("main", second));
  EXPECT_FALSE(token->names("main", ""));
  EXPECT_FALSE(token->names("next", first));
  EXPECT_FALSE(token->names("other", first));
}

TEST(PushTokenTest, ConcernsAllWhereNoneIsNamed) {
  const auto token = PushToken::parse(PushToken(~std::uint64_t{0}, {}).text());
  ASSERT_TRUE(token);
  EXPECT_TRUE(token->concerns("any"));
  EXPECT_FALSE(token->names("any", first));
}

TEST(PushTokenTest, StaysShort) {
  std::vector<PushToken::Push> pushes;
  const std::string commit(64, 'f');
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < PushToken::max_sources; ++i) ids.push_back(std::string(60, 'x') + std::to_string(i));
  for (const auto& id : ids) pushes.push_back({id, commit});
  const PushToken most(1, pushes);
  EXPECT_LE(most.text().size(), 256);
  EXPECT_TRUE(PushToken::parse(most.text())->names(ids.back(), commit));
  pushes.push_back({"one more", commit});
  const PushToken more(1, pushes);
  EXPECT_TRUE(more.concerns("any"));
  EXPECT_LE(more.text().size(), 20);
}

TEST(PushTokenTest, RefusesWhatIsNone) {
  for (const char* const text :
       {"", "p1", "p1-", "p1-7", "p2-0000000000000007", "v1-1-439704eae59afeb12d1bd5721fceacab", "p1-000000000000000G",
        "p1-0000000000000007-", "p1-0000000000000007-x.", "p1-0000000000000007-00000000",
        "p1-0000000000000007-00000000.61", "p1-0000000000000007-00000000.6113728f27ae82c7-",
        "p1-0000000000000007-00000000.6113728f27ae82c7.0"}) {
    EXPECT_FALSE(PushToken::parse(text)) << text;
  }
  EXPECT_FALSE(PushToken::parse("p1-0000000000000007" + std::string(300, '-')));
}

}  // namespace
}  // namespace aureacore::entity
