// What is selected, what is known, and trees that mean harm.
#include "validation/validation.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "validation/format.h"
#include "validation/known.h"
#include "validation/testing.h"

namespace aureacore::validation {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using testing::checked;
using testing::component;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::location;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::texts;

class ValidationTest : public ::testing::Test {
 protected:
  // What every component refers to.
  [[nodiscard]] Options options() const {
    Options options = place_.options();
    options.known = {"user:default/ann"};
    return options;
  }
  [[nodiscard]] Report validate(const std::vector<std::string>& paths = {"."}) const {
    return place_.validate(options(), paths);
  }

  testing::Workplace place_;
};

TEST_F(ValidationTest, OfAFolderOfARepositoryItsFilesAreTold) {
  place_.make_repository();
  place_.write("a/catalog-info.yaml", component("a", ", dependsOn: [component:b, component:c]"));
  place_.write("b/catalog-info.yaml", component("b", ", system: none"));
  const Report report = validate({"a"});
  EXPECT_THAT(checked(report), ElementsAre("a/catalog-info.yaml"));
  EXPECT_THAT(texts(report), ElementsAre(AllOf(StartsWith("a/catalog-info.yaml:4:88 dangling"),
                                               HasSubstr("component:default/c for spec.dependsOn"))));
  EXPECT_EQ(report.entities, 1);
}

TEST_F(ValidationTest, ANamedFileNeedsNoGlob) {
  place_.make_repository();
  place_.write("a/entity.yaml", component("a"));
  place_.write("catalog-info.yaml", component("b"));
  EXPECT_THAT(checked(validate({"a/entity.yaml"})), ElementsAre("a/entity.yaml"));
}

TEST_F(ValidationTest, OutsideOfARepositoryNothingIsLookedForBesideAFile) {
  place_.write("a/entity.yaml", component("a") + "---\n" + location("l", "/b.yaml"));
  place_.write("a/b.yaml", component("b"));
  place_.write("a/catalog-info.yaml", "]");
  const Report report = validate({"a/entity.yaml"});
  EXPECT_THAT(checked(report), ElementsAre("a/b.yaml", "a/entity.yaml"));
  EXPECT_THAT(texts(report), IsEmpty());
}

TEST_F(ValidationTest, RepositoriesKnowEachOthersEntities) {
  place_.make_repository("x");
  place_.make_repository("y");
  place_.write("x/catalog-info.yaml", component("a", ", dependsOn: [component:b]"));
  place_.write("y/catalog-info.yaml", component("b") + "---\n" + component("A"));
  const Report report = validate({"x", "y"});
  EXPECT_FALSE(report.one_tree);
  EXPECT_THAT(
      texts(report),
      ElementsAre(AllOf(StartsWith("x/catalog-info.yaml:1:1 conflict"), HasSubstr("in y/catalog-info.yaml:6:1")),
                  AllOf(StartsWith("y/catalog-info.yaml:6:1 conflict"), HasSubstr("in x/catalog-info.yaml:1:1"))));
}

TEST_F(ValidationTest, ARepositoryInsideIsNoPartOfIt) {
  place_.make_repository();
  place_.make_repository("vendor/other");
  place_.write("catalog-info.yaml", location("l", "vendor/other/x.yaml"));
  place_.write("vendor/other/catalog-info.yaml", "]");
  place_.write("vendor/other/x.yaml", component("x"));
  const Report report = validate();
  EXPECT_THAT(checked(report), ElementsAre("catalog-info.yaml"));
  EXPECT_THAT(texts(report), ElementsAre(HasSubstr("expected a file at \"vendor/other/x.yaml\", found none")));
}

TEST_F(ValidationTest, GitsOwnFilesAreNotRead) {
  place_.make_repository();
  place_.write(".git/catalog-info.yaml", "]");
  place_.write("catalog-info.yaml", component("a", ", x: {$text: .git/catalog-info.yaml}"));
  EXPECT_THAT(texts(validate()), ElementsAre(HasSubstr("there is no such file")));
}

TEST_F(ValidationTest, SaysThatThereWasNothing) {
  place_.write("readme.md", "");
  const Report report = validate();
  EXPECT_THAT(texts(report),
              ElementsAre(".:0:0 selection expected a file that matches **/catalog-info.yaml, found none"));
  EXPECT_FALSE(report.failed());
  EXPECT_THAT(report.empty, ElementsAre("."));
}

TEST_F(ValidationTest, StrictlyAWarningFails) {
  place_.write("catalog-info.yaml", component("a", ", system: s"));
  EXPECT_FALSE(validate().failed());
  Options strict = options();
  strict.strict = true;
  EXPECT_TRUE(place_.validate(strict, {"."}).failed());
}

TEST_F(ValidationTest, AnInvalidEntityIsNoDanglingReference) {
  place_.write("catalog-info.yaml",
               component("a", ", dependsOn: [component:b]") + "---\n" + component("b", ", system: 1"));
  EXPECT_THAT(texts(validate()), ElementsAre(HasSubstr("field expected a string for spec.system")));
}

TEST_F(ValidationTest, LinksAreNotFollowed) {
  const testing::Workplace outside;
  outside.write("catalog-info.yaml", component("secret"));
  outside.write("more/catalog-info.yaml", component("more"));
  place_.write("inside/catalog-info.yaml", component("inside", ", x: {$text: ../text}"));
  fs::create_symlink(outside.path() / "catalog-info.yaml", place_.path() / "catalog-info.yaml");
  fs::create_symlink(outside.path() / "more", place_.path() / "more");
  fs::create_symlink(place_.path(), place_.path() / "loop");
  fs::create_symlink("/etc/hostname", place_.path() / "text");
  place_.write("through/catalog-info.yaml", location("l", "/more/catalog-info.yaml"));
  EXPECT_THAT(texts(validate()),
              ElementsAre("catalog-info.yaml:0:0 file expected a regular file, found a symbolic link: skipped",
                          AllOf(StartsWith("inside/catalog-info.yaml:4:"), HasSubstr("this is not a regular file")),
                          AllOf(StartsWith("through/catalog-info.yaml:4:"),
                                HasSubstr("expected a file at \"more/catalog-info.yaml\", found none"))));
}

TEST_F(ValidationTest, NothingWaitsForAPipe) {
  ASSERT_EQ(::mkfifo((place_.path() / "catalog-info.yaml").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((place_.path() / "text").c_str(), 0600), 0);
  place_.write("a/catalog-info.yaml", component("a", ", x: {$text: /text}"));
  EXPECT_THAT(
      texts(validate()),
      ElementsAre(HasSubstr("this is not a regular file"),
                  "catalog-info.yaml:0:0 file expected a regular file, found a FIFO, socket or device: skipped"));
}

TEST_F(ValidationTest, LargeFilesAndLongChainsAreRefused) {
  Options options = this->options();
  options.reader.file_bytes = 1000;
  options.reader.chain = 3;
  place_.write("large/catalog-info.yaml", std::string(1001, '#'));
  place_.write("catalog-info.yaml", location("l0", "1.yaml"));
  for (int i = 1; i < 6; ++i)
    place_.write(fmt::format("{}.yaml", i), location(fmt::format("l{}", i), fmt::format("{}.yaml", i + 1)));
  EXPECT_THAT(texts(place_.validate(options, {"."})),
              ElementsAre(AllOf(StartsWith("3.yaml:4:"), HasSubstr("expected a chain of at most 3 Locations")),
                          HasSubstr("large/catalog-info.yaml:0:0 limit expected a file of at most 1000 bytes")));
}

TEST_F(ValidationTest, LocationsInACircleEnd) {
  place_.write("catalog-info.yaml", location("a", "b.yaml"));
  place_.write("b.yaml", location("b", "catalog-info.yaml") + "---\n" + location("c", "*.yaml"));
  EXPECT_THAT(texts(validate()), IsEmpty());
}

TEST_F(ValidationTest, ManyFilesAreOneError) {
  Options options = this->options();
  options.reader.files = 3;
  for (int i = 0; i < 5; ++i) place_.write(fmt::format("{}/catalog-info.yaml", i), component(fmt::format("c{}", i)));
  const Report report = place_.validate(options, {"."});
  EXPECT_THAT(texts(report), ElementsAre(".:0:0 limit expected at most 3 descriptor files, found more"));
  EXPECT_TRUE(report.failed());
}

TEST_F(ValidationTest, NamesThatNoCommitMayBringAreToldAndPassedOver) {
  place_.write("bad\xff/catalog-info.yaml", "]");
  place_.write("line\nbreak/catalog-info.yaml", "]");
  place_.write("catalog-info.yaml", component("a"));
  EXPECT_THAT(texts(validate()), ElementsAre(StartsWith("bad\\xff:0:0 file expected a name in UTF-8"),
                                             StartsWith("line\\x0abreak:0:0 file expected a name in UTF-8")));
}

TEST_F(ValidationTest, DeepTreesEnd) {
  std::string path;
  for (int i = 0; i < 80; ++i) path += "d/";
  place_.write(path + "catalog-info.yaml", "]");
  place_.write("catalog-info.yaml", component("a"));
  EXPECT_THAT(texts(validate()), ElementsAre(HasSubstr("expected at most 64 folders in each other")));
}

TEST_F(ValidationTest, WhatMayNotBeReadIsAnError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  place_.write("a/catalog-info.yaml", component("a"));
  place_.write("b/catalog-info.yaml", component("b"));
  ASSERT_EQ(::chmod((place_.path() / "a/catalog-info.yaml").c_str(), 0), 0);
  ASSERT_EQ(::chmod((place_.path() / "b").c_str(), 0), 0);
  EXPECT_THAT(texts(validate()), ElementsAre(HasSubstr("expected a file that can be read"),
                                             HasSubstr("b:0:0 file expected a folder that can be read")));
  ASSERT_EQ(::chmod((place_.path() / "b").c_str(), 0700), 0);
}

TEST_F(ValidationTest, MoreThanCanBeHandedOnIsCounted) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text += component(fmt::format("c{}", i), ", dependsOn: [");
    text.resize(text.size() - 2);  // "}\n" again, behind the list
    for (int j = 0; j < 100; ++j) text += fmt::format("component:x{}, ", j);
    text += "]}\n---\n";
  }
  place_.write("catalog-info.yaml", text);
  const Report report = validate();
  EXPECT_EQ(report.warnings, 6'000);
  EXPECT_THAT(report.findings, SizeIs(Report::max_warnings));
  EXPECT_THAT(render_text(report), HasSubstr("(1000 more are left out)"));
}

TEST_F(ValidationTest, PathsThatAreNotThereAreNoReport) {
  for (const auto* path : {"none", "none/x.yaml", "/dev/null"}) {
    const auto found = find_checkouts({path}, place_.path());
    ASSERT_FALSE(found) << path;
    EXPECT_THAT(found.error().message, HasSubstr("expected a file or folder at ")) << path;
  }
}

TEST(Known, TakesReferencesAndEntities) {
  EXPECT_THAT(parse_known("# ours\ncomponent:default/A\r\n\ngroup:team # them\n").value(),
              ElementsAre("component:default/a", "group:default/team"));
  constexpr std::string_view entity = R"({"kind":"API","metadata":{"name":"X","namespace":"n"}})";
  EXPECT_THAT(parse_known(fmt::format("[{}]", entity)).value(), ElementsAre("api:n/x"));
  EXPECT_THAT(parse_known(fmt::format(" {{\"items\":[{}]}}", entity)).value(), ElementsAre("api:n/x"));
  EXPECT_THAT(parse_known("").value(), IsEmpty());
  for (const auto* wrong : {"name", "[1]", "[{}]", "{", "{}", "[{\"kind\":1,\"metadata\":{\"name\":\"a\"}}]"}) {
    EXPECT_FALSE(parse_known(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace aureacore::validation
