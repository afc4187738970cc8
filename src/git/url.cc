#include "git/url.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/text.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::size_t max_url_bytes = 2048;
constexpr std::size_t max_branch_bytes = 255;
constexpr std::uint64_t max_port = 65535;

constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
constexpr std::string_view alphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct SchemeName {
  std::string_view name;
  Scheme scheme;
};
constexpr std::array scheme_names = {SchemeName{"https", Scheme::https}, SchemeName{"ssh", Scheme::ssh},
                                     SchemeName{"http", Scheme::http}, SchemeName{"git", Scheme::git},
                                     SchemeName{"file", Scheme::file}};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_control_or_space(char c) { return is_control(c) || c == ' '; }

bool only(std::string_view text, std::string_view allowed, std::string_view also = {}) {
  return std::ranges::all_of(text, [&](char c) { return allowed.contains(c) || also.contains(c); });
}

Status check_allowed(Scheme scheme, std::string_view name, SchemePolicy policy) {
  if ((scheme == Scheme::http || scheme == Scheme::git) && !policy.insecure) {
    return fail(Code::denied, "expected an https or ssh URL, found {}: the configuration allows no insecure schemes",
                name);
  }
  if (scheme == Scheme::file && !policy.local) {
    return fail(Code::denied, "expected an https or ssh URL, found {}: the configuration allows no local sources",
                name);
  }
  return {};
}

// What holds for every form. The text itself stays out of the messages: it may hold a password.
Status check_text(std::string_view text) {
  if (text.empty()) return fail(Code::invalid, "expected a repository URL, found nothing");
  if (text.size() > max_url_bytes) {
    return fail(Code::too_large, "expected a repository URL of at most {} bytes, found {}", max_url_bytes, text.size());
  }
  if (text.starts_with('-')) return fail(Code::invalid, "a repository URL must not begin with '-'");
  if (std::ranges::any_of(text, is_control)) {
    return fail(Code::invalid, "a repository URL must not contain control characters");
  }
  if (!base::is_utf8(text)) return fail(Code::invalid, "a repository URL must be UTF-8");
  return {};
}

Status check_host(std::string_view host) {
  if (host.empty()) return fail(Code::invalid, "expected a host in the repository URL, found none");
  if (host.starts_with('-')) return fail(Code::invalid, "a host must not begin with '-'");
  const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  const bool ok =
      bracketed ? only(host.substr(1, host.size() - 2), hexadecimal, ":.") : only(host, alphanumeric, ".-_");
  if (!ok) return fail(Code::invalid, "expected a host name or address, found '{}'", base::printable(host));
  return {};
}

Status check_user(std::string_view user) {
  if (user.contains(':')) {
    return fail(Code::invalid, "the repository URL holds a password: configure it as the source's credentials instead");
  }
  if (user.empty() || user.starts_with('-') || !only(user, alphanumeric, "._-+~")) {
    return fail(Code::invalid, "expected a user of letters, digits and ._-+~ before '@' in the repository URL");
  }
  return {};
}

Status check_path(std::string_view path) {
  // git decodes escapes itself, so what they hide is looked at too.
  const std::optional<std::string> decoded = base::percent_decode(path, false);
  if (!decoded || std::ranges::any_of(*decoded, is_control)) {
    return fail(Code::invalid, "the repository URL's path has a malformed escape or hides a control character");
  }
  if (path.starts_with('-') || path.starts_with("/-") || decoded->starts_with('-') || decoded->starts_with("/-")) {
    return fail(Code::invalid, "a repository's path must not begin with '-'");
  }
  if (decoded->contains("::")) return fail(Code::invalid, "a repository URL must not contain '::'");
  if (path.empty() || path == "/") return fail(Code::invalid, "expected a path in the repository URL, found none");
  if (std::ranges::any_of(path, is_control_or_space) || path.find_first_of("?#") != std::string_view::npos) {
    return fail(Code::invalid, "a repository URL must not contain spaces, a query or a fragment");
  }
  return {};
}

struct Authority {
  std::string_view user;
  std::string_view host;  // with brackets
  std::string_view port;
};

Authority split_authority(std::string_view text) {
  Authority parts;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    parts.user = text.substr(0, at + 1);
    text.remove_prefix(at + 1);
  }
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = text.substr(0, colon);
  if (colon != std::string_view::npos) parts.port = text.substr(colon);
  return parts;
}

Status check_authority(const Authority& parts, Scheme scheme) {
  if (!parts.user.empty()) {
    if (scheme != Scheme::ssh) {
      return fail(Code::invalid, "the repository URL holds credentials: configure them as the source's instead");
    }
    if (auto status = check_user(parts.user.substr(0, parts.user.size() - 1)); !status) return status;
  }
  if (!parts.port.empty()) {
    const auto port = base::parse_number(parts.port.substr(1));
    if (!port || *port == 0 || *port > max_port) {
      return fail(Code::invalid, "expected a port from 1 to {} in the repository URL", max_port);
    }
  }
  return check_host(parts.host);
}

