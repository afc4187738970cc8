// Files that stay though nothing leads to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "sync/test_tree.h"

namespace aureacore::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* annotation = R"("backstage.io/orphan":"true")";

TreeOptions keeping(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude = {}) {
  auto options = tree_options({"catalog-info.yaml"});
  options.orphans = globs(patterns);
  options.exclude = globs(exclude);
  return options;
}

// A Location for services/a.yaml and b.yaml that lets go of the first.
class OrphansTest : public testing::Test {
 protected:
  OrphansTest() {
    repository_.write("catalog-info.yaml", location("all", {"./services/a.yaml", "./services/b.yaml"}));
    repository_.write("services/a.yaml", component("a"));
    repository_.write("services/b.yaml", component("b"));
    repository_.commit();
  }

  void let_go() const { repository_.commit_file("catalog-info.yaml", location("all", {"./services/b.yaml"})); }

  static std::string metadata(const TestTree& test, const std::string& path) {
    return test.tree.table().records.at(path)->definitions.at(0)->metadata_json;
  }

  const git::TestRepository repository_;
};

TEST_F(OrphansTest, GoWhereNothingSaysThatTheyStay) {
  TestTree test(repository_, keeping({}));
  test.advance();
  let_go();
  EXPECT_THAT(keys(test.advance().dropped), ElementsAre("component:default/a", "location:default/all"));
  EXPECT_THAT(test.all_keys(), ElementsAre("component:default/b", "location:default/all"));
}

TEST_F(OrphansTest, StayAndSaySoUntilTheirFileGoes) {
  TestTree test(repository_, keeping({"services/*.yaml"}));
  test.advance();
  EXPECT_THAT(metadata(test, "services/a.yaml"), Not(HasSubstr(annotation)));
  let_go();
  const auto update = test.advance();
  EXPECT_EQ(update.entities_gone, 0);
  EXPECT_THAT(metadata(test, "services/a.yaml"), HasSubstr(annotation));
  EXPECT_THAT(metadata(test, "services/b.yaml"), Not(HasSubstr(annotation)));
  EXPECT_THAT(texts(update.diagnostics.at("services/a.yaml")),
              ElementsAre(HasSubstr("orphan 0:0 expected a Location")));
  repository_.commit_file("services/a.yaml", component("a", "  title: Newer\n"));
  test.advance();
  EXPECT_THAT(metadata(test, "services/a.yaml"), testing::AllOf(HasSubstr(annotation), HasSubstr("Newer")));
  repository_.git({"rm", "-q", "services/a.yaml"});
  repository_.commit();
  EXPECT_THAT(keys(test.advance().dropped), ElementsAre("component:default/a"));
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml", "services/b.yaml"));
}

TEST_F(OrphansTest, AreOrphansNoMoreWhenALocationLeadsToThem) {
  TestTree test(repository_, keeping({"services/*.yaml"}));
  let_go();
  test.advance();
  repository_.commit_file("catalog-info.yaml", location("all", {"./services/a.yaml", "./services/b.yaml"}));
  const auto update = test.advance();
  EXPECT_THAT(metadata(test, "services/a.yaml"), Not(HasSubstr(annotation)));
  EXPECT_EQ(test.tree.table().records.at("services/a.yaml")->origin, "catalog-info.yaml");
  EXPECT_THAT(update.diagnostics.at("services/a.yaml"), IsEmpty());
}

TEST_F(OrphansTest, AreOnlyWhatThePatternsNameAndNothingExcludes) {
  repository_.write("services/old/c.yaml", component("c"));
  repository_.write("other/d.yaml", component("d"));
  let_go();
  TestTree test(repository_, keeping({"services/**/*.yaml", "catalog-info.yaml"}, {"services/old/**"}));
  test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml", "services/a.yaml", "services/b.yaml"));
  EXPECT_THAT(metadata(test, "catalog-info.yaml"), Not(HasSubstr(annotation)));
}

