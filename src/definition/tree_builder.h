// TreeBuilder: libyaml's events → the tree of nodes of each document, with aliases expanded and the limits kept.
//
// Owned by one call of parse_yaml. Open nodes are always the last child of their parent, so pointers to them stay
// valid.
#pragma once

#include <yaml.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "definition/yaml.h"

namespace aureacore::definition {

class TreeBuilder {
 public:
  // Documents and their errors go into `file`; both arguments must outlive the builder.
  TreeBuilder(const YamlLimits& limits, YamlFile& file) : limits_(limits), file_(file) {}

  void begin_document(entity::Mark mark);
  void end_document();
  // Forgets a document that can't be finished.
  void abandon_document();
  // A scalar, an alias, or the start or end of a collection. A sentence where a limit is passed.
  [[nodiscard]] std::optional<std::string> take(const yaml_event_t& event);

  [[nodiscard]] std::size_t nodes() const { return nodes_; }
  [[nodiscard]] std::size_t scalar_bytes() const { return scalar_bytes_; }

 private:
  struct Open {
    Node* node = nullptr;
    // Of a mapping: its last member has its key, and the value comes next.
    bool has_key = false;
    // Of a mapping: its last member's value is a collection that is going to be the key.
    bool complex_key = false;
    std::string anchor;
  };
  // Where an anchored node stands, as child numbers from the root; a scalar key, which has no place of its own, is kept
  // itself.
  struct Anchor {
    std::vector<std::size_t> path;
    bool complete = false;
    std::optional<Node> key;
  };
  using Exceeded = std::optional<std::string>;

  [[nodiscard]] bool expects_key() const;
  [[nodiscard]] Exceeded charge(std::size_t nodes, std::size_t bytes);
  [[nodiscard]] Exceeded charge_tree(const Node& node);

  Node& add_node(entity::Mark mark);
  void add_key(std::string key, entity::Mark mark);
  void value_is_complete();
  void complete_complex_key(Node& mapping);

  [[nodiscard]] Exceeded take_scalar(const yaml_event_t& event);
  [[nodiscard]] Exceeded take_alias(const yaml_event_t& event);
  [[nodiscard]] Exceeded open_collection(Node::Type type, const yaml_char_t* anchor, entity::Mark mark);
  void close_collection();

  void set_anchor(const yaml_char_t* name, Anchor anchor);
  [[nodiscard]] std::vector<std::size_t> current_path() const;
  [[nodiscard]] const Node& at_path(const std::vector<std::size_t>& path) const;
  [[nodiscard]] const Node* resolve_alias(const std::string& name, entity::Mark mark);
  void check_keys(const Node& mapping);
  void error(entity::Mark mark, std::string message);

  const YamlLimits& limits_;
  YamlFile& file_;
  std::size_t nodes_ = 0;
  std::size_t scalar_bytes_ = 0;
  bool unfinished_ = false;  // whether the last document of the file is still being read
  std::vector<Open> open_;
  std::size_t complex_keys_ = 0;  // how many of the open collections are keys
  std::unordered_map<std::string, Anchor> anchors_;
};

}  // namespace aureacore::definition
