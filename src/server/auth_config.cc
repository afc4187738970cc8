#include "server/auth_config.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::server {
namespace {

constexpr std::size_t max_name_bytes = 128;

std::optional<auth::Role> read_role(Section& section, std::string_view key,
                                    std::initializer_list<std::string_view> choices) {
  std::string role;
  section.choice(key, choices, role);
  return role.empty() ? std::nullopt : auth::parse_role(role);
}

// A name that stands well in a log.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name_bytes &&
         std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7f; });
}

void read_token(const definition::Node& node, Errors& errors, AuthConfig& config) {
  Section section(node, errors, "a token");
  if (!node.is(definition::Node::Type::mapping)) return;
  auth::StaticToken token;
  std::string digest;
  section.text("name", token.principal.name);
  section.text("hash", digest);
  const auto role = read_role(section, "role", {"read", "refresh", "admin"});
  if (!is_name(token.principal.name)) {
    errors.add(section.mark("name"), fmt::format("name: expected 1 to {} visible ASCII characters", max_name_bytes));
  }
  if (!role && !section.has("role"))
    errors.add(section.mark("role"), "role: expected read, refresh or admin, found none");
  if (const auto parsed = auth::parse_digest(digest)) {
    token.digest = *parsed;
  } else {
    errors.add(section.mark("hash"), "hash: " + parsed.error().message);
  }
  const bool known = std::ranges::any_of(
      config.tokens, [&](const auth::StaticToken& other) { return auth::equal(other.digest, token.digest); });
  if (known) errors.add(section.mark("hash"), "hash: expected another one for each token, found one twice");
  token.principal.role = role.value_or(auth::Role::none);
  section.finish();
  config.tokens.push_back(std::move(token));
}

}  // namespace

void read_auth(Section& section, AuthConfig& config) {
  section.section("auth", "the access rules", [&](Section& keys) {
    if (const auto role = read_role(keys, "anonymous", {"none", "read", "refresh", "admin"})) config.anonymous = role;
    std::string metrics;
    keys.choice("metrics", {"open", "read"}, metrics);
    config.open_metrics = metrics == "open";
    keys.each("tokens", [&](const definition::Node& node) { read_token(node, keys.errors(), config); });
    if (config.tokens.size() > AuthConfig::max_tokens) {
      keys.errors().add(keys.mark("tokens"), fmt::format("tokens: expected at most {}, found {}",
                                                         AuthConfig::max_tokens, config.tokens.size()));
    }
  });
}

auth::Policy policy_of(const AuthConfig& config) {
  return {.anonymous = config.anonymous.value_or(config.said() ? auth::Role::none : auth::Role::admin),
          .open_metrics = config.open_metrics,
          .tokens = config.tokens};
}

bool is_loopback(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return base::equal_ignoring_case(host, "localhost");
}

}  // namespace aureacore::server
