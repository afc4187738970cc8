#include "definition/links.h"

#include <fmt/core.h>

#include "base/text.h"
#include "definition/url.h"

namespace aureacore::definition {
namespace {

// How a host names the pages of a file: {0} is the repository's page, {1} the branch, and the path follows.
struct Forms {
  std::string_view view;
  std::string_view edit;
  std::string_view folder;
};

constexpr Forms github{"{0}/tree/{1}/", "{0}/edit/{1}/", "{0}/tree/{1}/"};
constexpr Forms gitlab{"{0}/-/blob/{1}/", "{0}/-/edit/{1}/", "{0}/-/tree/{1}/"};
constexpr Forms bitbucket{"{0}/src/{1}/", "{0}/src/{1}/", "{0}/src/{1}/"};
constexpr Forms azure{"{0}?version=GB{1}&path=/", "{0}?version=GB{1}&path=/", "{0}?version=GB{1}&path=/"};
constexpr Forms gitea{"{0}/src/branch/{1}/", "{0}/_edit/{1}/", "{0}/src/branch/{1}/"};

struct Address {
  std::string scheme;  // "https"; "http" stays
  std::string host;
  std::string path;  // no slash at either end, no ".git"
};

const Forms& forms_of(std::string_view host) {
  const auto has = [&](std::string_view word) { return host.find(word) != std::string_view::npos; };
  if (has("gitlab")) return gitlab;
  if (has("bitbucket")) return bitbucket;
  if (has("dev.azure.com") || has("visualstudio.com")) return azure;
  if (has("gitea") || has("forgejo") || has("codeberg")) return gitea;
  return github;
}

std::string_view strip_path(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  return path;
}

std::string_view without_user(std::string_view authority) {
  return authority.substr(authority.rfind('@') + 1);
}  // npos + 1 is 0

std::string_view without_port(std::string_view host) { return host.substr(0, host.rfind(':')); }

// "scheme://[user@]host[:port]/path"
Address parse_url(std::string_view url, std::size_t scheme_end) {
  const std::string scheme = base::lower(url.substr(0, scheme_end));
  url.remove_prefix(scheme_end + 3);
  const auto slash = url.find('/');
  const auto path = slash == std::string_view::npos ? std::string_view() : url.substr(slash);
  std::string_view host = without_user(url.substr(0, slash));
  const bool is_web = scheme == "https" || scheme == "http";
  if (!is_web) host = without_port(host);  // an ssh port is no web port
  return {
      .scheme = scheme == "http" ? "http" : "https", .host = base::lower(host), .path = std::string(strip_path(path))};
}

// "[user@]host:path", as git takes it
Address parse_scp(std::string_view text, std::size_t colon) {
  return {.scheme = "https",
          .host = base::lower(without_user(text.substr(0, colon))),
          .path = std::string(strip_path(text.substr(colon + 1)))};
}

Links local_links(std::string_view path) {
  if (path.starts_with("file://")) path.remove_prefix(7);
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string location = fmt::format("file:{}/", path);
  return {.location = location, .view = {}, .edit = {}, .source = location};
}

Links web_links(const Address& address, std::string_view branch) {
  const Forms& forms = forms_of(address.host);
  const std::string page = fmt::format("{}://{}/{}", address.scheme, address.host, address.path);
  const std::string in_url = encode_path(branch);
  const auto fill = [&](std::string_view form) { return fmt::format(fmt::runtime(form), page, in_url); };
  return {.location = "url:" + fill(forms.view),
          .view = fill(forms.view),
          .edit = fill(forms.edit),
          .source = "url:" + fill(forms.folder)};
}

}  // namespace

Links make_links(std::string_view url, std::string_view branch) {
  const auto scheme_end = url.find("://");
  if (url.starts_with("file://")) return local_links(url);
  if (scheme_end != std::string_view::npos) return web_links(parse_url(url, scheme_end), branch);
  const auto colon = url.find(':');
  const bool is_scp = colon != std::string_view::npos && url.find('/') > colon && colon > 0;
  return is_scp ? web_links(parse_scp(url, colon), branch) : local_links(url);
}

}  // namespace aureacore::definition
