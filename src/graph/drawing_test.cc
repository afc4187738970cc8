#include "graph/drawing.h"

#include <gtest/gtest.h>

namespace aureacore::graph {
namespace {

Drawing drawing() {
  return {.boxes = {{"component:default/web", false}, {"component:default/a\"b\\c\n<i>#1;", true}},
          .arrows = {{0, 1, entity::RelationType::depends_on}}};
}

TEST(Drawing, IsDot) {
  EXPECT_EQ(to_dot(drawing()),
            "digraph catalog {\n"
            "  node [shape=box];\n"
            "  \"component:default/web\";\n"
            "  \"component:default/a\\\"b\\\\c <i>#1;\" [style=dashed];\n"
            "  \"component:default/web\" -> \"component:default/a\\\"b\\\\c <i>#1;\" [label=\"dependsOn\"];\n"
            "}\n");
}

TEST(Drawing, IsMermaid) {
  EXPECT_EQ(to_mermaid(drawing()),
            "flowchart LR\n"
            "  n0[\"component:default/web\"]\n"
            "  n1[\"component:default/a#34;b#92;c #60;i#62;#35;1#59;\"]\n"
            "  n0 -->|dependsOn| n1\n"
            "  style n1 stroke-dasharray: 5 5\n");
}

}  // namespace
}  // namespace aureacore::graph
