// GraphQuestion: what the graph's endpoints have in common: their parameters, the node that they begin at, and where the
// question is worked out: on the worker's thread as long as that takes few steps, else in the background.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "api/answer.h"
#include "api/worker.h"
#include "base/json.h"
#include "graph/dense.h"
#include "graph/reach.h"

namespace aureacore::api {

// So many relations are looked at on a worker's thread, in about half a millisecond; a question that takes more moves to
// the background and begins anew there.
constexpr std::size_t quick_steps = 10'000;

enum class Direction : std::uint8_t { dependencies, dependents, both };
std::string_view name(Direction direction);

struct GraphQuestion {
  graph::TypeSet types;  // as x shows them that depends on y
  Direction direction = Direction::dependencies;
  graph::Bounds bounds;
  std::size_t offset = 0;

  // The types as they are followed from the node at hand.
  [[nodiscard]] graph::TypeSet followed() const;
};

// What an endpoint takes, and its defaults.
struct GraphParameters {
  std::span<const std::string_view> names;
  Direction direction = Direction::dependencies;
  std::size_t depth = graph::Limits::depth;
  std::size_t nodes = 1'000;
};

base::Result<GraphQuestion> read_graph_question(const Call& call, const GraphParameters& parameters);

// Asks `ask(graph, steps)`, which gives false where it would take more steps, and answers otherwise.
template <class Ask>
void ask_graph(Call& call, const Ask& ask) {
  graph::Walk walk(*call.snapshot);
  if (ask(walk, quick_steps) || call.defer()) return;
  ask(*call.worker.dense(), std::numeric_limits<std::size_t>::max());
}

// The canonical reference in /{kind}/{namespace}/{name}.
std::string path_reference(const Call& call);
void fail_unknown_reference(Call& call, std::string_view key);

void write_types(graph::TypeSet types, base::JsonWriter& json);
// "entityRef", and "dangling" where nothing defines it.
template <class Graph>
void write_node(const Graph& graph, graph::Node node, base::JsonWriter& json) {
  json.member("entityRef", graph.key(node));
  if (graph.entity(node) == nullptr) json.member("dangling", true);
}
// The list's end, with what every answer of the graph says, and the answer itself.
void send_graph(Call& call, std::string& body, base::JsonWriter& json);

}  // namespace aureacore::api
