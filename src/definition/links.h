// Where a person finds a file of a source: the bases of the location, view and edit annotations; and the way back.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aureacore::definition {

// Each is a prefix that the path in the repository follows; view and edit are empty where the host has no such page.
struct Links {
  std::string
      location;        // for managed-by-location and managed-by-origin-location: "url:https://host/org/repo/tree/main/"
  std::string view;    // "https://host/org/repo/tree/main/"
  std::string edit;    // "https://host/org/repo/edit/main/"
  std::string source;  // for source-location, which names the file's folder: "url:https://host/org/repo/tree/main/"

  // What path_in_repository() knows a file's addresses by.
  std::string page{};  // "https://host/org/repo"; empty for a local path
  std::string branch{};
  std::span<const std::string_view> addresses{};  // between page and branch: "/tree/", "/blob/", …
};

// From the source's URL or path and branch. Knows the page addresses of GitHub, GitLab, Bitbucket, Azure DevOps, Gitea
// and Forgejo by their host names, and takes GitHub's form for others; a local path gives "file:" locations without
// pages. User and password in a URL never come out.
Links make_links(std::string_view url, std::string_view branch);

// The path that an absolute URL names in the repository and branch of the links: "a/b.yaml", empty for the repository
// as a whole. Nothing where it names something else, another branch included.
std::optional<std::string> path_in_repository(const Links& links, std::string_view url);

}  // namespace aureacore::definition
