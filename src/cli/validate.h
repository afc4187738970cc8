// aureacore validate: flags and files around validation's work.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace aureacore::cli {

struct ValidateRequest {
  std::vector<std::string> paths;
  std::vector<std::string> include{"**/catalog-info.yaml"};
  std::vector<std::string> exclude;
  std::vector<std::string> kinds;  // empty: any
  std::string config;              // file: its kinds are known
  std::vector<std::string> known;  // files
  std::string repository;          // URL#branch
  std::string format = "text";
  std::string output;
  bool strict = false;
};

void add_validate_flags(CLI::App& command, ValidateRequest& request);

// The exit status: 0 valid, 1 not, 2 where nothing could be validated.
int validate(const ValidateRequest& request);

}  // namespace aureacore::cli
