#include "git/listing.h"

#include <gtest/gtest.h>

namespace aureacore::git {
namespace {

using base::Code;

const std::string id(40, 'a');
const std::string other(40, 'b');

TEST(ListingTest, FindsTheBranchByItsWholeName) {
  const auto tip = parse_listing(other + "\trefs/tags/refs/heads/main\n" + id + "\trefs/heads/main\n", "main");
  ASSERT_TRUE(tip) << tip.error().message;
  EXPECT_EQ(tip->branch, "main");
  EXPECT_EQ(tip->commit, id);
}

TEST(ListingTest, FollowsHead) {
  const auto tip = parse_listing("ref: refs/heads/a/b\tHEAD\n" + id + "\tHEAD\n", "");
  ASSERT_TRUE(tip);
  EXPECT_EQ(tip->branch, "a/b");
  const auto detached = parse_listing(id + "\tHEAD\n", "");
  ASSERT_TRUE(detached);
  EXPECT_EQ(detached->branch, "HEAD");
}

TEST(ListingTest, SaysWhatIsNotThere) {
  EXPECT_EQ(parse_listing("", "main").error().code, Code::not_found);
  EXPECT_EQ(parse_listing("", "").error().code, Code::not_found);
  EXPECT_EQ(parse_listing(id + "\trefs/heads/other\n", "main").error().code, Code::not_found);
  EXPECT_EQ(parse_listing("ref: refs/heads/main\tHEAD\n", "").error().code, Code::not_found) << "unborn";
}

TEST(ListingTest, RefusesWhatIsNoListing) {
  EXPECT_EQ(parse_listing("<html>\n", "main").error().code, Code::corrupt);
  EXPECT_EQ(parse_listing("xyz\trefs/heads/main\n", "main").error().code, Code::corrupt);
  EXPECT_EQ(parse_listing(std::string(64, 'a') + "\trefs/heads/main\n", "main").error().code, Code::invalid)
      << "SHA-256";
  EXPECT_EQ(parse_listing("ref: refs/heads/ma\x01in\tHEAD\n" + id + "\tHEAD\n", "").error().code, Code::invalid);
  EXPECT_EQ(parse_listing("ref: refs/heads/-x\tHEAD\n" + id + "\tHEAD\n", "").error().code, Code::invalid);
}

}  // namespace
}  // namespace aureacore::git
