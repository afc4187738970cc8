#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "definition/descriptor.h"

namespace aureacore {
namespace {

namespace fs = std::filesystem;

const fs::path example = fs::path(AUREACORE_CHECKOUT) / "example" / "catalog";

class ExampleFiles final : public definition::Files {
 public:
  base::Result<std::string> read(std::string_view path) override {
    std::ifstream in(example / path, std::ios::binary);
    if (!in) return base::fail(base::Code::not_found, "{}: expected a file, found none", path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
};

// The example as a source would read it: the files of the default glob, and those that Locations lead to.
class Example {
 public:
  Example() {
    for (const auto& entry : fs::recursive_directory_iterator(example)) {
      if (entry.is_regular_file()) paths_.insert(fs::relative(entry.path(), example).generic_string());
    }
    take("**/catalog-info.yaml");
  }

  std::vector<std::string> complaints;
  std::set<std::string> keys;
  std::set<std::string> targets;

 private:
  void take(const std::string& pattern) {
    const auto glob = base::Glob::parse(pattern);
    ASSERT_TRUE(glob);
    bool any = false;
    for (const std::string& path : paths_) {
      if (!glob->matches(path)) continue;
      any = true;
      if (taken_.insert(path).second) read(path);
    }
    if (!any) complaints.push_back(pattern + ": no such file");
  }

  void read(const std::string& path) {
    definition::FileContext context;
    context.file = new entity::SourceFile("example", path);
    context.origin = path;
    const auto descriptor = definition::read_descriptor(context, *files_.read(path), files_);
    for (const auto& diagnostic : descriptor.diagnostics) complaints.push_back(path + ": " + diagnostic.message);
    for (const auto& document : descriptor.documents) {
      if (!keys.insert(document.key).second) complaints.push_back(path + ": second definition of " + document.key);
      if (document.definition) {
        for (const auto& relation : document.definition->relations) targets.emplace(relation.target);
      }
      for (const auto& target : document.targets) take(target.pattern);
    }
  }

  ExampleFiles files_;
  std::set<std::string> paths_;
  std::set<std::string> taken_;
};

TEST(Example, IsValidAndComplete) {
  const Example catalog;
  EXPECT_THAT(catalog.complaints, testing::IsEmpty());
  EXPECT_GE(catalog.keys.size(), 60U);
  for (const std::string& target : catalog.targets) EXPECT_TRUE(catalog.keys.contains(target)) << target;
}

}  // namespace
}  // namespace aureacore
