// Each file of testdata/cases is a request and the answer that the small catalog of query/testing.h gives to it:
//
//   GET /path?query            method and target
//   Name: value                headers, then a blank line and the body where there is one
//   ===
//   200                        status
//   Name: value                headers that must be so; "Name: *" must be there, "Name:" must not
//
//   {"json": "body"}           compared as JSON; "*" stands for any body, no blank line for none; TOKEN for the version's
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/testing.h"

namespace aureacore::api {
namespace {

namespace fs = std::filesystem;

struct Message {
  std::string first;
  testing::Headers headers;
  std::string body;
};

Message parse(const std::string& text) {
  Message message;
  std::istringstream in(text);
  std::getline(in, message.first);
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const auto colon = line.find(':');
    message.headers.emplace_back(line.substr(0, colon), std::string(base::trim(line.substr(colon + 1))));
  }
  std::ostringstream rest;
  rest << in.rdbuf();
  message.body = rest.str();
  while (message.body.ends_with('\n')) message.body.pop_back();
  return message;
}

std::string compact(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return "not JSON: " + json;
  return simdjson::minify(root);
}

class Golden : public ::testing::TestWithParam<fs::path> {};

TEST_P(Golden, Answers) {
  std::ifstream in(GetParam());
  std::stringstream text;
  text << in.rdbuf();
  const auto cut = text.str().find("\n===\n");
  ASSERT_NE(cut, std::string::npos);
  const Message request = parse(text.str().substr(0, cut + 1));
  Message expected = parse(text.str().substr(cut + 5));

  testing::Instance instance;
  instance.publish();
  const std::string token = instance.slot.latest()->token();
  for (auto at = expected.body.find("TOKEN"); at != std::string::npos; at = expected.body.find("TOKEN")) {
    expected.body.replace(at, 5, token);
  }
  const auto space = request.first.find(' ');
  const auto answer = instance.ask(request.first.substr(0, space), std::string_view(request.first).substr(space + 1),
                                   request.headers, request.body);
  EXPECT_EQ(std::to_string(answer.status), expected.first) << answer.body;
  for (const auto& [name, value] : expected.headers) {
    const std::string found = answer.header(base::lower(name));
    if (value == "*") {
      EXPECT_NE(found, "") << name;
    } else {
      EXPECT_EQ(found, value) << name;
    }
  }
  if (expected.body == "*") {
    EXPECT_NE(answer.body, "");
  } else if (expected.body.starts_with('{') || expected.body.starts_with('[')) {
    EXPECT_EQ(compact(answer.body), compact(expected.body));
  } else {
    EXPECT_EQ(answer.body.substr(0, answer.body.find_last_not_of('\n') + 1), expected.body);
  }
}

std::vector<fs::path> cases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(__FILE__).parent_path() / "testdata" / "cases"))
    files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string name_of(const ::testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace aureacore::api
