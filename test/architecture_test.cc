#include "architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace aureacore::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path checkout = AUREACORE_CHECKOUT;

constexpr const char* small_table = R"(# A program
| `before` | `nothing` | a table of something else |

## Modules

| Module | May include | One line |
|---|---|---|
| `base` | | result and error |
| `git` | `base` | one `repository` |
| `sync` | `base` `git` | the writer |

## Words

| `after` | `base` | not a module |
)";

// The table above with these files in place of real ones; modules without one get a file without includes.
std::vector<std::string> check(std::vector<Source> sources) {
  for (const char* module : {"base", "git", "sync"}) sources.push_back({std::string(module) + "/empty.h", ""});
  return violations(parse_table(small_table), sources);
}

TEST(Architecture, ReadsTheRowsOfTheModuleTableAlone) {
  const std::vector<Module> table = parse_table(small_table);
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table[0].name, "base");
  EXPECT_THAT(table[0].may_include, IsEmpty());
  EXPECT_EQ(table[2].name, "sync");
  EXPECT_THAT(table[2].may_include, ElementsAre("base", "git"));
}

TEST(Architecture, AllowsTheTablesArrowsAndAModulesOwnFiles) {
  EXPECT_THAT(check({{"sync/source.cc", "#include \"sync/source.h\"\n#include <vector>\n#include \"git/remote.h\"\n"}}),
              IsEmpty());
}

TEST(Architecture, RefusesAnArrowThatTheTableDoesNotList) {
  EXPECT_THAT(check({{"git/remote.h", "#pragma once\n\n  # include \"sync/source.h\"\n"}}),
              ElementsAre("src/git/remote.h:3: 'git' may not include 'sync' (\"sync/source.h\")"));
}

TEST(Architecture, HoldsTestsToTheSameArrows) {
  EXPECT_THAT(check({{"base/clock_test.cc", "#include \"git/remote.h\"\n"}}),
              ElementsAre(HasSubstr("'base' may not include 'git'")));
}

TEST(Architecture, RefusesAnIncludeWithoutItsModule) {
  EXPECT_THAT(check({{"git/remote.cc", "#include \"remote.h\"\n"}}),
              ElementsAre(HasSubstr("expected an include with its module (\"git/remote.h\")")));
}

TEST(Architecture, RefusesAFolderWithoutARow) {
  EXPECT_THAT(check({{"cache/tier.h", ""}}),
              ElementsAre("src/cache/tier.h: the module 'cache' has no row in the table"));
}

TEST(Architecture, RefusesARowWithoutAFolder) {
  EXPECT_THAT(violations(parse_table(small_table), {{"base/a.h", ""}, {"git/a.h", ""}}),
              ElementsAre("the table's row 'sync' has no folder with sources in src"));
}

TEST(Architecture, RefusesATableWhoseArrowsPointUp) {
  const std::vector<Module> table = {{.name = "base", .may_include = {"git"}}, {.name = "git", .may_include = {}}};
  EXPECT_THAT(violations(table, {{"base/a.h", ""}, {"git/a.h", ""}}),
              ElementsAre(HasSubstr("'base' points up or nowhere: 'git'")));
}

TEST(Architecture, HoldsForThisCheckout) {
  std::ifstream in(checkout / "ARCHITECTURE.md", std::ios::binary);
  const std::vector<Module> table = parse_table(std::string(std::istreambuf_iterator<char>(in), {}));
  ASSERT_FALSE(table.empty());
  const std::vector<Source> sources = read_sources(checkout / "src");
  ASSERT_GT(sources.size(), table.size());
  EXPECT_THAT(violations(table, sources), IsEmpty());
}

}  // namespace
}  // namespace aureacore::architecture
