// For tests: an instance that serves query/testing.h's documents, and its answers looked into.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>

#include "api/testing.h"

namespace aureacore::api::testing {

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { instance_.publish(); }

  std::string text(const Answer& answer, std::string_view pointer) {
    simdjson::dom::element root;
    if (parser_.parse(answer.body).get(root) != simdjson::SUCCESS) return "not JSON: " + answer.body;
    simdjson::dom::element found;
    if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return "";
    std::string_view text;
    return found.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(found);
  }
  // The names of a page's items.
  std::string names(const Answer& answer, std::string_view items = "/items") {
    std::string all;
    simdjson::dom::element root;
    simdjson::dom::array list;
    if (parser_.parse(answer.body).get(root) != simdjson::SUCCESS ||
        root.at_pointer(items).get(list) != simdjson::SUCCESS) {
      return "no items: " + answer.body;
    }
    for (const simdjson::dom::element item : list) {
      std::string_view name = "null";
      if (item["metadata"]["name"].get(name) != simdjson::SUCCESS) name = "null";
      all += fmt::format("{}{}", all.empty() ? "" : " ", name);
    }
    return all;
  }

  Instance instance_;
  simdjson::dom::parser parser_;
};

}  // namespace aureacore::api::testing
