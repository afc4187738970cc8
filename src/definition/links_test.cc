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

}  // namespace
}  // namespace aureacore::definition
