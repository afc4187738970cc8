#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/fixture.h"

namespace aureacore::api {
namespace {

using ::testing::HasSubstr;

class ReleaseTest : public testing::ApiTest {
 protected:
  testing::Answer release(std::string_view body) {
    return instance_.ask("POST", "/api/v1/sources/ma%69n/release", {}, body);
  }
};

TEST_F(ReleaseTest, NamesTheCommit) {
  const auto answer = release(R"({"commit":"abc"})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, R"({"source":"main","commit":"abc"})");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(instance_.sync.released, "main@abc");
  for (const std::string_view body : {"", "{}", "[]", R"({"commit":1})"}) {
    EXPECT_EQ(release(body).status, 400) << body;
  }
  EXPECT_EQ(instance_.ask("POST", "/api/v1/sources/main/release?force=1", {}, R"({"commit":"abc"})").status, 400);
  EXPECT_EQ(instance_.get("/api/v1/sources/main/release").status, 405);
}

TEST_F(ReleaseTest, SaysWhyNothingIsReleased) {
  sync::SourceStatus status;
  status.id = "main";
  status.held = sync::Held{"def", 4, 6};
  instance_.sync.statuses = {status};
  instance_.sync.release_answer = sync::Release::unknown;
  EXPECT_EQ(release(R"({"commit":"abc"})").status, 404);
  instance_.sync.release_answer = sync::Release::nothing;
  const auto nothing = release(R"({"commit":"abc"})");
  EXPECT_EQ(nothing.status, 409);
  EXPECT_EQ(nothing.header("content-type"), "application/problem+json");
  EXPECT_EQ(text(nothing, "/type"), "urn:aureacore:problem:nothing-held");
  instance_.sync.release_answer = sync::Release::other;
  const auto other = release(R"({"commit":"abc"})");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(text(other, "/type"), "urn:aureacore:problem:another-held");
  EXPECT_THAT(text(other, "/detail"), HasSubstr("found abc while def is held"));
}

TEST_F(ReleaseTest, TheStatusShowsWhatIsHeld) {
  sync::SourceStatus status;
  status.id = "main";
  instance_.sync.statuses = {status};
  EXPECT_EQ(json_at(instance_.get("/api/v1/sources"), "/items/0/held"), "null");
  instance_.sync.statuses.front().held = sync::Held{"def", 4, 6};
  EXPECT_EQ(json_at(instance_.get("/api/v1/sources"), "/items/0/held"), R"({"commit":"def","gone":4,"of":6})");
}

}  // namespace
}  // namespace aureacore::api
