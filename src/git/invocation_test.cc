#include "git/invocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace aureacore::git {
namespace {

using base::Code;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

RemoteOptions remote_at(const std::string& url) {
  return {.url = parse_url(url, {.insecure = true, .local = true}).value(), .branch = {}, .credentials = {}};
}

TEST(InvocationTest, SetsEveryGuard) {
  const auto command = network_command("/state/m", remote_at("https://h/a"), {"ls-remote", "--", "https://h/a"});
  ASSERT_TRUE(command);
  EXPECT_THAT(command->environment, IsSupersetOf({"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
                                                  "HOME=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https",
                                                  "GIT_NO_LAZY_FETCH=1", "LC_ALL=C", "GIT_DIR=/state/m"}));
  EXPECT_THAT(command->arguments, IsSupersetOf({"core.hooksPath=/dev/null", "gc.auto=0", "maintenance.auto=false",
                                                "http.followRedirects=false", "submodule.recurse=false",
                                                "credential.helper=", "fetch.fsckObjects=true",
                                                "http.lowSpeedLimit=1000", "http.lowSpeedTime=30"}));
  RemoteOptions lax = remote_at("https://h/a");
  lax.fsck = false;
  EXPECT_THAT(network_command("/m", lax, {})->arguments, Contains("fetch.fsckObjects=false"));
}

TEST(InvocationTest, PassesNothingOnButWhatIsNamed) {
  ::setenv("GIT_SSH_COMMAND", "evil", 1);
  ::setenv("GIT_TRACE", "/tmp/trace", 1);
  ::setenv("GIT_PROXY_COMMAND", "evil", 1);
  ::setenv("AUREACORE_SECRET", "evil", 1);
  ::setenv("https_proxy", "http://proxy:3128", 1);
  const auto command = network_command("/m", remote_at("https://h/a"), {});
  for (const auto* name : {"GIT_SSH_COMMAND", "GIT_TRACE", "GIT_PROXY_COMMAND", "AUREACORE_SECRET", "https_proxy"})
    ::unsetenv(name);
  EXPECT_THAT(command->environment, Each(Not(AnyOf(HasSubstr("evil"), StartsWith("GIT_TRACE")))));
  EXPECT_THAT(command->environment, Contains("https_proxy=http://proxy:3128"));
}

TEST(InvocationTest, AllowsTheSchemeOfTheSourceAlone) {
  const std::array<std::pair<std::string, std::string>, 4> cases = {
      {{"http://h/a", "http"}, {"git://h/a", "git"}, {"/a", "file"}, {"file:///a", "file"}}};
  for (const auto& [url, protocol] : cases) {
    EXPECT_THAT(network_command("/m", remote_at(url), {})->environment, Contains("GIT_ALLOW_PROTOCOL=" + protocol));
  }
  EXPECT_THAT(local_command("/m", {}).environment, Contains("GIT_ALLOW_PROTOCOL=none"));
}

TEST(InvocationTest, KeepsCredentialsInTheEnvironment) {
  RemoteOptions options = remote_at("https://h:8443/a");
  options.credentials.username = "me";
  options.credentials.password = "s3cret";
  const auto command = network_command("/m", options, {});
  ASSERT_TRUE(command);
  EXPECT_THAT(command->arguments, Each(Not(HasSubstr("s3cret"))));
  EXPECT_THAT(command->arguments,
              Contains("--config-env=http.https://h:8443/.extraHeader=AUREACORE_GIT_AUTHORIZATION"));
  EXPECT_THAT(command->environment, Contains("AUREACORE_GIT_AUTHORIZATION=Authorization: Basic bWU6czNjcmV0"));
  options.credentials.password = "a\r\nX-Evil: 1";
  EXPECT_EQ(network_command("/m", options, {}).error().code, Code::invalid);
  options.credentials = {.username = "a:b", .password = "c", .ssh_key_file = {}, .known_hosts_file = {}};
  EXPECT_EQ(network_command("/m", options, {}).error().code, Code::invalid);
}

TEST(InvocationTest, SendsNoCredentialsOverOtherSchemes) {
  for (const auto* url : {"git://h/a", "/a"}) {
    RemoteOptions options = remote_at(url);
    options.credentials.password = "s3cret";
    EXPECT_THAT(network_command("/m", options, {})->environment, Each(Not(HasSubstr("AUTHORIZATION"))));
  }
}

TEST(InvocationTest, TiesSshDown) {
  RemoteOptions options = remote_at("git@h:a");
  options.credentials.ssh_key_file = "/keys/it's mine";
  options.credentials.known_hosts_file = "/etc/known hosts";
  const auto command = network_command("/m", options, {});
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_THAT(command->environment, Contains("GIT_ALLOW_PROTOCOL=ssh"));
  EXPECT_THAT(command->environment,
              Contains(AllOf(StartsWith("GIT_SSH_COMMAND=ssh -F none"), HasSubstr("'StrictHostKeyChecking=yes'"),
                             HasSubstr("'BatchMode=yes'"), HasSubstr("'IdentitiesOnly=yes'"),
                             HasSubstr("'UserKnownHostsFile=\"/etc/known hosts\"'"),
                             HasSubstr("'IdentityFile=\"/keys/it'\\''s mine\"'"))));
}

TEST(InvocationTest, RefusesSshWithoutUsableFiles) {
  for (const auto* file : {"", "relative", "/a\"b", "/a%h", "/a\nb", "/${HOME}"}) {
    RemoteOptions options = remote_at("git@h:a");
    options.credentials.known_hosts_file = file;
    EXPECT_EQ(network_command("/m", options, {}).error().code, Code::invalid) << file;
    if (*file == '\0') continue;
    options.credentials = {.username = {}, .password = {}, .ssh_key_file = file, .known_hosts_file = "/known_hosts"};
    EXPECT_EQ(network_command("/m", options, {}).error().code, Code::invalid) << file;
  }
}

// ssh itself reads the command and tells what it understood.
TEST(InvocationTest, IsUnderstoodBySsh) {
  RemoteOptions options = remote_at("git@h:a");
  options.credentials.known_hosts_file = "/etc/known hosts";
  auto command = network_command("/m", options, {});
  ASSERT_TRUE(command);
  command->arguments = {"sh", "-c", "eval \"$GIT_SSH_COMMAND -G git@example.com\""};
  const auto outcome = run(*command);
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->status, 0) << outcome->errors;
  EXPECT_THAT(outcome->output, AllOf(HasSubstr("batchmode yes"), HasSubstr("stricthostkeychecking true"),
                                     HasSubstr("identitiesonly yes"), HasSubstr("userknownhostsfile /etc/known hosts"),
                                     HasSubstr("passwordauthentication no"), HasSubstr("permitlocalcommand no")));
}

}  // namespace
}  // namespace aureacore::git
