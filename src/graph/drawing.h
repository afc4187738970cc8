// Drawing: a part of the graph as text that others turn into a picture: DOT (Graphviz) and Mermaid. Dangling references
// are dashed.
//
// Whatever a reference contains, the text stays well-formed. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "entity/relation.h"

namespace aureacore::graph {

struct Drawing {
  struct Box {
    std::string_view key;
    bool dangling = false;
  };
  struct Arrow {
    std::size_t from;  // place in boxes
    std::size_t to;
    entity::RelationType type;
  };
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
};

std::string to_dot(const Drawing& drawing);
std::string to_mermaid(const Drawing& drawing);

}  // namespace aureacore::graph
