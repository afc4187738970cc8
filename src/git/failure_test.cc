#include "git/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aureacore::git {
namespace {

using base::Code;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

RemoteOptions options() {
  return {.url = parse_url("ssh://deploy@git.example.com/a.git", {}).value(),
          .branch = {},
          .credentials = {.username = "me", .password = "s3cret", .ssh_key_file = {}, .known_hosts_file = {}}};
}

TEST(FailureTest, TellsKindsApart) {
  const std::vector<std::pair<std::string, Code>> cases = {
      {"fatal: could not read Username for 'https://h': terminal prompts disabled", Code::denied},
      {"fatal: Authentication failed for 'https://h/a/'", Code::denied},
      {"remote: no\nfatal: unable to access 'https://h/a/': The requested URL returned error: 403", Code::denied},
      {"Host key verification failed.\nfatal: Could not read from remote repository.", Code::denied},
      {"git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", Code::denied},
      {"fatal: repository 'https://h/a/' not found", Code::not_found},
      {"fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote repository.",
       Code::not_found},
      {"fatal: unable to access 'https://h/': Could not resolve host: h", Code::unavailable},
      {"fatal: unable to access 'https://h/': Failed to connect to h port 443: Connection refused", Code::unavailable},
      {"fatal: unable to connect to h:\nh[0: 1.2.3.4]: errno=Connection timed out", Code::timeout},
      {"fatal: unable to access 'https://h/': Operation too slow. Less than 1000 bytes/sec", Code::timeout},
      {"fatal: unable to access 'https://h/': The requested URL returned error: 502", Code::unavailable},
      {"fatal: unable to access 'https://h/': The requested URL returned error: 301", Code::invalid},
      {"fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", Code::unavailable},
      {"fatal: protocol error: bad line length character: <htm", Code::corrupt},
      {"error: object 123: treeNotSorted: not properly sorted\nfatal: fsck error in packed object\nfatal: fetch-pack: "
       "invalid "
       "index-pack output",
       Code::corrupt},
      {"error: upload-pack: not our ref 1234", Code::unavailable},
      {"fatal: transport 'ext' not allowed", Code::denied},
      {"fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output", Code::no_space},
      {"error: file write error: Disk quota exceeded", Code::no_space},
      {"remote: fatal: write error: No space left on device\nfatal: early EOF", Code::unavailable},
      {"something new", Code::unavailable},
      {"", Code::unavailable}};
  for (const auto& [errors, code] : cases)
    EXPECT_EQ(explain_failure("fetching", errors, options()).code, code) << errors;
}

TEST(FailureTest, ShowsTheTellingLine) {
  const auto error = explain_failure(
      "listing", "remote: Welcome\nfatal: repository 'ssh://deploy@git.example.com/a.git' not found\nbye\n", options());
  EXPECT_EQ(error.message,
            "listing ssh://git.example.com/a.git: fatal: repository 'ssh://git.example.com/a.git' not found");
  EXPECT_THAT(explain_failure("listing", "hint\nfatal: odd\nmore", options()).message, HasSubstr("fatal: odd"));
  EXPECT_THAT(explain_failure("listing", "\n", options()).message, HasSubstr("git failed silently"));
}

TEST(FailureTest, KeepsSecretsAndControlCharactersOut) {
  const auto error = explain_failure(
      "listing", "fatal: Authentication failed for 'https://me:s3cret@h/a' token s3cret bWU6czNjcmV0 \x1b[31m\x07",
      options());
  EXPECT_THAT(error.message, AllOf(Not(HasSubstr("s3cret")), Not(HasSubstr("bWU6czNjcmV0")), Not(HasSubstr("me:")),
                                   Not(HasSubstr("\x1b")), Not(HasSubstr("\x07"))));
  const auto proxy =
      explain_failure("listing", "fatal: not found 'http://joe:other@proxy:3128/' and http://x:y@z/", options());
  EXPECT_THAT(proxy.message, AllOf(Not(HasSubstr("other")), Not(HasSubstr("x:y"))));
  EXPECT_LT(explain_failure("listing", "fatal: " + std::string(100'000, 'x'), options()).message.size(), 400);
}

}  // namespace
}  // namespace aureacore::git
