#include "definition/url.h"

#include <gtest/gtest.h>

#include "definition/path.h"

namespace aureacore::definition {
namespace {

TEST(Url, TakesWhatABrowserTakes) {
  for (const auto* text :
       {"https://x.y", "http:x", "HTTPS://x/ y?z#w", "https://user:pass@x:8080/", "mailto:a@b", "slack://channel?id=1",
        "file:///etc", "https:///x", "https://[::1]:80/", " https://x ", "urn:isbn:1", "https://x:/"}) {
    EXPECT_TRUE(is_url(text)) << text;
  }
  for (const auto* text : {"", "foo", "/foo", "//x/y", "https://", "https://a b/", "https://x:port/",
                           "https://x:70000/", "1http://x", "https://<x>/", "ht tp://x"}) {
    EXPECT_FALSE(is_url(text)) << text;
  }
}

TEST(Url, SeesThroughDisguisedScripts) {
  for (const auto* text : {"javascript:alert(1)", " \x01JavaScript:x", "java\nscript:x", "j\ta\tvascript\r:x"}) {
    EXPECT_TRUE(is_script_url(text)) << text;
  }
  for (const auto* text : {"javascript", "https://x/javascript:", "java script:x", ""})
    EXPECT_FALSE(is_script_url(text)) << text;
}

TEST(Url, EncodesPathsButNotTheirSlashes) { EXPECT_EQ(encode_path("a b/c#d/e%.yaml"), "a%20b/c%23d/e%25.yaml"); }

TEST(Path, ResolvesRelativeToTheFile) {
  EXPECT_EQ(resolve_path("a/b/c.yaml", "./d.yaml").value(), "a/b/d.yaml");
  EXPECT_EQ(resolve_path("a/b/c.yaml", "../d.yaml").value(), "a/d.yaml");
  EXPECT_EQ(resolve_path("a/b/c.yaml", "../../d//./e/../f").value(), "d/f");
  EXPECT_EQ(resolve_path("c.yaml", "d").value(), "d");
  EXPECT_EQ(resolve_path("a/b/c.yaml", "/d/e").value(), "d/e");
}

TEST(Path, NeverLeavesTheRepository) {
  for (const auto* target :
       {"../../../d", "../../..", "/../x", "https://x/y", "//x/y", "file:///etc/passwd", "../.."}) {
    EXPECT_FALSE(resolve_path("a/b.yaml", target)) << target;
  }
}

TEST(Path, MustNameSomething) {
  EXPECT_FALSE(resolve_path("b.yaml", ""));
  EXPECT_FALSE(resolve_path("b.yaml", "./"));
  EXPECT_FALSE(resolve_path("a/b.yaml", ".."));
}

}  // namespace
}  // namespace aureacore::definition
