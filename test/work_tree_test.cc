// What `aureacore validate` says of a work tree is what the server says of its commit: the same files, the same
// diagnostics. Over the example, and over the real catalogs of AUREACORE_CORPUS, whose rejected documents (by Backstage's
// own backend) must be found, too.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "git/test_repository.h"
#include "sync/source_tree.h"
#include "validation/folder.h"
#include "validation/validation.h"

namespace aureacore {
namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

using Lines = std::set<std::string>;

std::string line(const entity::Diagnostic& diagnostic) {
  return fmt::format("{}:{}:{} {} {} {}", diagnostic.path, diagnostic.mark.line, diagnostic.mark.column,
                     name(diagnostic.severity), diagnostic.rule, diagnostic.message);
}

std::vector<base::Glob> globs(const std::vector<std::string>& patterns) {
  std::vector<base::Glob> all;
  for (const auto& pattern : patterns) all.push_back(base::Glob::parse(pattern).value());
  return all;
}

void git(const fs::path& directory, const std::vector<std::string>& arguments) {
  git::Command command{.arguments = {"git", "-c", "user.name=x", "-c", "user.email=x@example.com"},
                       .environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1"},
                       .directory = directory.string()};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  const auto outcome = git::run(command);
  ASSERT_TRUE(outcome && outcome->status == 0) << (outcome ? outcome->errors : outcome.error().message);
}

// What the server finds in a commit of the folder.
Lines served(const fs::path& repository, const std::vector<base::Glob>& include) {
  const auto head = git::run({.arguments = {"git", "rev-parse", "HEAD"},
                              .environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent"},
                              .directory = repository.string()});
  EXPECT_TRUE(head && head->status == 0);
  sync::TreeOptions options;
  options.source = "main";
  options.include = include;
  options.links = definition::make_links(repository.string(), "main");
  const sync::SourceTree tree(std::move(options));
  const auto none = [](const std::vector<std::string>&) { return base::Status(); };
  const auto update = tree.plan({repository / ".git", head->output.substr(0, 40), none, {}, {}});
  Lines lines;
  if (!update) {
    ADD_FAILURE() << update.error().message;
    return lines;
  }
  for (const auto& [path, diagnostics] : update->diagnostics) {
    for (const auto& diagnostic : diagnostics) lines.insert(line(diagnostic));
  }
  return lines;
}

validation::Report validated(const fs::path& folder, const std::vector<base::Glob>& include) {
  validation::Folder tree(folder);
  validation::Options options;
  options.reader.include = include;
  options.reader.links = definition::make_links(folder.string(), "main");
  options.directory = folder;
  return validation::validate(options, {{.tree = &tree, .root = folder, .files = {}, .folders = {""}}});
}

// Without what a single commit doesn't show: other entities are the catalog's business there.
Lines lines_of(const validation::Report& report) {
  const std::set<std::string> beyond{"conflict", "dangling", "selection"};
  Lines lines;
  for (const auto& finding : report.findings) {
    if (!beyond.contains(finding.diagnostic.rule)) lines.insert(line(finding.diagnostic));
  }
  return lines;
}

fs::path make_repository(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"init", "-q", "-b", "main"}, {"add", "-A", "-f"}, {"commit", "-q", "-m", "files"}}) {
    git(to, arguments);
  }
  return to;
}

TEST(WorkTree, TheExampleIsValid) {
  const fs::path example = fs::path(AUREACORE_CHECKOUT) / "example" / "catalog";
  const git::TemporaryFolder place;
  const auto include = globs({"**/catalog-info.yaml"});
  const auto repository = make_repository(example, place.path() / "example");
  const auto report = validated(repository, include);
  EXPECT_FALSE(report.failed());
  EXPECT_EQ(report.warnings, 0);
  EXPECT_EQ(lines_of(report), served(repository, include));
}

std::string text_at(dom::element element, std::string_view pointer) {
  std::string_view text;
  return element.at_pointer(pointer).get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string without_root(const std::string& location) {
  const auto at = location.find("ROOT/");
  return at == std::string::npos ? location : location.substr(at + 5);
}

// The files in which Backstage rejected a document, but for those that are explained (src/definition/corpus_test.cc).
std::set<std::string> rejected(const fs::path& catalog) {
  const std::set<std::string> explained{"location:default/", "airesource:default/", "api:default/github-mcp-server",
                                        "component:default/proto", "component:default/key-case"};
  dom::parser parser;
  std::set<std::string> paths;
  for (const dom::element error : dom::array(parser.load((catalog / "errors.json").string()).value())) {
    const auto reference = text_at(error, "/ref");
    const auto whole_file = text_at(error, "/entity/target");
    const bool known = std::ranges::any_of(explained, [&](const auto& start) { return reference.starts_with(start); });
    if (!whole_file.empty()) paths.insert(without_root(whole_file));
    if (whole_file.empty() && !known)
      paths.insert(without_root(text_at(error, "/entity/metadata/annotations/backstage.io~1managed-by-location")));
  }
  return paths;
}

TEST(WorkTree, TheCorpusIsJudgedAsTheServerAndBackstageDo) {
  const char* folder = std::getenv("AUREACORE_CORPUS");
  if (folder == nullptr)
    GTEST_SKIP() << "AUREACORE_CORPUS is not set: it names the folder of real catalogs to compare with.";
  const git::TemporaryFolder place;
  const auto include = globs({"**/*.yaml", "**/*.yml"});
  int catalogs = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!fs::exists(entry.path() / "errors.json")) continue;
    ++catalogs;
    const std::string name = entry.path().filename().string();
    const auto repository = make_repository(entry.path() / "files", place.path() / name);
    const auto report = validated(repository, include);
    EXPECT_EQ(lines_of(report), served(repository, include)) << name;
    std::set<std::string> found;
    for (const auto& finding : report.findings) {
      if (finding.diagnostic.rule != "dangling") found.insert(finding.diagnostic.path);
    }
    for (const auto& path : rejected(entry.path())) {
      EXPECT_TRUE(found.contains(path)) << name << ": Backstage rejects something in " << path << ", we nothing";
    }
  }
  EXPECT_GT(catalogs, 0);
}

}  // namespace
}  // namespace aureacore
