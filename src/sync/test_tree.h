// For tests: a source tree over a real repository, with plans made and committed in one call.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "git/test_repository.h"
#include "sync/source_tree.h"

namespace aureacore::sync {

inline std::vector<base::Glob> globs(const std::vector<std::string>& patterns) {
  std::vector<base::Glob> all;
  for (const auto& pattern : patterns) all.push_back(base::Glob::parse(pattern).value());
  return all;
}

inline TreeOptions tree_options(const std::vector<std::string>& include = {"**/catalog-info.yaml"}) {
  TreeOptions options;
  options.source = "test";
  options.include = globs(include);
  options.links = definition::make_links("/srv/test", "main");
  return options;
}

// A component's descriptor.
inline std::string component(const std::string& name, const std::string& more = {}) {
  return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name + "\n" + more +
         "spec:\n  type: service\n  lifecycle: production\n  owner: team\n";
}

inline std::string location(const std::string& name, const std::vector<std::string>& targets,
                            const std::string& presence = {}) {
  std::string text = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: " + name +
                     "\nspec:\n  type: url\n" + (presence.empty() ? "" : "  presence: " + presence + "\n") +
                     "  targets:\n";
  for (const auto& target : targets) text += "    - " + target + "\n";
  return text;
}

inline std::vector<std::string> keys(const std::vector<entity::DefinitionPtr>& definitions) {
  std::vector<std::string> all;
  for (const auto& definition : definitions) all.push_back(definition->key);
  std::ranges::sort(all);
  return all;
}

// The file's diagnostics as "rule line:column message".
inline std::vector<std::string> texts(const std::vector<entity::Diagnostic>& diagnostics) {
  std::vector<std::string> all;
  for (const auto& diagnostic : diagnostics) {
    all.push_back(
        fmt::format("{} {}:{} {}", diagnostic.rule, diagnostic.mark.line, diagnostic.mark.column, diagnostic.message));
  }
  return all;
}

class TestTree {
 public:
  explicit TestTree(const git::TestRepository& repository, TreeOptions options = tree_options())
      : repository_(repository), tree(std::move(options)) {}

  base::Result<Update> plan() const {
    return tree.plan({repository_.path() / ".git", repository_.head(), bring, {}, stop.get_token()});
  }

  // Plans for the repository's head and commits the update.
  Update advance() {
    auto update = plan();
    if (!update) {
      ADD_FAILURE() << update.error().message;
      return {};
    }
    tree.commit(*update);
    return std::move(*update);
  }

  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const auto& [path, record] : tree.table().records) all.push_back(path);
    return all;
  }

  [[nodiscard]] std::vector<std::string> all_keys() const {
    std::vector<entity::DefinitionPtr> all;
    for (const auto& [path, record] : tree.table().records) {
      all.insert(all.end(), record->definitions.begin(), record->definitions.end());
    }
    return keys(all);
  }

 private:
  const git::TestRepository& repository_;

 public:
  SourceTree tree;
  BringBlobs bring = [](const std::vector<std::string>&) {
    return base::Status(base::fail(base::Code::internal, "nothing should be missing here"));
  };
  std::stop_source stop;
};

}  // namespace aureacore::sync
