#include "git/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "git/process.h"

namespace aureacore::git {
namespace {

using base::Code;

constexpr SchemePolicy strict{};
constexpr SchemePolicy any_scheme{.insecure = true, .local = true};

struct Accepted {
  std::string text;
  Scheme scheme;
  std::string display;
};

TEST(UrlTest, AcceptsEveryForm) {
  const std::vector<Accepted> cases = {
      {"https://git.example.com/a/b.git", Scheme::https, "https://git.example.com/a/b.git"},
      {"https://git.example.com:8443/a", Scheme::https, "https://git.example.com:8443/a"},
      {"ssh://git@example.com:2222/a.git", Scheme::ssh, "ssh://example.com:2222/a.git"},
      {"ssh://[2001:db8::1]:22/a", Scheme::ssh, "ssh://[2001:db8::1]:22/a"},
      {"git@example.com:a/b.git", Scheme::ssh, "example.com:a/b.git"},
      {"example.com:a", Scheme::ssh, "example.com:a"},
      {"git@[::1]:a", Scheme::ssh, "[::1]:a"},
      {"http://h/a", Scheme::http, "http://h/a"},
      {"git://h/a", Scheme::git, "git://h/a"},
      {"file:///srv/a%20b", Scheme::file, "file:///srv/a%20b"},
      {"/srv/git/a", Scheme::file, "/srv/git/a"},
  };
  for (const Accepted& expected : cases) {
    const auto url = parse_url(expected.text, any_scheme);
    ASSERT_TRUE(url) << expected.text << ": " << url.error().message;
    EXPECT_EQ(url->scheme, expected.scheme) << expected.text;
    EXPECT_EQ(url->text, expected.text);
    EXPECT_EQ(url->display, expected.display);
  }
}

TEST(UrlTest, MakesPlainPathsAbsolute) {
  const auto url = parse_url("some/../folder/", any_scheme);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->text, (std::filesystem::current_path() / "folder").string());
}

TEST(UrlTest, AllowsHttpsAndSshAloneByDefault) {
  for (const auto* text : {"http://h/a", "git://h/a", "file:///a", "/a", "a/b"}) {
    const auto url = parse_url(text, strict);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Code::denied) << text;
  }
  EXPECT_TRUE(parse_url("https://h/a", strict));
  EXPECT_TRUE(parse_url("git@h:a", strict));
  EXPECT_FALSE(parse_url("/a", {.insecure = true, .local = false}));
  EXPECT_FALSE(parse_url("http://h/a", {.insecure = false, .local = true}));
}

TEST(UrlTest, RefusesWhatCouldHarm) {
  const std::vector<std::string> cases = {"",
                                          "-",
                                          "--upload-pack=id",
                                          "ext::sh -c id",
                                          "ext::x]",
                                          "ext::@[x]:y",
                                          "[x]::y",
                                          "fd::7",
                                          "https::h",
                                          "/a::b",
                                          "[/::",
                                          "git@h:a@b",
                                          "https://h/a::b",
                                          "https://h/a%3a:b",
                                          "ftp://h/a",
                                          "HTTPS://h/a",
                                          "git+ssh://h/a",
                                          "https://h/a\n",
                                          "https://h/\ra",
                                          "https://h/a%0ab",
                                          "https://h/a%00b",
                                          "https://h/a%zz",
                                          std::string("https://h/a\0b", 13),
                                          "https:///a",
                                          "https://h",
                                          "https://h/",
                                          "https://h:0/a",
                                          "https://h:99999/a",
                                          "https://h:x/a",
                                          "https://h a/b",
                                          "https://h/a b",
                                          "https://h/a?token=1",
                                          "https://h/a#b",
                                          "https://%68/a",
                                          "ssh://-oProxyCommand=id/a",
                                          "ssh://git@-oProxyCommand=id/a",
                                          "ssh://-x@h/a",
                                          "ssh://h/-a",
                                          "ssh://h/%2da",
                                          "git@h:-a",
                                          "-x@h:a",
                                          "git@-h:a",
                                          "git@h:",
                                          ":a",
                                          "@h:a",
                                          "file://host/a",
                                          "\xff/a",
                                          "https://h\xc3\xa4/a",
                                          std::string("https://h/") + std::string(3000, 'a')};
  for (const std::string& text : cases) EXPECT_FALSE(parse_url(text, any_scheme)) << text;
}

TEST(UrlTest, RefusesCredentialsWithoutRepeatingThem) {
  for (const auto* text : {"https://me:s3cret@h/a", "https://s3cret@h/a", "ssh://me:s3cret@h/a", "me:s3cret@h:a",
                           "http://s3cret:@h/a", "git://s3cret@h/a", "https://me:s3cret@h/a%0a"}) {
    const auto url = parse_url(text, any_scheme);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().message, testing::Not(testing::HasSubstr("s3cret"))) << text;
  }
}

TEST(BranchTest, AgreesWithGit) {
  const std::vector<std::string> names = {
      "main", "feature/a-b_c", "v1.0",   "ümlaut",   "a",    "a@b",  "a{b",      "-x",    "a..b", "a.",
      ".a",   "a/.b",          "a.lock", "a.lock/b", "a//b", "/a",   "a/",       "a b",   "a~b",  "a^b",
      "a:b",  "a?b",           "a*b",    "a[b",      "a\\b", "a@{b", "ma\x01in", "a\x7f", "a\n",  ""};
  for (const std::string& name : names) {
    const auto outcome = run({.arguments = {"git", "check-ref-format", "--branch", name}});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(check_branch(name).has_value(), outcome->status == 0) << name;
  }
}

TEST(BranchTest, RefusesMoreThanGitWhereItMatters) {
  EXPECT_FALSE(check_branch("HEAD"));
  EXPECT_FALSE(check_branch("@"));
  EXPECT_FALSE(check_branch("\xff"));
  EXPECT_FALSE(check_branch(std::string(300, 'a')));
}

}  // namespace
}  // namespace aureacore::git
