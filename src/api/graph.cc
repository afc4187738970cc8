// GET /api/v1/graph, /impact and /path: what stands around an entity, what breaks with it, how one leads to another.
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "api/endpoints.h"
#include "api/graph_question.h"
#include "base/text.h"
#include "graph/drawing.h"

namespace aureacore::api {
namespace {

enum class Format : std::uint8_t { json, dot, mermaid };

struct FormatName {
  Format format;
  std::string_view name;
  std::string_view type;
};

constexpr std::array<FormatName, 3> formats{{{Format::json, "json", "application/json"},
                                             {Format::dot, "dot", "text/vnd.graphviz"},
                                             {Format::mermaid, "mermaid", "text/vnd.mermaid"}}};

// By ?format=, else the first of the media types in Accept that there is one for; JSON where there is neither.
base::Result<Format> read_format(const Call& call) {
  if (const std::string* text = call.params.find("format"); text != nullptr) {
    const auto at = std::ranges::find(formats, *text, &FormatName::name);
    if (at != formats.end()) return at->format;
    return base::fail(base::Code::invalid, "expected json, dot or mermaid as format, found \"{}\"",
                      base::printable(*text));
  }
  for (const std::string_view part : base::split(call.request.header("Accept"), ',')) {
    const std::string_view type = base::trim(part.substr(0, part.find(';')));
    const auto at = std::ranges::find_if(
        formats, [&](const FormatName& format) { return base::equal_ignoring_case(format.type, type); });
    if (at != formats.end()) return at->format;
  }
  return Format::json;
}

template <class Graph>
std::string neighbourhood_json(Call& call, const GraphQuestion& question, const Graph& graph, const graph::Reach& reach,
                               const graph::Edges& edges) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_node(graph, reach.nodes.front().node, json);
  json.member("direction", name(question.direction));
  json.member("depth", static_cast<std::int64_t>(question.bounds.depth));
  write_types(question.types, json);
  json.key("nodes");
  json.begin_array();
  for (const graph::Reached& reached : reach.nodes) {
    json.begin_object();
    write_node(graph, reached.node, json);
    json.member("distance", static_cast<std::int64_t>(reached.distance));
    json.end_object();
  }
  json.end_array();
  json.key("edges");
  json.begin_array();
  for (const graph::Edge& edge : edges.list) {
    json.begin_object();
    json.member("source", graph.key(edge.from));
    json.member("type", entity::name(edge.type));
    json.member("target", graph.key(edge.to));
    json.end_object();
  }
  json.end_array();
  json.member("truncated", reach.truncated || edges.truncated);
  json.member("deeper", reach.deeper);
  json.member("version", call.snapshot->token());
  json.end_object();
  return body;
}

template <class Graph>
graph::Drawing drawing_of(const Graph& graph, const graph::Reach& reach, const graph::Edges& edges) {
  graph::Drawing drawing;
  std::map<graph::Node, std::size_t> places;
  for (const graph::Reached& reached : reach.nodes) {
    places[reached.node] = drawing.boxes.size();
    drawing.boxes.push_back({graph.key(reached.node), graph.entity(reached.node) == nullptr});
  }
  for (const graph::Edge& edge : edges.list) {
    drawing.arrows.push_back({places.at(edge.from), places.at(edge.to), edge.type});
  }
  return drawing;
}

// The node that the path names; nothing where there is none, which is answered.
template <class Graph>
std::optional<graph::Node> find_root(Call& call, Graph& graph) {
  const auto root = graph.find(path_reference(call));
  if (!root) fail_unknown_reference(call, path_reference(call));
  return root;
}

template <class Graph>
std::optional<graph::Reach> reach_from(graph::Node root, const GraphQuestion& question, Graph& graph,
                                       std::size_t steps) {
  graph::Bounds bounds = question.bounds;
  bounds.steps = steps;
  return graph::reach(graph, root, question.followed(), bounds);
}

template <class Graph>
bool answer_neighbourhood(Call& call, const GraphQuestion& question, Format format, Graph& graph, std::size_t steps) {
  const auto root = find_root(call, graph);
  if (!root) return true;
  const auto reach = reach_from(*root, question, graph, steps);
  if (!reach) return false;
  const auto edges = graph::edges_within(graph, *reach, question.types, steps);
  if (!edges) return false;
  std::string body;
  if (format == Format::json) {
    body = neighbourhood_json(call, question, graph, *reach, *edges);
  } else {
    const graph::Drawing drawing = drawing_of(graph, *reach, *edges);
    body = format == Format::dot ? graph::to_dot(drawing) : graph::to_mermaid(drawing);
  }
  const std::string type = fmt::format("{}; charset=utf-8", formats[static_cast<std::size_t>(format)].type);
  send_document(call, call.label(), {.type = type, .vary = "Accept"}, std::array{std::string_view(body)});
  return true;
}

std::string_view name(entity::Criticality criticality) {
  constexpr std::array<std::string_view, 4> names{"low", "normal", "high", "critical"};
  return names[static_cast<std::size_t>(criticality)];
}

// Who is to be told: the nearest thing of theirs that breaks, and how many do.
struct Concern {
  std::uint32_t distance;
  std::int64_t entities;
};
using Concerns = std::map<std::string_view, Concern>;

// `distance` doesn't fall from call to call.
void write_owners(const catalog::Entity* entity, std::uint32_t distance, Concerns& concerns, base::JsonWriter& json) {
  json.key("owners");
  json.begin_array();
  if (entity != nullptr) {
    for (const auto& [type, target] : entity->definition->relations) {
      if (type != entity::RelationType::owned_by) continue;
      json.string(target);
      ++concerns.try_emplace(target, distance, 0).first->second.entities;
    }
  }
  json.end_array();
}

void write_concerns(const Concerns& concerns, base::JsonWriter& json) {
  std::vector<std::pair<std::string_view, Concern>> sorted(concerns.begin(), concerns.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return std::tie(a.second.distance, a.first) < std::tie(b.second.distance, b.first);
  });
  json.key("owners");
  json.begin_array();
  for (const auto& [owner, concern] : sorted) {
    json.begin_object();
    json.member("ownerRef", owner);
    json.member("distance", static_cast<std::int64_t>(concern.distance));
    json.member("entities", concern.entities);
    json.end_object();
  }
  json.end_array();
}

