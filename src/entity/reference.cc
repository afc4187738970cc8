#include "entity/reference.h"

#include "base/case_folding.h"
#include "base/text.h"

namespace aureacore::entity {
namespace {

constexpr std::size_t max_part = 63;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alphanumeric(char c) { return base::is_digit(c) || is_lower(base::lower(c)); }

}  // namespace

std::string Reference::canonical() const {
  std::string key;
  key.reserve(kind.size() + name_space.size() + name.size() + 2);
  base::append_folded(key, kind);
  key.push_back(':');
  base::append_folded(key, name_space);
  key.push_back('/');
  base::append_folded(key, name);
  return key;
}

base::Result<Reference> parse_reference(std::string_view text, ReferenceDefaults defaults) {
  const auto wrong = [&](std::string_view why) {
    return base::fail(base::Code::invalid, "expected a reference [kind:][namespace/]name, found \"{}\": {}",
                      base::printable(text), why);
  };
  std::string_view rest = text;
  Reference reference;
  const auto colon = rest.find(':');
  const auto first_slash = rest.find('/');
  if (colon != std::string_view::npos && (first_slash == std::string_view::npos || colon < first_slash)) {
    reference.kind = rest.substr(0, colon);
    if (reference.kind.empty()) return wrong("the kind before ':' is empty");
    rest.remove_prefix(colon + 1);
  } else {
    if (defaults.kind.empty()) return wrong("the kind is missing, as in component:name");
    reference.kind = defaults.kind;
  }
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    reference.name_space = rest.substr(0, slash);
    if (reference.name_space.empty()) return wrong("the namespace before '/' is empty");
    rest.remove_prefix(slash + 1);
  } else {
    reference.name_space = defaults.name_space;
  }
  if (rest.empty()) return wrong("the name is empty");
  reference.name = rest;
  return reference;
}

bool is_kind(std::string_view text) {
  if (text.empty() || text.size() > max_part || base::is_digit(text[0])) return false;
  for (const char c : text) {
    if (!is_alphanumeric(c)) return false;
  }
  return true;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > max_part) return false;
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

bool is_namespace(std::string_view text) {
  if (text.empty() || text.size() > max_part) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  for (const char c : text) {
    if (!base::is_digit(c) && !is_lower(c) && c != '-') return false;
  }
  return true;
}

}  // namespace aureacore::entity
