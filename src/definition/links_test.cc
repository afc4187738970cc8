#include "definition/links.h"

#include <gtest/gtest.h>

namespace aureacore::definition {
namespace {

TEST(Links, KnowTheHostsByTheirNames) {
  EXPECT_EQ(make_links("https://github.com/acme/catalog.git", "main").view,
            "https://github.com/acme/catalog/tree/main/");
  EXPECT_EQ(make_links("https://github.com/acme/catalog", "main").edit, "https://github.com/acme/catalog/edit/main/");
  EXPECT_EQ(make_links("https://gitlab.com/a/b/c.git", "main").view, "https://gitlab.com/a/b/c/-/blob/main/");
  EXPECT_EQ(make_links("https://gitlab.acme.com/a/b", "main").source, "url:https://gitlab.acme.com/a/b/-/tree/main/");
  EXPECT_EQ(make_links("https://bitbucket.org/a/b", "main").view, "https://bitbucket.org/a/b/src/main/");
  EXPECT_EQ(make_links("https://dev.azure.com/o/p/_git/r", "main").view,
            "https://dev.azure.com/o/p/_git/r?version=GBmain&path=/");
  EXPECT_EQ(make_links("https://codeberg.org/a/b.git", "main").edit, "https://codeberg.org/a/b/_edit/main/");
  EXPECT_EQ(make_links("https://git.acme.com/a/b.git", "main").location, "url:https://git.acme.com/a/b/tree/main/");
}

TEST(Links, TakeEveryFormOfAnAddress) {
  for (const auto* url :
       {"git@github.com:acme/catalog.git", "ssh://git@github.com:22/acme/catalog.git", "git://github.com/acme/catalog",
        "https://GitHub.com/acme/catalog/", "https://github.com/acme/catalog.git/"}) {
    EXPECT_EQ(make_links(url, "main").view, "https://github.com/acme/catalog/tree/main/") << url;
  }
  EXPECT_EQ(make_links("http://git.local:3000/a/b.git", "main").view, "http://git.local:3000/a/b/tree/main/");
}

TEST(Links, NeverTellAPassword) {
  for (const auto* url :
       {"https://user:secret@github.com/acme/catalog", "https://secret@github.com/acme/catalog.git",
        "ssh://user:secret@github.com/acme/catalog", "https://user:se@cret@github.com/acme/catalog"}) {
    const Links links = make_links(url, "main");
    EXPECT_EQ(links.view, "https://github.com/acme/catalog/tree/main/") << url;
    EXPECT_EQ(links.location, "url:https://github.com/acme/catalog/tree/main/") << url;
  }
}

TEST(Links, LocalPathsHaveNoPages) {
  for (const auto* path : {"/srv/git/catalog", "file:///srv/git/catalog", "/srv/git/catalog/"}) {
    const Links links = make_links(path, "main");
    EXPECT_EQ(links.location, "file:/srv/git/catalog/") << path;
    EXPECT_EQ(links.view, "") << path;
    EXPECT_EQ(links.edit, "") << path;
  }
}

TEST(Links, EscapeTheBranch) {
  EXPECT_EQ(make_links("https://github.com/a/b", "feature/x#1").view, "https://github.com/a/b/tree/feature/x%231/");
}

TEST(Links, ThatAreNotKnownLeadNowhere) {
  EXPECT_EQ(path_in_repository(Links(), "https://github.com/acme/catalog/blob/main/a.yaml"), std::nullopt);
  EXPECT_EQ(path_in_repository(Links(), ""), std::nullopt);
}

TEST(Links, FindTheirWayBack) {
  const auto path = [](const char* source, const char* branch, std::string_view url) {
    return path_in_repository(make_links(source, branch), url).value_or("-");
  };
  constexpr const char* github = "git@github.com:acme/catalog.git";
  EXPECT_EQ(path(github, "main", "https://github.com/acme/catalog/blob/main/a/b.yaml"), "a/b.yaml");
  EXPECT_EQ(path(github, "main", "https://github.com/acme/catalog/tree/main/a/?plain=1#L3"), "a");
  EXPECT_EQ(path(github, "main", "https://GitHub.com/Acme/catalog/raw/main/a%20b.yaml"), "a b.yaml");
  EXPECT_EQ(path(github, "main", "https://raw.githubusercontent.com/acme/catalog/main/a.yaml"), "a.yaml");
  EXPECT_EQ(path(github, "main", "https://raw.githubusercontent.com/acme/catalog/refs/heads/main/a.yaml"), "a.yaml");
  EXPECT_EQ(path(github, "feature/x#1", "https://github.com/acme/catalog/blob/feature/x%231/a.yaml"), "a.yaml");
  for (const auto* whole : {"https://github.com/acme/catalog", "https://github.com/acme/catalog/",
                            "https://github.com/acme/catalog.git", "https://github.com/acme/catalog/tree/main"}) {
    EXPECT_EQ(path(github, "main", whole), "") << whole;
  }
  for (const auto* other :
       {"https://github.com/acme/catalog/blob/main2/a.yaml", "https://github.com/acme/catalogue/blob/main/a.yaml",
        "https://github.com/acme/other", "https://gitlab.com/acme/catalog/-/blob/main/a.yaml", "",
        "https://github.com/acme/catalog/issues/1", "https://github.com/acme/catalog/blob/main/%zz",
        "https://github.com/acme/catalog/blob/main/%ff"}) {
    EXPECT_EQ(path(github, "main", other), "-") << other;
  }
  EXPECT_EQ(path("https://gitlab.com/g/s/p.git", "main", "https://gitlab.com/g/s/p/-/raw/main/a.yaml?inline=false"),
            "a.yaml");
  EXPECT_EQ(path("https://bitbucket.org/a/b.git", "main", "https://bitbucket.org/a/b/src/main/a.yaml"), "a.yaml");
  EXPECT_EQ(path("https://codeberg.org/a/b.git", "main", "https://codeberg.org/a/b/src/branch/main/a.yaml"), "a.yaml");
  EXPECT_EQ(path("https://dev.azure.com/o/p/_git/r", "main",
                 "https://dev.azure.com/o/p/_git/r?version=GBmain&path=/a/b.yaml"),
            "a/b.yaml");
  EXPECT_EQ(path("/srv/git/catalog", "main", "file:/srv/git/catalog/a.yaml"), "a.yaml");
  EXPECT_EQ(path("/srv/git/catalog", "main", "file:/srv/git/catalog"), "");
  EXPECT_EQ(path("/srv/git/catalog", "main", "file:/srv/git/catalogue/a.yaml"), "-");
}

}  // namespace
}  // namespace aureacore::definition
