#include "definition/url.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aureacore::definition {
namespace {

constexpr std::uint64_t max_port = 65'535;

bool is_letter(char c) { return base::lower(c) >= 'a' && base::lower(c) <= 'z'; }
bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

bool is_special(std::string_view scheme) {
  static constexpr std::array<std::string_view, 6> special{"http", "https", "ws", "wss", "ftp", "file"};
  return std::ranges::any_of(special, [&](std::string_view name) { return base::equal_ignoring_case(scheme, name); });
}

std::string_view strip(std::string_view text) {
  while (!text.empty() && is_control_or_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_control_or_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_host(std::string_view host, bool may_be_empty) {
  if (host.empty()) return may_be_empty;
  if (host.starts_with('[')) return host.ends_with(']') && host.size() > 3;
  return std::ranges::none_of(host, is_control_or_space) &&
         host.find_first_of("#/:<>?@[\\]^|\x7F") == std::string_view::npos;
}

bool is_port(std::string_view port) {
  return port.empty() || base::parse_number(port).value_or(max_port + 1) <= max_port;
}

// "user:password@host:port"
bool is_authority(std::string_view authority, bool may_be_empty) {
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto host = authority.substr(0, colon);
  return is_host(host, may_be_empty) && (colon == std::string_view::npos || is_port(authority.substr(colon + 1)));
}

}  // namespace

std::string_view url_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return {};
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return text.substr(0, i);
    const bool allowed =
        is_letter(text[i]) || base::is_digit(text[i]) || text[i] == '+' || text[i] == '-' || text[i] == '.';
    if (!allowed) return {};
  }
  return {};
}

bool is_url(std::string_view text) {
  text = strip(text);
  const std::string_view scheme = url_scheme(text);
  if (scheme.empty()) return false;
  const bool special = is_special(scheme);
  std::string_view rest = text.substr(scheme.size() + 1);
  if (!special && !rest.starts_with("//")) return true;  // as in mailto:someone@example.com
  if (special) {
    const bool file = base::equal_ignoring_case(scheme, "file");
    if (file) return true;
    rest.remove_prefix(std::min(rest.find_first_not_of("/\\"), rest.size()));
  } else {
    rest.remove_prefix(2);
  }
  return is_authority(rest.substr(0, rest.find_first_of(special ? "/\\?#" : "/?#")), !special);
}

bool is_script_url(std::string_view text) {
  static constexpr std::string_view wanted = "javascript:";
  while (!text.empty() && is_control_or_space(text.front())) text.remove_prefix(1);
  std::size_t matched = 0;
  for (const char c : text) {
    if (matched > 0 && (c == '\r' || c == '\n' || c == '\t')) continue;
    if (base::lower(c) != wanted[matched]) return false;
    if (++matched == wanted.size()) return true;
  }
  return false;
}

std::string encode_path(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (const std::string_view segment : base::split(path, '/')) {
    if (segment.data() != path.data()) encoded += '/';
    encoded += base::percent_encode(segment);
  }
  return encoded;
}

}  // namespace aureacore::definition