template <class Graph>
void write_impact_item(const Graph& graph, const graph::Reach& reach, std::uint32_t place, Concerns& concerns,
                       base::JsonWriter& json) {
  const graph::Reached& reached = reach.nodes[place];
  const catalog::Entity* entity = graph.entity(reached.node);
  json.begin_object();
  write_node(graph, reached.node, json);
  json.member("distance", static_cast<std::int64_t>(reached.distance));
  json.member("relation", entity::name(entity::inverse(reached.type)));
  json.key("path");
  json.begin_array();
  for (const std::uint32_t step : reach.path(place)) json.string(graph.key(reach.nodes[step].node));
  json.end_array();
  write_owners(entity, reached.distance, concerns, json);
  if (entity != nullptr) json.member("criticality", name(entity->definition->criticality));
  json.end_object();
}

template <class Graph>
bool answer_impact(Call& call, const GraphQuestion& question, Graph& graph, std::size_t steps) {
  const auto root = find_root(call, graph);
  if (!root) return true;
  const auto reach = reach_from(*root, question, graph, steps);
  if (!reach) return false;
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_node(graph, *root, json);
  write_types(question.types, json);
  Concerns concerns;
  json.key("items");
  json.begin_array();
  for (std::uint32_t place = 1; place < reach->nodes.size(); ++place) {
    write_impact_item(graph, *reach, place, concerns, json);
  }
  json.end_array();
  write_concerns(concerns, json);
  json.member("truncated", reach->truncated);
  json.member("deeper", reach->deeper);
  send_graph(call, body, json);
  return true;
}

template <class Graph>
bool answer_path(Call& call, const GraphQuestion& question, const std::string& from, const std::string& to,
                 Graph& graph, std::size_t steps) {
  const auto begin = graph.find(from);
  const auto end = graph.find(to);
  if (!begin || !end) return fail_unknown_reference(call, begin ? to : from), true;
  const graph::Bounds bounds{
      .depth = question.bounds.depth, .nodes = std::numeric_limits<std::uint32_t>::max(), .steps = steps};
  const auto reach = graph::reach(graph, *begin, question.followed(), bounds, end);
  if (!reach) return false;
  const auto at = std::ranges::find(reach->nodes, *end, &graph::Reached::node);
  const bool found = at != reach->nodes.end();
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.member("from", from);
  json.member("to", to);
  json.member("direction", name(question.direction));
  write_types(question.types, json);
  json.member("found", found);
  json.key("path");
  json.begin_array();
  if (found) {
    for (const std::uint32_t step : reach->path(static_cast<std::uint32_t>(at - reach->nodes.begin()))) {
      json.begin_object();
      write_node(graph, reach->nodes[step].node, json);
      if (step != 0) json.member("relation", entity::name(reach->nodes[step].type));
      json.end_object();
    }
  }
  json.end_array();
  json.member("deeper", reach->deeper);
  send_graph(call, body, json);
  return true;
}

// The canonical form of a reference in a parameter.
base::Result<std::string> read_reference(const Call& call, std::string_view name) {
  const std::string* text = call.params.find(name);
  if (text == nullptr) {
    return base::fail(base::Code::invalid, "expected a reference as {}, as in {}=component:default/web, found none",
                      name, name);
  }
  const auto reference = entity::parse_reference(*text, {.kind = {}, .name_space = "default"});
  if (!reference) return std::unexpected(reference.error().in(name));
  return reference->canonical();
}

}  // namespace

void get_graph(Call& call) {
  constexpr std::array<std::string_view, 6> names{"direction", "depth", "types", "limit", "format", "consistency"};
  const auto question = read_graph_question(call, {.names = names, .direction = Direction::both, .depth = 1});
  if (!question) return call.fail(question.error());
  const auto format = read_format(call);
  if (!format) return call.fail(format.error());
  ask_graph(call, [&](auto& graph, std::size_t steps) {
    return answer_neighbourhood(call, *question, *format, graph, steps);
  });
}

void get_impact(Call& call) {
  constexpr std::array<std::string_view, 4> names{"depth", "types", "limit", "consistency"};
  const auto question = read_graph_question(call, {.names = names, .direction = Direction::dependents});
  if (!question) return call.fail(question.error());
  ask_graph(call, [&](auto& graph, std::size_t steps) { return answer_impact(call, *question, graph, steps); });
}

void get_path(Call& call) {
  constexpr std::array<std::string_view, 6> names{"from", "to", "direction", "types", "depth", "consistency"};
  const auto question = read_graph_question(call, {.names = names});
  if (!question) return call.fail(question.error());
  const auto from = read_reference(call, "from");
  if (!from) return call.fail(from.error());
  const auto to = read_reference(call, "to");
  if (!to) return call.fail(to.error());
  ask_graph(call,
            [&](auto& graph, std::size_t steps) { return answer_path(call, *question, *from, *to, graph, steps); });
}

}  // namespace aureacore::api
