#include "base/result.h"

#include <gtest/gtest.h>

namespace aureacore::base {
namespace {

TEST(Result, FailCarriesCodeAndSentence) {
  const Result<int> result = fail(Code::too_large, "expected {}, found {}", 1, 2);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::too_large);
  EXPECT_EQ(result.error().message, "expected 1, found 2");
}

TEST(Result, InPutsThePlaceBefore) {
  const Error error{.code = Code::corrupt, .message = "expected x"};
  EXPECT_EQ(error.in("a.yaml").message, "a.yaml: expected x");
  EXPECT_EQ(error.in("a.yaml").code, Code::corrupt);
}

TEST(Result, CodesHaveNames) {
  EXPECT_EQ(name(Code::not_found), "not_found");
  EXPECT_EQ(name(Code::too_large), "too_large");
  EXPECT_EQ(name(Code::internal), "internal");
}

}  // namespace
}  // namespace aureacore::base
