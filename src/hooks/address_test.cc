#include "hooks/address.h"

#include <gtest/gtest.h>

namespace aureacore::hooks {
namespace {

TEST(AddressTest, ComparesAsArgoCdDoes) {
  for (const char* const url :
       {"https://github.com/Octocat/Hello-World.git", "https://github.com/octocat/hello-world",
        "http://GitHub.com/octocat/hello-world/", "https://user:secret@github.com/octocat/hello-world.git",
        "git@github.com:octocat/hello-world.git", "github.com:octocat/hello-world",
        "git@github.com:/octocat/hello-world", "ssh://git@github.com/octocat/hello-world",
        "ssh://git@github.com:22/octocat/hello-world.git", "ssh://git@ssh.github.com:443/octocat/hello-world.git",
        "git://github.com/octocat/hello-world.git", "https://github.com:8443/octocat/hello-world",
        "github.com/octocat/hello-world", " github.com/octocat/hello-world.git/ "}) {
    EXPECT_EQ(canonical_address(url), "github.com/octocat/hello-world") << url;
  }
}

TEST(AddressTest, TellsOthersApart) {
  for (const char* const url : {"https://github.com/octocat/hello-world2", "https://github.com/octocat/hello",
                                "https://gitlab.com/octocat/hello-world", "https://github.com/x/octocat/hello-world",
                                "https://github.com.example.com/octocat/hello-world", "/octocat/hello-world", ""}) {
    EXPECT_NE(canonical_address(url), "github.com/octocat/hello-world") << url;
  }
}

TEST(AddressTest, KnowsPathsAndOddities) {
  EXPECT_EQ(canonical_address("/srv/git/Catalog.git"), "/srv/git/catalog");
  EXPECT_EQ(canonical_address("file:///srv/git/catalog"), "/srv/git/catalog");
  EXPECT_EQ(canonical_address("https://[::1]:8080/x"), canonical_address("https://[::1]:8080/X"));
  EXPECT_EQ(canonical_address("https://"), canonical_address("https:"));
  EXPECT_EQ(canonical_address(""), "/");
}

}  // namespace
}  // namespace aureacore::hooks
