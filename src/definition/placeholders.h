// Placeholders: {$text: path}, {$json: path} and {$yaml: path} replaced by what the file of the same commit holds.
//
// One object for one descriptor: what is included counts against that file's limits, all documents together.
#pragma once

#include <set>
#include <string>

#include "definition/descriptor.h"
#include "definition/report.h"

namespace aureacore::definition {

class Placeholders {
 public:
  // A descriptor may ask for this many files.
  static constexpr std::size_t max_reads = 1'000;

  // `nodes` and `scalar_bytes` are what the file itself has used of its limits.
  Placeholders(const FileContext& context, Files& files, std::size_t nodes, std::size_t scalar_bytes);

  // Replaces every placeholder in the tree. Included content is not searched again.
  void resolve(Node& node, Report& report);

  // The paths asked for, sorted.
  [[nodiscard]] std::vector<std::string> reads() const { return {reads_.begin(), reads_.end()}; }

 private:
  struct Included {
    std::string path;
    std::string text;
  };

  void resolve_members(Node& mapping, Report& report);
  base::Result<Node> include(const Node::Member& placeholder);
  base::Result<Included> read(const Node& target);
  base::Result<Node> include_text(Included included, entity::Mark mark);
  base::Result<Node> include_json(const Included& included, entity::Mark mark);
  base::Result<Node> include_yaml(const Included& included, entity::Mark mark);
  void spend(std::size_t nodes, std::size_t scalar_bytes);

  const std::string& file_;
  const bool other_files_;
  Files& files_;
  YamlLimits left_;
  std::set<std::string> reads_;
};

}  // namespace aureacore::definition
