#include "auth/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aureacore::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view digest_of_test = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

TEST(Token, HasTheDigestThatSha256sumPrints) {
  EXPECT_EQ(to_string(digest_of("test")), digest_of_test);
  EXPECT_EQ(parse_digest(digest_of_test), digest_of("test"));
}

TEST(Token, IsNeverShownWhereItStandsInPlaceOfItsHash) {
  for (const std::string text : {"secret", "sha256:secret", "sha256:", "sha512:00", ""}) {
    const auto digest = parse_digest(text);
    ASSERT_FALSE(digest) << text;
    EXPECT_THAT(digest.error().message, Not(HasSubstr("secret")));
  }
  EXPECT_FALSE(parse_digest(std::string(digest_of_test) + "0"));
  EXPECT_FALSE(parse_digest(std::string(digest_of_test.substr(0, 70)) + "g"));
}

TEST(Token, IsMadeOfAllItsRandomness) {
  std::array<std::uint8_t, 32> random{};
  const std::string zeros = make_token(random);
  EXPECT_EQ(zeros, "aureacore_" + std::string(43, 'A'));
  for (std::uint8_t& byte : random) {
    byte = 1;
    EXPECT_NE(make_token(random), zeros);
    byte = 0;
  }
}

TEST(Role, MayWhatThoseBeforeItMay) {
  EXPECT_LT(Role::none, Role::read);
  EXPECT_LT(Role::read, Role::refresh);
  EXPECT_LT(Role::refresh, Role::admin);
  for (const Role role : {Role::none, Role::read, Role::refresh, Role::admin}) EXPECT_EQ(parse_role(name(role)), role);
  EXPECT_EQ(parse_role("root"), std::nullopt);
}

}  // namespace
}  // namespace aureacore::auth
