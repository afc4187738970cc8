// TreeReader: reads the descriptors of one tree, those that its globs choose and those that Locations lead to.
//
// The same walk as the server's (sync::Planner), over a work tree in the place of a commit and from nothing each time.
// One thread; lives for one validation.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/glob.h"
#include "definition/descriptor.h"
#include "validation/tree.h"

namespace aureacore::validation {

struct ReaderOptions {
  std::vector<base::Glob> include;
  std::vector<base::Glob> exclude;
  definition::Links links;                // where the tree is published; mostly unknown
  std::vector<std::string> kinds;         // that may be defined; empty: any
  definition::DeclaredKindsPtr declared;  // kinds beside those that everyone knows; null: none
  definition::YamlLimits yaml;
  std::size_t files = 200'000;       // descriptors of one tree
  std::size_t file_bytes = 1 << 20;  // of a descriptor, and of a file that a placeholder names
  std::size_t chain = 10;            // Locations from a file that the globs find to the last
};

// A document, without what only a catalog needs.
struct Outline {
  std::string key;  // empty: couldn't be told
  std::uint32_t index = 0;
  entity::Mark mark;
  bool valid = false;
  std::vector<definition::ReferenceAt> references;
};

struct ReadFile {
  std::string path;
  std::string origin;
  std::vector<Outline> documents;
  std::vector<entity::Diagnostic> diagnostics;
};

struct ReadTree {
  std::map<std::string, ReadFile, std::less<>> files;  // by path
  std::vector<entity::Diagnostic> diagnostics;         // about the tree
};

class TreeReader {
 public:
  TreeReader(const ReaderOptions& options, Tree& tree) : options_(options), tree_(tree) {}

  // `named`: files to read whatever the globs say. Not `discover`: those alone, and what they lead to.
  ReadTree run(const std::set<std::string, std::less<>>& named, bool discover);

 private:
  struct Reached {
    std::string origin;
    std::string path;
    friend auto operator<=>(const Reached&, const Reached&) = default;
  };
  using Layer = std::vector<Reached>;
  using Targets = std::vector<definition::LocationTarget>;

  [[nodiscard]] bool included(std::string_view path) const;
  void discover();
  void read(const File& file, const std::string& origin);
  definition::Descriptor parse(const File& file, const std::string& origin);
  void follow_locations();
  void learn_patterns(const Layer& layer);
  void learn_matches(const std::vector<std::string>& patterns);
  void reach_targets(const Reached& from, Layer& next);
  bool reach(const std::string& path, const std::string& origin, Layer& next);
  void report(const std::string& path, const definition::LocationTarget& target, std::string rule, std::string message);
  void take_skipped(std::vector<Skipped> skipped);
  void fail(const base::Error& error);

  struct Matches {
    std::optional<base::Glob> glob;  // nothing: no pattern, which was reported
    std::vector<File> files;
  };

  const ReaderOptions& options_;
  Tree& tree_;
  ReadTree result_;
  bool full_ = false;                                      // the limit of files was passed, and told
  std::set<std::string, std::less<>> roots_;               // read by themselves: chosen by the globs, or named
  std::map<std::string, Targets, std::less<>> locations_;  // path → what its Locations name
  std::map<std::string, Matches, std::less<>> patterns_;
};

}  // namespace aureacore::validation