Result<Url> parse_with_scheme(std::string_view text, std::size_t separator, SchemePolicy policy) {
  const std::string_view name = text.substr(0, separator);
  const auto* known = std::ranges::find(scheme_names, name, &SchemeName::name);
  if (known == scheme_names.end()) {
    return fail(Code::invalid, "expected a repository URL's scheme to be https, ssh, http, git or file, found '{}'",
                base::printable(name, 40));
  }
  if (auto status = check_allowed(known->scheme, name, policy); !status) return std::unexpected(status.error());
  const std::string_view rest = text.substr(separator + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view path = rest.substr(slash);
  if (auto status = check_path(path); !status) return std::unexpected(status.error());
  if (known->scheme == Scheme::file) {
    if (slash != 0) return fail(Code::invalid, "expected an absolute path after file://, found a host");
    return Url{Scheme::file, std::string(text), std::string(text)};
  }
  const Authority parts = split_authority(rest.substr(0, slash));
  if (auto status = check_authority(parts, known->scheme); !status) return std::unexpected(status.error());
  return Url{known->scheme, std::string(text), fmt::format("{}://{}{}{}", name, parts.host, parts.port, path)};
}

// Where host and path part in [user@]host:path; npos for a plain path. As git sees it, a colon before any slash makes
// the host.
std::size_t scp_colon(std::string_view text) {
  const std::size_t bracket = text.find("]:");
  const std::size_t colon = bracket != std::string_view::npos ? bracket + 1 : text.find(':');
  return colon < text.find('/') ? colon : std::string_view::npos;
}

// "::" makes git run a helper program. Only an address in brackets, first or right after the user, may hold it.
bool asks_for_helper(std::string_view text) {
  const std::size_t open = text.find('[');
  const bool address = open == 0 || (open != std::string_view::npos && text[open - 1] == '@');
  if (!address) return text.contains("::");
  const std::size_t close = std::min(text.find(']', open), text.size());
  return text.substr(0, open).contains("::") || text.substr(close).contains("::");
}

Result<Url> parse_scp(std::string_view text, std::size_t colon) {
  const std::string_view before = text.substr(0, colon);
  const std::string_view path = text.substr(colon + 1);
  if (auto status = check_path(path); !status) return std::unexpected(status.error());
  const std::size_t at = before.rfind('@');
  const std::string_view host = at == std::string_view::npos ? before : before.substr(at + 1);
  // user@host:token@elsewhere is more likely a mistake with a secret in it than a path.
  if (path.contains('@')) return fail(Code::invalid, "expected user@host:path, found an '@' in the path");
  const Authority parts{.user = before.substr(0, before.size() - host.size()), .host = host, .port = {}};
  if (auto status = check_authority(parts, Scheme::ssh); !status) return std::unexpected(status.error());
  return Url{Scheme::ssh, std::string(text), fmt::format("{}:{}", host, path)};
}

Result<Url> parse_path(std::string_view text, SchemePolicy policy) {
  if (auto status = check_allowed(Scheme::file, "a plain path", policy); !status)
    return std::unexpected(status.error());
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(std::filesystem::path(text), error).lexically_normal();
  if (error)
    return fail(Code::invalid, "can't make the path '{}' absolute: {}", base::printable(text), error.message());
  if (std::ranges::any_of(path.native(), is_control)) {
    return fail(Code::invalid, "the working directory's name must not contain control characters");
  }
  if (path.has_relative_path() && !path.has_filename()) path = path.parent_path();
  return Url{Scheme::file, path.string(), path.string()};
}

bool is_branch_character(char c) {
  constexpr std::string_view forbidden = "~^:?*[\\";
  return !is_control_or_space(c) && !forbidden.contains(c);
}

bool is_branch_component(std::string_view component) {
  return !component.empty() && !component.starts_with('.') && !component.ends_with(".lock");
}

}  // namespace

Result<Url> parse_url(std::string_view text, SchemePolicy policy) {
  if (auto status = check_text(text); !status) return std::unexpected(status.error());
  if (const auto separator = text.find("://"); separator != std::string_view::npos && separator < text.find('/')) {
    return parse_with_scheme(text, separator, policy);
  }
  const std::size_t colon = scp_colon(text);
  const bool plain = colon == std::string_view::npos;
  if (plain ? text.contains("::") : asks_for_helper(text)) {
    return fail(Code::invalid, "a repository URL must not contain '::' (remote helpers are not used)");
  }
  return plain ? parse_path(text, policy) : parse_scp(text, colon);
}

Status check_branch(std::string_view branch) {
  const auto refuse = [&](std::string_view why) -> Status {
    return fail(Code::invalid, "expected a branch name, found '{}': {}", base::printable(branch, 80), why);
  };
  if (branch.empty() || branch.size() > max_branch_bytes) return refuse("it must have 1 to 255 bytes");
  if (branch.starts_with('-')) return refuse("it must not begin with '-'");
  if (branch == "@" || branch == "HEAD") return refuse("it is reserved");
  if (!base::is_utf8(branch)) return refuse("it must be UTF-8");
  if (!std::ranges::all_of(branch, is_branch_character)) {
    return refuse("control characters, spaces and ~^:?*[\\ are not allowed");
  }
  if (branch.contains("..") || branch.contains("@{") || branch.ends_with('.')) {
    return refuse("'..', '@{' and a '.' at the end are not allowed");
  }
  if (!std::ranges::all_of(base::split(branch, '/'), is_branch_component)) {
    return refuse("no part may be empty, begin with '.' or end with '.lock'");
  }
  return {};
}

}  // namespace aureacore::git