TEST_F(OrphansTest, LeadNowhere) {
  repository_.write("services/a.yaml", location("a", {"../catalog-info.yaml", "../extra.yaml", "./a.yaml"}));
  repository_.write("extra.yaml", component("extra"));
  repository_.commit();
  TestTree test(repository_, keeping({"services/*.yaml"}));
  test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml", "extra.yaml", "services/a.yaml", "services/b.yaml"));
  let_go();
  test.advance();
  EXPECT_THAT(test.paths(), ElementsAre("catalog-info.yaml", "services/a.yaml", "services/b.yaml"));
  EXPECT_THAT(metadata(test, "services/a.yaml"), HasSubstr(annotation));
}

TEST_F(OrphansTest, KeepTheirLastGoodVersion) {
  let_go();
  repository_.commit_file("services/a.yaml", "kind: [");
  TestTree test(repository_, keeping({"services/*.yaml"}));
  test.advance();
  EXPECT_THAT(metadata(test, "services/a.yaml"), HasSubstr(annotation));
}

TEST_F(OrphansTest, CountTowardsTheLimitOfFiles) {
  auto options = keeping({"services/*.yaml"});
  options.files = 2;
  let_go();
  const auto plan = TestTree(repository_, options).plan();
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, base::Code::too_large);
}

// What there is of a commit, in words.
std::string transcript(const TestTree& test) {
  std::string all;
  for (const auto& [path, record] : test.tree.table().records) {
    all += fmt::format("{} from {}{}\n", path, record->origin, record->orphan ? ", an orphan" : "");
    for (const auto& definition : record->definitions) all += "  " + definition->metadata_json + "\n";
    for (const auto& text : texts(record->diagnostics)) all += "  " + text + "\n";
  }
  for (const auto& [pattern, matches] : test.tree.table().globs) {
    all += pattern + ":";
    for (const auto& path : *matches.paths) all += " " + path;
    all += "\n";
  }
  return all;
}

// Writes, or removes, one of the Locations or files; Locations may name one another.
void change_something(const git::TestRepository& repository, std::mt19937& random) {
  const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  const auto file = [&] { return std::string("services/") + static_cast<char>('a' + pick(5)) + ".yaml"; };
  const std::string path = pick(4) == 0 ? "catalog-info.yaml" : file();
  const bool is_root = path == "catalog-info.yaml";
  std::vector<std::string> targets{pick(4) == 0 ? "/services/[ab].yaml" : "/services/a.yaml"};
  for (std::uint32_t i = pick(3); i > 0; --i) targets.push_back("/" + file());
  const std::string name(1, is_root ? 'r' : path.at(9));
  if (!is_root && pick(4) == 0) {
    repository.git({"rm", "-q", "--ignore-unmatch", path});
  } else if (is_root || pick(3) == 0) {
    repository.write(path, location("l-" + name, targets));
  } else {
    repository.write(path, component(name, "  title: Number " + std::to_string(pick(9)) + "\n"));
  }
  repository.write("count", std::to_string(random()));
  repository.commit();
}

TEST(Orphans, DependOnTheCommitAlone) {
  std::mt19937 random(7);
  const git::TestRepository repository;
  repository.commit_file("catalog-info.yaml", location("all", {"/services/a.yaml"}));
  const auto options = keeping({"services/*.yaml"}, {"services/e.yaml"});
  TestTree step_by_step(repository, options);
  std::size_t orphans = 0;
  for (int i = 0; i < 40; ++i) {
    change_something(repository, random);
    step_by_step.advance();
    TestTree at_once(repository, options);
    at_once.advance();
    ASSERT_EQ(transcript(step_by_step), transcript(at_once)) << "after change " << i;
    for (const auto& [path, record] : at_once.tree.table().records) orphans += record->orphan ? 1 : 0;
  }
  EXPECT_GT(orphans, 15) << "otherwise this shows nothing";
}

}  // namespace
}  // namespace aureacore::sync
