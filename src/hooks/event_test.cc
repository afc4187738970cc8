// Golden cases: each file of testdata/hook_fuzz (they are the fuzzer's seeds, too) is a webhook as its sender documents it, and
// testdata/events/<name>.txt what is read from it.
#include "hooks/event.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "hooks/testing.h"

namespace aureacore::hooks {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string_view or_dash(const std::string& text) { return text.empty() ? "-" : std::string_view(text); }

std::string describe(const base::Result<Event>& event) {
  // Behind that stands what the parser says.
  constexpr std::string_view not_json = "the body: expected JSON: ";
  if (!event) {
    const bool said = event.error().message.starts_with(not_json) && !event.error().message.contains("deep");
    return fmt::format("invalid {}\n", said ? std::string(not_json) + "?" : event.error().message);
  }
  const char* const kind = event->kind == Event::Kind::push   ? "push"
                           : event->kind == Event::Kind::ping ? "ping"
                                                              : "other";
  std::string text = fmt::format("{} {} {}\n", name(event->sender), kind, or_dash(event->delivery));
  for (const auto& repository : event->repositories) text += fmt::format("repository {}\n", repository);
  for (const auto& change : event->changes) {
    text += fmt::format("change {} {} {}\n", or_dash(change.ref), or_dash(change.before), or_dash(change.after));
  }
  if (!event->object.empty()) text += fmt::format("object {}\n", event->object);
  return text;
}

TEST(EventTest, ReadsWhatEachSenderSends) {
  const fs::path folder = fs::path(__FILE__).parent_path() / "testdata";
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(folder / "events")) {
    SCOPED_TRACE(entry.path().string());
    const std::string text = read_file(folder / "hook_fuzz" / entry.path().stem());
    const Request request = testing::parse_request(text);
    EXPECT_EQ(describe(read_event(request, detect(request))), read_file(entry.path()));
    ++cases;
  }
  EXPECT_GT(cases, 30);
}

TEST(EventTest, TakesTooManyChangesForAny) {
  std::string body = R"({"repository":{},"changes":[)";
  for (std::size_t i = 0; i <= EventLimits::changes; ++i) body += R"({"ref":{"id":"refs/heads/x"}},)";
  body.back() = ']';
  body += "}";
  const auto event = read_event({{{"X-Event-Key", "repo:refs_changed"}}, body}, Sender::bitbucket_server);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_TRUE(event->changes.empty());
}

TEST(EventTest, PassesOverTextsThatAreTooLong) {
  const std::string body = fmt::format(R"({{"repository":"{}"}})", std::string(EventLimits::text_bytes + 1, 'x'));
  const auto event = read_event({{}, body}, Sender::generic);
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->repositories.empty());
  EXPECT_EQ(event->kind, Event::Kind::other);
}

}  // namespace
}  // namespace aureacore::hooks
