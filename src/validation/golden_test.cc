// Golden cases: testdata/cases/<name>/tree is validated, and what comes out in each format must be what
// <name>/expected.<format> says. With AUREACORE_UPDATE_GOLDEN=1 in the environment the expected files are written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "validation/folder.h"
#include "validation/format.h"
#include "validation/validation.h"

namespace aureacore::validation {
namespace {

namespace fs = std::filesystem;

const fs::path cases = fs::path(__FILE__).parent_path() / "testdata" / "cases";

std::string read_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::pair<std::string, std::string>> parameters() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& entry : fs::directory_iterator(cases)) {
    for (const auto* format : {"text", "json", "sarif", "junit"}) all.emplace_back(entry.path().filename(), format);
  }
  std::ranges::sort(all);
  return all;
}

class Golden : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(Golden, ComesOutAsExpected) {
  const auto& [name, format] = GetParam();
  Folder tree(cases / name / "tree");
  Options options;
  options.reader.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
  options.directory = cases / name / "tree";
  options.release = "1.2.3";
  options.known = {"user:default/ann"};
  const Report report = validate(options, {{.tree = &tree, .root = cases / name / "tree", .folders = {""}}});
  const std::string found = render(report, parse_format(format).value());
  const fs::path expected = cases / name / ("expected." + format);
  if (std::getenv("AUREACORE_UPDATE_GOLDEN") != nullptr) std::ofstream(expected, std::ios::binary) << found;
  EXPECT_EQ(found, read_bytes(expected));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(parameters()),
                         [](const auto& info) { return info.param.first + "_" + info.param.second; });

}  // namespace
}  // namespace aureacore::validation
