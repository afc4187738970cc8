#include "hooks/address.h"

#include "base/text.h"

namespace aureacore::hooks {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Host and path of an address that has a host.
std::string join(std::string_view host, std::string_view path) {
  if (host.starts_with("ssh.")) host.remove_prefix(4);
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(host) + "/" + std::string(path);
}

}  // namespace

std::string canonical_address(std::string_view url) {
  const std::string text = base::lower(base::trim(url));
  std::string_view rest = text;
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.ends_with(".git")) rest.remove_suffix(4);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto scheme = rest.find("://");
  const bool has_scheme = scheme != std::string_view::npos && scheme < rest.find('/');
  if (has_scheme && rest.substr(0, scheme) == "file") return std::string(rest.substr(scheme + 3));
  if (has_scheme) rest.remove_prefix(scheme + 3);
  if (rest.starts_with('/')) return std::string(rest);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (const auto user = authority.rfind('@'); user != std::string_view::npos) rest.remove_prefix(user + 1);
  const auto end = rest.find_first_of(":/");
  if (end == std::string_view::npos) return join(rest, {});
  const std::string_view host = rest.substr(0, end);
  std::string_view path = rest.substr(end + 1);
  const std::string_view port = path.substr(0, path.find('/'));
  // Behind a host and a colon stands a port, or a path as ssh has it.
  if (rest[end] == ':' && is_number(port) && port.size() < path.size()) path.remove_prefix(port.size());
  return join(host, path);
}

}  // namespace aureacore::hooks
