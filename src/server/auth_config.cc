#include "server/auth_config.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::server {
namespace {

constexpr std::size_t max_principal_name_bytes = 128;

std::optional<auth::Role> read_role(Section& section, std::string_view key,
                                    std::initializer_list<std::string_view> choices) {
  std::string role;
  section.choice(key, choices, role);
  return role.empty() ? std::nullopt : auth::parse_role(role);
}

// A name that stands well in a log.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= max_principal_name_bytes &&
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
    errors.add(section.mark("name"),
               fmt::format("name: expected 1 to {} visible ASCII characters", max_principal_name_bytes));
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

auth::RoleRule read_rule(const definition::Node& node, Errors& errors) {
  Section section(node, errors, "a rule");
  auth::RoleRule rule;
  if (!node.is(definition::Node::Type::mapping)) return rule;
  section.text("claim", rule.claim);
  section.text("value", rule.value);
  const auto role = read_role(section, "role", {"read", "refresh", "admin"});
  rule.role = role.value_or(auth::Role::none);
  if (rule.claim.empty() || rule.value.empty() || !section.has("role")) {
    errors.add(section.mark("claim"),
               "expected claim, value and role, as in {claim: groups, value: platform, role: admin}");
  }
  section.finish();
  return rule;
}

// Where the keys are: exactly one of a file and an address.
void read_place(Section& section, const AuthPlaces& places, IssuerConfig& issuer) {
  std::string file;
  std::string url;
  section.text("jwks_file", file);
  section.text("jwks_url", url);
  issuer.is_url = !url.empty();
  issuer.place = issuer.is_url ? url : (places.directory / file).lexically_normal().string();
  if (file.empty() == url.empty()) {
    section.errors().add(section.mark("jwks_url"), "expected one of jwks_file and jwks_url");
  } else if (issuer.is_url && !url.starts_with("https://") && !(places.insecure && url.starts_with("http://"))) {
    section.errors().add(section.mark("jwks_url"),
                         "jwks_url: expected https://… (or http://… with allow_insecure: true)");
  }
}

void read_issuer(const definition::Node& node, const AuthPlaces& places, Errors& errors, AuthConfig& config) {
  Section section(node, errors, "an issuer");
  if (!node.is(definition::Node::Type::mapping)) return;
  IssuerConfig issuer;
  section.text("issuer", issuer.issuer.issuer);
  section.text("audience", issuer.issuer.audience);
  for (const auto& [key, text] :
       {std::pair{"issuer", &issuer.issuer.issuer}, std::pair{"audience", &issuer.issuer.audience}}) {
    if (text->empty()) errors.add(section.mark(key), fmt::format("{}: expected a text, found none", key));
  }
  read_place(section, places, issuer);
  section.duration("refresh", issuer.refresh, std::chrono::seconds(5));
  section.duration("clock_skew", issuer.issuer.skew, base::Duration::zero());
  section.text("name_claim", issuer.issuer.name_claim);
  issuer.issuer.role = read_role(section, "role", {"none", "read", "refresh", "admin"}).value_or(auth::Role::none);
  section.each("roles", [&](const definition::Node& rule) { issuer.issuer.rules.push_back(read_rule(rule, errors)); });
  section.finish();
  config.issuers.push_back(std::move(issuer));
}

}  // namespace

void read_auth(Section& section, const AuthPlaces& places, AuthConfig& config) {
  section.section("auth", "the access rules", [&](Section& keys) {
    if (const auto role = read_role(keys, "anonymous", {"none", "read", "refresh", "admin"})) config.anonymous = role;
    std::string metrics;
    keys.choice("metrics", {"open", "read"}, metrics);
    config.open_metrics = metrics == "open";
    keys.each("tokens", [&](const definition::Node& node) { read_token(node, keys.errors(), config); });
    keys.each("jwt", [&](const definition::Node& node) { read_issuer(node, places, keys.errors(), config); });
    if (config.issuers.size() > AuthConfig::max_issuers) {
      keys.errors().add(keys.mark("jwt"), fmt::format("jwt: expected at most {} issuers, found {}",
                                                      AuthConfig::max_issuers, config.issuers.size()));
    }
    if (config.tokens.size() > AuthConfig::max_tokens) {
      keys.errors().add(keys.mark("tokens"), fmt::format("tokens: expected at most {}, found {}",
                                                         AuthConfig::max_tokens, config.tokens.size()));
    }
  });
}

void read_rate_limit(Section& section, auth::RateLimit& limit) {
  section.section("rate_limit", "the rate limit", [&](Section& keys) {
    constexpr std::uint64_t most = 1'000'000;
    keys.count("requests_per_second", limit.per_second, 1, most);
    limit.burst = limit.per_second;
    keys.count("burst", limit.burst, 1, most);
    if (!keys.has("requests_per_second")) {
      keys.errors().add(keys.mark("requests_per_second"), "requests_per_second: expected a whole number, found none");
    }
  });
}

void read_tls(Section& section, const std::filesystem::path& directory, std::optional<http::TlsOptions>& tls) {
  section.section("tls", "TLS", [&](Section& keys) {
    http::TlsOptions options;
    for (auto [key, target] :
         {std::pair{"certificate_file", &options.certificate_file}, std::pair{"key_file", &options.key_file},
          std::pair{"client_ca_file", &options.client_ca_file}}) {
      std::string file;
      keys.text(key, file);
      if (!file.empty()) *target = (directory / file).lexically_normal().string();
    }
    std::string clients;
    keys.choice("client_certificates", {"required", "optional"}, clients);
    options.client_must_have_one = clients != "optional";
    if (options.certificate_file.empty() || options.key_file.empty()) {
      keys.errors().add(keys.mark("certificate_file"), "expected certificate_file and key_file");
    } else if (!clients.empty() && options.client_ca_file.empty()) {
      keys.errors().add(keys.mark("client_certificates"), "client_certificates: expected a client_ca_file with it");
    }
    tls = std::move(options);
  });
}

auth::Policy policy_of(const AuthConfig& config) {
  auth::Policy policy{.anonymous = config.anonymous.value_or(config.said() ? auth::Role::none : auth::Role::admin),
                      .open_metrics = config.open_metrics,
                      .only_here = !config.said(),
                      .tokens = config.tokens,
                      .issuers = {}};
  for (const IssuerConfig& issuer : config.issuers) policy.issuers.push_back(issuer.issuer);
  return policy;
}

bool is_loopback(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return base::equal_ignoring_case(host, "localhost");
}

}  // namespace aureacore::server
