#include "notify/signature.h"

#include <gtest/gtest.h>

namespace aureacore::notify {
namespace {

// The vector of Standard Webhooks' own libraries.
TEST(Signature, IsThatOfStandardWebhooks) {
  const auto key = read_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  EXPECT_EQ(sign(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, TakesSecretsAsReceiversDo) {
  EXPECT_EQ(read_key("whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=").value(), "abcdefghijklmnopqrstuvwxyz");
  for (const char* wrong :
       {"", "whsec_", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=", "whsec_YWJj", "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo",
        "whsec_!!!!ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo="}) {
    const auto key = read_key(wrong);
    ASSERT_FALSE(key) << wrong;
    EXPECT_EQ(key.error().message.find("YWJj"), std::string::npos) << "a secret is not for messages";
  }
}

}  // namespace
}  // namespace aureacore::notify
