#include "auth/gate.h"

#include <gtest/gtest.h>

#include "auth/testing.h"

namespace aureacore::auth {
namespace {

StaticToken token(const std::string& text, Role role) {
  return {.principal = {.name = text + "'s", .role = role}, .digest = digest_of(text)};
}

class ClockAt final : public base::Clock {
 public:
  explicit ClockAt(base::WallTime now) : now_(now) {}
  [[nodiscard]] base::SteadyTime steady() const override { return {}; }
  [[nodiscard]] base::WallTime wall() const override { return now_; }

 private:
  base::WallTime now_;
};

class GateTest : public ::testing::Test {
 protected:
  void set(Policy policy) {
    slot_.set(std::make_shared<const Policy>(std::move(policy)));
    gate_.tick(now_);
  }
  // "name role", or nothing.
  std::string admit(std::string_view authorization) {
    const Principal* principal = gate_.admit(authorization);
    return principal == nullptr ? "" : principal->name + " " + std::string(name(principal->role));
  }

  base::WallTime now_{std::chrono::seconds(1'000'000)};
  PolicySlot slot_{42};
  Gate gate_{&slot_};
};

TEST_F(GateTest, IsOpenWhereThereIsNoPolicy) {
  Gate gate(nullptr);
  gate.tick(now_);
  EXPECT_FALSE(gate.guards());
  EXPECT_EQ(gate.anonymous().role, Role::admin);
}

TEST_F(GateTest, KnowsTokensByTheirDigests) {
  set({.tokens = {token("a", Role::read), token("b", Role::admin)}});
  EXPECT_TRUE(gate_.guards());
  EXPECT_TRUE(gate_.keeps_private());
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(admit("Bearer a"), "a's read");
    EXPECT_EQ(admit("bearer  b"), "b's admin");
    EXPECT_EQ(admit("Bearer c"), "");
  }
  for (const char* other : {"", "Bearer", "Bearer ", "Basic a", "a", "Bearera"}) EXPECT_EQ(admit(other), "") << other;
}

TEST_F(GateTest, RefusesATokenOverTheLimit) {
  const std::string longest(max_token_bytes, 'x');
  set({.tokens = {token(longest, Role::read), token(longest + "x", Role::read)}});
  EXPECT_NE(admit("Bearer " + longest), "");
  EXPECT_EQ(admit("Bearer " + longest + "x"), "");
}

TEST_F(GateTest, ForgetsWhatAnotherPolicyKnew) {
  set({.tokens = {token("a", Role::admin)}});
  EXPECT_EQ(admit("Bearer a"), "a's admin");
  set({.anonymous = Role::read, .tokens = {token("a", Role::read)}});
  EXPECT_EQ(admit("Bearer a"), "a's read");
  EXPECT_FALSE(gate_.keeps_private());
  EXPECT_EQ(gate_.anonymous().role, Role::read);
  set({.tokens = {token("b", Role::read)}});
  EXPECT_EQ(admit("Bearer a"), "");
}

TEST_F(GateTest, RemembersMoreTokensThanItHasRoomForOneByOne) {
  Policy policy;
  for (std::size_t i = 0; i < 50; ++i) policy.tokens.push_back(token("t" + std::to_string(i), Role::read));
  set(std::move(policy));
  for (std::size_t i = 0; i < 2 * Gate::remembered; ++i) {
    const std::string text = "t" + std::to_string(i % 50);
    EXPECT_EQ(admit("Bearer " + text), text + "'s read");
  }
}

TEST_F(GateTest, SaysForHowLongSomebodyMayStay) {
  const testing::Signer signer(testing::Signer::Type::ed25519);
  const auto keys = std::make_shared<const KeySet>(KeySet::parse("{\"keys\":[" + signer.jwk() + "]}").value());
  const Policy policy{.tokens = {token("a", Role::read)},
                      .issuers = {{.issuer = "us", .audience = "it", .skew = {}, .role = Role::read, .keys = keys}}};
  set(policy);
  ASSERT_NE(admit("Bearer " + signer.sign(R"({"iss":"us","aud":"it","sub":"ada","exp":1000060})")), "");
  const Stay by_jwt = gate_.stay();
  ASSERT_NE(admit("Bearer a"), "");
  const Stay by_token = gate_.stay();
  const Stay anonymous = gate_.anonymous_stay();
  const auto at = [](std::chrono::seconds time) { return ClockAt(base::WallTime(time)); };
  const auto early = at(std::chrono::seconds(1'000'059));
  const auto late = at(std::chrono::seconds(1'000'060));
  EXPECT_FALSE(by_jwt.over(early));
  EXPECT_TRUE(by_jwt.over(late));
  EXPECT_FALSE(by_token.over(late));
  Policy other_keys = policy;
  other_keys.issuers[0].keys = std::make_shared<const KeySet>(*keys);
  set(other_keys);
  EXPECT_FALSE(by_token.over(late)) << "keys that rotate end nobody's stay";
  set({.tokens = {token("b", Role::read)}});
  EXPECT_TRUE(by_token.over(early));
  EXPECT_TRUE(anonymous.over(early));
  EXPECT_FALSE(gate_.anonymous_stay().over(early));
  EXPECT_FALSE(Stay().over(late));
}

}  // namespace
}  // namespace aureacore::auth
