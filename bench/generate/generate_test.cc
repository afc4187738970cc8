#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/hash.h"
#include "bench/generate/document.h"
#include "bench/generate/model.h"
#include "bench/generate/store.h"

namespace aureacore::generate {
namespace {

namespace fs = std::filesystem;

std::string whole(const Size& size) {
  const Model model(size);
  std::string text;
  for (std::uint64_t file = 0; file < size.files; ++file) text += file_text(model, file);
  return text;
}

std::string hash(const std::string& text) {
  const auto hex = base::hash128(text).hex();
  return {hex.begin(), hex.end()};
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / "aureacore-generate-XXXXXX") {
    std::string text = path_.string();
    path_ = ::mkdtemp(text.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

// Every reference of a document: (kind, name), read from the lines as the generator writes them.
struct Edges {
  std::vector<std::string> targets;
};

Edges edges(const std::string& document) {
  static const std::map<std::string, std::string> single = {
      {"owner", "group"}, {"parent", "group"}, {"system", "system"}, {"domain", "domain"}, {"subdomainOf", "domain"}};
  Edges found;
  std::string list;
  std::istringstream in(document);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("    - ") && !list.empty()) {
      found.targets.push_back(list == "dependsOn" ? line.substr(6) : "api:default/" + line.substr(6));
    } else if (line.ends_with("Apis:") || line == "  dependsOn:") {
      list = line.substr(2, line.size() - 3);
    } else if (line.starts_with("  memberOf: [")) {
      found.targets.push_back("group:default/" + line.substr(13, line.size() - 14));
    } else if (line.starts_with("  ") && colon != std::string::npos && single.contains(line.substr(2, colon - 2))) {
      found.targets.push_back(single.at(line.substr(2, colon - 2)) + ":default/" + line.substr(colon + 2));
    } else {
      list.clear();
    }
  }
  return found;
}

TEST(Generate, GivesTheSameBytesForTheSameSeedOnEveryMachine) {
  const Size size{.entities = 1'000, .files = 10, .seed = 7};
  EXPECT_EQ(whole(size), whole(size));
  EXPECT_EQ(hash(whole(size)), "44e83acc307ddc7c35dd6dc25057dccd");
  EXPECT_NE(whole(size), whole({.entities = 1'000, .files = 10, .seed = 8}));
}

TEST(Generate, NamesEveryEntityDifferently) {
  const Model model({.entities = 20'000, .files = 10, .seed = 1});
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < 20'000; ++i) names.insert(model.reference(model.entity(i)));
  EXPECT_EQ(names.size(), 20'000U);
}

class GenerateSizes : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GenerateSizes, RefersOnlyToEntitiesThatThereAreAndGrowsNoHub) {
  const Model model({.entities = GetParam(), .files = 1, .seed = 3});
  std::map<std::string, std::size_t> relations;
  for (std::uint64_t i = 0; i < GetParam(); ++i) relations[model.reference(model.entity(i))] = 0;
  for (std::uint64_t i = 0; i < GetParam(); ++i) {
    std::string document;
    append_document(document, model, i);
    for (const std::string& target : edges(document).targets) {
      ASSERT_TRUE(relations.contains(target)) << target << " in\n" << document;
      ++relations[target];
    }
  }
  for (const auto& [name, count] : relations) EXPECT_LE(count, 500U) << name;
}

INSTANTIATE_TEST_SUITE_P(Sizes, GenerateSizes, ::testing::Values(1, 2, 7, 100, 199, 200, 201, 10'000, 24'000));

TEST(Generate, WritesHalfAKilobyteAndThreeReferencesAnEntity) {
  const Model model({.entities = 10'000, .files = 1, .seed = 3});
  std::string text;
  std::size_t references = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::size_t begin = text.size();
    append_document(text, model, i);
    references += edges(text.substr(begin)).targets.size();
  }
  EXPECT_NEAR(static_cast<double>(text.size()) / 10'000, 505, 30);
  EXPECT_NEAR(static_cast<double>(references) / 10'000, 3.25, 0.25);
}

TEST(Generate, SplitsAllEntitiesOverTheFiles) {
  const Model model({.entities = 1'003, .files = 7, .seed = 1});
  EXPECT_EQ(model.first(0), 0U);
  EXPECT_EQ(model.first(7), 1'003U);
  EXPECT_EQ(Model::path(12'345), "dir-12345/catalog-info.yaml");
}

TEST(Generate, WritesFolderAndNames) {
  const Folder folder;
  const Model model({.entities = 50, .files = 5, .seed = 1});
  ASSERT_TRUE(write_folder(model, folder / "plain"));
  EXPECT_EQ(read(folder / "plain/dir-0003/catalog-info.yaml"), file_text(model, 3));
  ASSERT_TRUE(write_names(model, folder / "names"));
  EXPECT_THAT(read(folder / "names"), ::testing::StartsWith(model.reference(model.entity(0)) + "\n"));
}

TEST(Generate, MakesTheSameCommitEveryTime) {
  const Folder folder;
  const Model model({.entities = 50, .files = 5, .seed = 1});
  ASSERT_TRUE(write_repository(model, folder / "one"));
  ASSERT_TRUE(write_repository(model, folder / "two"));
  const auto one = touch(folder / "one", 2);
  const auto two = touch(folder / "two", 2);
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(*one, *two);
  EXPECT_EQ(one->size(), 40U);
  const auto again = touch(folder / "one", 2);
  ASSERT_TRUE(again);
  EXPECT_NE(*again, *one);
}

TEST(Generate, RefusesToWriteOverARepositoryAndToTouchAMissingFile) {
  const Folder folder;
  const Model model({.entities = 5, .files = 5, .seed = 1});
  ASSERT_TRUE(write_repository(model, folder / "one"));
  EXPECT_FALSE(write_repository(model, folder / "one"));
  EXPECT_FALSE(touch(folder / "one", 5));
}

}  // namespace
}  // namespace aureacore::generate
