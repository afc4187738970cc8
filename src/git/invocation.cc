#include "git/invocation.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr const char* authorization_variable = "AUREACORE_GIT_AUTHORIZATION";

// What an operator sets up for the whole process and git or curl needs to get out: where programs are, proxies,
// certificates.
constexpr std::array passed_variables = {"PATH",      "http_proxy", "https_proxy", "HTTPS_PROXY",   "all_proxy",
                                         "ALL_PROXY", "no_proxy",   "NO_PROXY",    "SSL_CERT_FILE", "SSL_CERT_DIR"};

constexpr std::array fixed_settings = {
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    "submodule.recurse=false",
    "credential.helper=",
    "http.followRedirects=false",
    "protocol.version=2",
    "transfer.bundleURI=false",
    "advice.fetchShowForcedUpdates=false",
    "pack.threads=1",  // one git is one process's worth of a processor; several sources are fetched at once already
};

std::string_view scheme_name(Scheme scheme) {
  switch (scheme) {
    case Scheme::https:
      return "https";
    case Scheme::ssh:
      return "ssh";
    case Scheme::http:
      return "http";
    case Scheme::git:
      return "git";
    case Scheme::file:
      return "file";
  }
  return "none";
}

std::string base64(std::string_view bytes) {
  std::string text = base::base64url_encode(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// ssh itself gives these a meaning inside file names, and newlines none of ours should have.
bool is_plain_file_name(std::string_view name) {
  return name.starts_with('/') && std::ranges::none_of(name, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '%' || c == '\\' || c == '$';
         });
}

Result<std::string> ssh_command(const Credentials& credentials) {
  if (!is_plain_file_name(credentials.known_hosts_file)) {
    return fail(Code::invalid,
                "an ssh source needs a known_hosts file: expected an absolute path without \" % \\ $, found '{}'",
                base::printable(credentials.known_hosts_file));
  }
  if (!credentials.ssh_key_file.empty() && !is_plain_file_name(credentials.ssh_key_file)) {
    return fail(Code::invalid, "expected an absolute path without \" % \\ $ as the ssh key's file, found '{}'",
                base::printable(credentials.ssh_key_file));
  }
  const std::string key = credentials.ssh_key_file.empty() ? "none" : credentials.ssh_key_file;
  std::string command = "ssh -F none -a -x -T";
  for (const std::string& option :
       {std::string("BatchMode=yes"), std::string("IdentitiesOnly=yes"), std::string("StrictHostKeyChecking=yes"),
        std::string("UpdateHostKeys=no"), std::string("GlobalKnownHostsFile=/dev/null"),
        fmt::format("UserKnownHostsFile=\"{}\"", credentials.known_hosts_file), fmt::format("IdentityFile=\"{}\"", key),
        std::string("IdentityAgent=none"), std::string("PasswordAuthentication=no"),
        std::string("KbdInteractiveAuthentication=no"), std::string("PermitLocalCommand=no"),
        std::string("ClearAllForwardings=yes"), std::string("ConnectTimeout=10"), std::string("ServerAliveInterval=10"),
        std::string("ServerAliveCountMax=3")}) {
    command += " -o " + shell_quoted(option);
  }
  return command;
}

// "https://host:port/": what the authorization header is bound to.
std::string origin(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  return std::string(url.substr(0, url.find('/', host) + 1));
}

Result<std::string> authorization(const Credentials& credentials) {
  const bool control = std::ranges::any_of(credentials.username + credentials.password,
                                           [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || credentials.username.contains(':')) {
    return fail(Code::invalid, "expected a user name without ':' and a password, both without control characters");
  }
  return "Authorization: Basic " + basic_token(credentials);
}

std::vector<std::string> clean_environment(const std::filesystem::path& directory, std::string_view protocols) {
  std::vector<std::string> environment = {"GIT_CONFIG_NOSYSTEM=1",
                                          "GIT_CONFIG_GLOBAL=/dev/null",
                                          "HOME=/dev/null",
                                          "XDG_CONFIG_HOME=/dev/null",
                                          "GIT_ATTR_NOSYSTEM=1",
                                          "GIT_TERMINAL_PROMPT=0",
                                          "GIT_NO_LAZY_FETCH=1",
                                          "GIT_NO_REPLACE_OBJECTS=1",
                                          "GIT_OPTIONAL_LOCKS=0",
                                          "LC_ALL=C",
                                          fmt::format("GIT_ALLOW_PROTOCOL={}", protocols),
                                          fmt::format("GIT_DIR={}", directory.string())};
  for (const char* name : passed_variables) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program changes its environment
    if (const char* value = std::getenv(name); value != nullptr)
      environment.push_back(fmt::format("{}={}", name, value));
  }
  return environment;
}

Command command_with(std::vector<std::string> environment, const std::vector<std::string>& settings,
                     const std::vector<std::string>& arguments) {
  Command command{.arguments = {"git"}, .environment = std::move(environment)};
  for (const char* setting : fixed_settings) command.arguments.insert(command.arguments.end(), {"-c", setting});
  for (const std::string& setting : settings) command.arguments.insert(command.arguments.end(), {"-c", setting});
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

std::string basic_token(const Credentials& credentials) {
  return base64(credentials.username + ":" + credentials.password);
}

Result<Command> network_command(const std::filesystem::path& directory, const RemoteOptions& options,
                                const std::vector<std::string>& arguments) {
  const Scheme scheme = options.url.scheme;
  Command command = command_with(
      clean_environment(directory, scheme_name(scheme)),
      {fmt::format("remote.origin.url={}", options.url.text), fmt::format("fetch.fsckObjects={}", options.fsck),
       fmt::format("http.lowSpeedLimit={}", options.low_speed_bytes),
       fmt::format("http.lowSpeedTime={}", options.low_speed_time.count())},
      arguments);
  if (scheme == Scheme::ssh) {
    auto ssh = ssh_command(options.credentials);
    if (!ssh) return std::unexpected(ssh.error());
    command.environment.emplace_back("GIT_SSH_VARIANT=ssh");
    command.environment.push_back("GIT_SSH_COMMAND=" + *ssh);
  }
  const bool http = scheme == Scheme::https || scheme == Scheme::http;
  if (http && !(options.credentials.username.empty() && options.credentials.password.empty())) {
    auto header = authorization(options.credentials);
    if (!header) return std::unexpected(header.error());
    command.environment.push_back(fmt::format("{}={}", authorization_variable, *header));
    command.arguments.insert(
        command.arguments.begin() + 1,
        fmt::format("--config-env=http.{}.extraHeader={}", origin(options.url.text), authorization_variable));
  }
  return command;
}

Command local_command(const std::filesystem::path& directory, const std::vector<std::string>& arguments) {
  return command_with(clean_environment(directory, "none"), {}, arguments);
}

}  // namespace aureacore::git
