#include "definition/links.h"

#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "definition/url.h"

namespace aureacore::definition {
namespace {

// How a host names the pages of a file: {0} is the repository's page, {1} the branch, and the path follows.
struct Forms {
  std::string_view view;
  std::string_view edit;
  std::string_view folder;
  // What stands between page and branch in any address of a file that people copy.
  std::span<const std::string_view> addresses;
};

constexpr std::array<std::string_view, 4> github_addresses{"/tree/", "/blob/", "/raw/", "/edit/"};
constexpr std::array<std::string_view, 4> gitlab_addresses{"/-/blob/", "/-/tree/", "/-/raw/", "/-/edit/"};
constexpr std::array<std::string_view, 2> bitbucket_addresses{"/src/", "/raw/"};
constexpr std::array<std::string_view, 1> azure_addresses{"?version=GB"};
constexpr std::array<std::string_view, 3> gitea_addresses{"/src/branch/", "/raw/branch/", "/_edit/"};

constexpr Forms github{"{0}/tree/{1}/", "{0}/edit/{1}/", "{0}/tree/{1}/", github_addresses};
constexpr Forms gitlab{"{0}/-/blob/{1}/", "{0}/-/edit/{1}/", "{0}/-/tree/{1}/", gitlab_addresses};
constexpr Forms bitbucket{"{0}/src/{1}/", "{0}/src/{1}/", "{0}/src/{1}/", bitbucket_addresses};
constexpr Forms azure{"{0}?version=GB{1}&path=/", "{0}?version=GB{1}&path=/", "{0}?version=GB{1}&path=/",
                      azure_addresses};
constexpr Forms gitea{"{0}/src/branch/{1}/", "{0}/_edit/{1}/", "{0}/src/branch/{1}/", gitea_addresses};

constexpr std::string_view raw_github = "https://raw.githubusercontent.com";

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
          .source = "url:" + fill(forms.folder),
          .page = page,
          .branch = std::string(branch),
          .addresses = forms.addresses};
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && base::equal_ignoring_case(text.substr(0, start.size()), start);
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// The path behind "<branch>/"; `text` may end with the branch.
std::optional<std::string> behind_branch(std::string_view text, std::string_view branch) {
  if (!text.starts_with(branch)) return std::nullopt;
  text.remove_prefix(branch.size());
  if (text.starts_with("&path=")) text.remove_prefix(std::string_view("&path=").size());
  if (!text.empty() && !text.starts_with('/')) return std::nullopt;
  return std::string(without_slashes(text));
}

// https://raw.githubusercontent.com/org/repo/branch/path
std::optional<std::string> path_in_raw_github(const Links& links, std::string_view url) {
  constexpr std::string_view host = "https://github.com";
  if (!starts_with_ignoring_case(links.page, host)) return std::nullopt;
  const std::string page = fmt::format("{}{}/", raw_github, std::string_view(links.page).substr(host.size()));
  if (!starts_with_ignoring_case(url, page)) return std::nullopt;
  url.remove_prefix(page.size());
  if (url.starts_with("refs/heads/")) url.remove_prefix(std::string_view("refs/heads/").size());
  return behind_branch(url, links.branch);
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

std::optional<std::string> path_in_repository(const Links& links, std::string_view url) {
  // A fragment chooses lines, a query the way a page looks; only where the branch stands in it does it count.
  if (links.location.empty()) return std::nullopt;  // nobody knows where it is published
  url = url.substr(0, url.find('#'));
  const bool branch_in_query = !links.addresses.empty() && links.addresses.front().starts_with('?');
  if (!branch_in_query) url = url.substr(0, url.find('?'));
  const auto decoded = base::percent_decode(url, false);
  if (!decoded || !base::is_utf8(*decoded)) return std::nullopt;
  std::string_view rest = *decoded;
  if (links.page.empty()) {
    const std::string_view folder = links.location;  // "file:/path/"
    if (!rest.starts_with(folder.substr(0, folder.size() - 1))) return std::nullopt;
    return behind_branch(rest.substr(folder.size() - 1), {});
  }
  if (!starts_with_ignoring_case(rest, links.page)) return path_in_raw_github(links, rest);
  rest.remove_prefix(links.page.size());
  if (rest.empty() || rest == "/" || rest == ".git") return std::string();
  for (const std::string_view address : links.addresses) {
    if (!rest.starts_with(address)) continue;
    if (auto path = behind_branch(rest.substr(address.size()), links.branch)) return path;
  }
  return std::nullopt;
}

}  // namespace aureacore::definition
