#include "graph/drawing.h"

#include <fmt/core.h>

namespace aureacore::graph {
namespace {

// A DOT string: quotes and backslashes escaped, control characters as blanks.
std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  return out += '"';
}

// A Mermaid label: what has a meaning in its Markdown and HTML is written as a numbered character.
std::string mermaid_label(std::string_view text) {
  constexpr std::string_view special = "\"#<>&;`*_\\";
  std::string out = "\"";
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      out += fmt::format("#{};", static_cast<int>(c));
    } else {
      out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
  }
  return out += '"';
}

}  // namespace

std::string to_dot(const Drawing& drawing) {
  std::string out = "digraph catalog {\n  node [shape=box];\n";
  for (const auto& [key, dangling] : drawing.boxes) {
    out += fmt::format("  {}{};\n", dot_string(key), dangling ? " [style=dashed]" : "");
  }
  for (const auto& [from, to, type] : drawing.arrows) {
    out += fmt::format("  {} -> {} [label=\"{}\"];\n", dot_string(drawing.boxes[from].key),
                       dot_string(drawing.boxes[to].key), name(type));
  }
  return out += "}\n";
}

std::string to_mermaid(const Drawing& drawing) {
  std::string out = "flowchart LR\n";
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i) {
    out += fmt::format("  n{}[{}]\n", i, mermaid_label(drawing.boxes[i].key));
  }
  for (const auto& [from, to, type] : drawing.arrows) out += fmt::format("  n{} -->|{}| n{}\n", from, name(type), to);
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i) {
    if (drawing.boxes[i].dangling) out += fmt::format("  style n{} stroke-dasharray: 5 5\n", i);
  }
  return out;
}

}  // namespace aureacore::graph
