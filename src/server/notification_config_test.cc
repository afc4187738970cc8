#include "server/notification_config.h"

#include <gmock/gmock.h>

#include "server/config.h"

namespace aureacore::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path refusals = std::filesystem::path(__FILE__).parent_path() / "testdata/config";

ConfigResult load(const char* name) {
  const auto environment = [](const std::string& variable) -> std::optional<std::string> {
    if (variable == "HOME") return "/home/ann";
    if (variable == "HOOK_SECRET") return "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=";
    return std::nullopt;
  };
  return load_config({.file = refusals / name, .flags = {}, .environment = environment, .directory = "/work"});
}

TEST(NotificationConfig, ReadsEveryKey) {
  const auto result = load("notifications.yaml");
  ASSERT_THAT(result.errors, IsEmpty());
  const auto& targets = result.config.notifications;
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].name, "oncall");
  EXPECT_EQ(targets[0].url, "https://hooks.example.com/aureacore?token=x");
  EXPECT_EQ(targets[0].key, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_THAT(targets[0].filters, ElementsAre("kind=component,spec.system=payments", "kind=api"));
  EXPECT_TRUE(targets[0].filter.critical());
  EXPECT_FALSE(targets[0].allow_private);
  EXPECT_EQ(targets[0].ca_file, refusals / "ca.pem");
  EXPECT_EQ(targets[1].key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  EXPECT_FALSE(targets[1].filter.critical());
  EXPECT_TRUE(targets[1].allow_private);
  EXPECT_TRUE(same(targets, load("notifications.yaml").config.notifications));
  EXPECT_FALSE(same(targets, {}));
}

// Each with its place, and none with a secret in it.
TEST(NotificationConfig, SaysWhatIsWrong) {
  const auto errors = load("notifications_wrong.yaml").errors;
  EXPECT_THAT(
      errors,
      ElementsAre(HasSubstr(":3:12: name: expected at most 64 lower-case letters"),
                  HasSubstr(":3:28: url: expected an https URL, or allow_insecure, found another"),
                  HasSubstr(":4:22: url: expected a URL without user and password"),
                  HasSubstr(":4:74: secret_file: expected a secret of whsec_"), HasSubstr(":5:12: name: expected"),
                  HasSubstr(":5:63: secret_env: expected the variable NONE"), HasSubstr("expected critical"),
                  HasSubstr(":5:77: filter: expected key=value"), HasSubstr("extra")));
}

}  // namespace
}  // namespace aureacore::server
