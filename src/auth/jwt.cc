#include "auth/jwt.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace aureacore::auth {
namespace {

using simdjson::dom::element;
using std::chrono::seconds;

constexpr double latest = 9e9;  // seconds since 1970: in the year 2255; a clock of nanoseconds ends in 2262

struct Parts {
  std::string_view head;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;  // the first two, with the dot
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{.head = token.substr(0, first),
               .claims = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

// A base64url text as the JSON object that it holds; good as long as its parser.
std::optional<element> read(std::string_view text, simdjson::dom::parser& parser) {
  const auto json = base::base64url_decode(text);
  element root;
  if (!json || parser.parse(simdjson::padded_string(*json)).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return std::nullopt;
  }
  return root;
}

std::optional<std::string_view> text_of(element object, std::string_view member) {
  std::string_view text;
  if (object[member].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

bool has(element object, std::string_view member) { return object[member].error() == simdjson::SUCCESS; }

// A NumericDate; nothing where there is none, or none that makes sense.
std::optional<base::WallTime> time_of(element claims, std::string_view member) {
  double value = 0;
  if (claims[member].get(value) != simdjson::SUCCESS || !(value >= 0) || value > latest) return std::nullopt;
  return base::WallTime(seconds(static_cast<std::int64_t>(std::floor(value))));
}

bool is_or_has(element value, std::string_view wanted) {
  if (std::string_view text; value.get(text) == simdjson::SUCCESS) return text == wanted;
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) return false;
  for (const element item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS && text == wanted) return true;
  }
  return false;
}

bool has_word(element value, std::string_view wanted) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return false;
  const auto words = base::split(text, ' ');
  return std::ranges::find(words, wanted) != words.end();
}

bool applies(const RoleRule& rule, element claims) {
  element value;
  const auto found = rule.claim.starts_with('/') ? claims.at_pointer(rule.claim) : claims[rule.claim];
  return found.get(value) == simdjson::SUCCESS && (is_or_has(value, rule.value) || has_word(value, rule.value));
}

Role role_of(const Issuer& issuer, element claims) {
  Role role = issuer.role;
  for (const RoleRule& rule : issuer.rules) {
    if (applies(rule, claims)) role = std::max(role, rule.role);
  }
  return role;
}

bool is_signed(const Parts& parts, element head, const KeySet& keys) {
  const auto algorithm = parse_algorithm(text_of(head, "alg").value_or(""));
  const auto signature = base::base64url_decode(parts.signature);
  if (!algorithm || !signature || has(head, "crit")) return false;
  std::optional<std::string> key;
  if (has(head, "kid")) {
    const auto name = text_of(head, "kid");
    if (!name) return false;
    key = *name;
  }
  return keys.verify(*algorithm, key, parts.signed_text, *signature);
}

std::optional<Verified> judge(const Issuer& issuer, element claims, base::WallTime now) {
  const auto skew = std::chrono::duration_cast<base::WallTime::duration>(issuer.skew);
  element audience;
  if (claims["aud"].get(audience) != simdjson::SUCCESS || !is_or_has(audience, issuer.audience)) return std::nullopt;
  const auto end = time_of(claims, "exp");
  if (!end || now >= *end + skew) return std::nullopt;
  if (const auto begin = time_of(claims, "nbf"); has(claims, "nbf") && (!begin || now + skew < *begin))
    return std::nullopt;
  const auto name = text_of(claims, issuer.name_claim);
  if (!name || name->empty() || name->size() > Issuer::max_name_bytes) return std::nullopt;
  // Users may choose names: nobody must use up what belongs to a token of the same name, or to another issuer's.
  return Verified{.principal = {.name = std::string(*name),
                                .role = role_of(issuer, claims),
                                .bucket = issuer.issuer + '\n' + std::string(*name)},
                  .until = *end + skew};
}

}  // namespace

std::optional<Verified> verify_jwt(std::string_view token, const std::vector<Issuer>& issuers, base::WallTime now) {
  const auto parts = split(token);
  if (!parts) return std::nullopt;
  simdjson::dom::parser head_parser;
  simdjson::dom::parser claims_parser;
  const auto head = read(parts->head, head_parser);
  const auto claims = read(parts->claims, claims_parser);
  if (!head || !claims) return std::nullopt;
  const auto name = text_of(*claims, "iss");
  for (const Issuer& issuer : issuers) {
    if (name != issuer.issuer || issuer.keys == nullptr) continue;
    auto verified = judge(issuer, *claims, now);
    // The signature last: it costs by far the most.
    if (verified && is_signed(*parts, *head, *issuer.keys)) return verified;
  }
  return std::nullopt;
}

}  // namespace aureacore::auth
