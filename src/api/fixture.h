// For tests: an instance that serves query/testing.h's documents, and its answers looked into.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "api/testing.h"

namespace aureacore::api::testing {

class ApiTest : public ::testing::Test {
 protected:
  ApiTest() { instance_.publish(); }

  static std::string text(const Answer& answer, std::string_view pointer) { return text_at(answer, pointer); }
  static std::string names(const Answer& answer, std::string_view items = "/items") { return names_at(answer, items); }

  Instance instance_;
};

}  // namespace aureacore::api::testing
