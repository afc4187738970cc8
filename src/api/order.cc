// GET /api/v1/cycles and /order: questions about the graph as a whole, always worked out in the background.
#include <array>

#include "api/endpoints.h"
#include "api/graph_question.h"
#include "graph/components.h"

namespace aureacore::api {
namespace {

void write_references(const graph::Dense& graph, std::span<const graph::Node> nodes, base::JsonWriter& json) {
  json.begin_array();
  for (const graph::Node node : nodes) json.string(graph.key(node));
  json.end_array();
}

// At most `room` references in all are written; gives whether something was left out.
bool write_cycles(const graph::Dense& graph, const std::vector<graph::Cycle>& cycles, std::size_t room,
                  base::JsonWriter& json) {
  const auto take = [&room](const std::vector<graph::Node>& nodes) {
    const auto taken = std::span(nodes).first(std::min(room, nodes.size()));
    room -= taken.size();
    return taken;
  };
  bool whole = true;
  json.begin_array();
  for (const graph::Cycle& cycle : cycles) {
    whole = whole && room != 0;
    if (room == 0) break;
    json.begin_object();
    json.member("size", static_cast<std::int64_t>(cycle.nodes.size()));
    const auto members = take(cycle.nodes);
    json.key("entityRefs");
    write_references(graph, members, json);
    // A part of the way round would be no way round.
    const bool fits = cycle.round.size() <= room;
    json.key("path");
    write_references(graph, fits ? take(cycle.round) : std::span<const graph::Node>{}, json);
    whole = whole && fits && members.size() == cycle.nodes.size();
    json.end_object();
  }
  json.end_array();
  return !whole;
}

void write_cycles_answer(Call& call, const GraphQuestion& question, const graph::Dense& graph) {
  const graph::Components components(graph, question.types);
  const auto cycles = graph::find_cycles(graph, question.types, components);
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_types(question.types, json);
  json.key("items");
  const bool truncated = write_cycles(graph, cycles, question.bounds.nodes, json);
  json.member("totalItems", static_cast<std::int64_t>(cycles.size()));
  json.member("truncated", truncated);
  send_graph(call, body, json);
}

void write_order_answer(Call& call, const GraphQuestion& question, const graph::Dense& graph) {
  const graph::Components components(graph, question.types);
  const auto order = graph::dependency_order(graph, question.types, components);
  const auto cycles = graph::find_cycles(graph, question.types, components);
  const std::size_t first = std::min(question.offset, order.size());
  const auto page = std::span(order).subspan(first, std::min(question.bounds.nodes, order.size() - first));
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_types(question.types, json);
  json.member("ordered", cycles.empty());
  json.key("items");
  json.begin_array();
  for (const auto& [node, level] : page) {
    json.begin_object();
    write_node(graph, node, json);
    json.member("level", static_cast<std::int64_t>(level));
    json.end_object();
  }
  json.end_array();
  json.member("totalItems", static_cast<std::int64_t>(order.size()));
  json.key("cycles");
  const bool truncated = write_cycles(graph, cycles, question.bounds.nodes, json);
  json.member("truncated", truncated || page.size() < order.size());
  send_graph(call, body, json);
}

}  // namespace

void get_cycles(Call& call) {
  constexpr std::array<std::string_view, 3> names{"types", "limit", "consistency"};
  const auto question = read_graph_question(call, {.names = names});
  if (!question) return call.fail(question.error());
  if (call.defer()) return;
  write_cycles_answer(call, *question, *call.worker.dense());
}

void get_order(Call& call) {
  constexpr std::array<std::string_view, 4> names{"types", "limit", "offset", "consistency"};
  const auto question = read_graph_question(call, {.names = names});
  if (!question) return call.fail(question.error());
  if (call.defer()) return;
  write_order_answer(call, *question, *call.worker.dense());
}

}  // namespace aureacore::api
