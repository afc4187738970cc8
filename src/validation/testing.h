// For tests: a folder of their own, with files as the test writes them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "validation/checkout.h"
#include "validation/validation.h"

namespace aureacore::validation::testing {

class Workplace {
 public:
  Workplace() {
    std::string name = (std::filesystem::temp_directory_path() / "aureacore-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(name.data()));
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((path_ / path).parent_path());
    std::ofstream(path_ / path, std::ios::binary) << text;
  }
  void make_repository(const std::string& path = {}) const {
    std::filesystem::create_directories(path_ / path / ".git");
  }

  [[nodiscard]] Options options() const {
    Options options;
    options.reader.include.push_back(base::Glob::parse("**/catalog-info.yaml").value());
    options.directory = path_;
    return options;
  }

  [[nodiscard]] Report validate(const Options& options, const std::vector<std::string>& paths) const {
    const auto checkouts = find_checkouts(paths, path_);
    if (!checkouts) {
      ADD_FAILURE() << checkouts.error().message;
      return {};
    }
    std::vector<Input> inputs;
    for (const auto& checkout : *checkouts) inputs.push_back(checkout.input);
    return validation::validate(options, inputs);
  }
  [[nodiscard]] Report validate(const std::vector<std::string>& paths = {"."}) const {
    return validate(options(), paths);
  }

 private:
  std::filesystem::path path_;
};

inline std::string component(const std::string& name, const std::string& more = {}) {
  return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: " + name +
         "}\nspec: {type: service, lifecycle: production, owner: user:ann" + more + "}\n";
}

inline std::string location(const std::string& name, const std::string& target) {
  return "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: " + name + "}\nspec: {target: \"" +
         target + "\"}\n";
}

// "path:line:column rule message" of each.
inline std::vector<std::string> texts(const Report& report) {
  std::vector<std::string> all;
  for (const auto& [diagnostic, shown] : report.findings) {
    all.push_back(fmt::format("{}:{}:{} {} {}", shown, diagnostic.mark.line, diagnostic.mark.column, diagnostic.rule,
                              diagnostic.message));
  }
  return all;
}

inline std::vector<std::string> checked(const Report& report) {
  std::vector<std::string> all;
  for (const auto& file : report.files) all.push_back(file.shown);
  return all;
}

}  // namespace aureacore::validation::testing
