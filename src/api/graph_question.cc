#include "api/graph_question.h"

#include <array>

#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::array<std::string_view, 3> direction_names{"dependencies", "dependents", "both"};

base::Result<Direction> read_direction(const Call& call, Direction otherwise) {
  const std::string* text = call.params.find("direction");
  if (text == nullptr) return otherwise;
  const auto at = std::ranges::find(direction_names, *text);
  if (at != direction_names.end()) return static_cast<Direction>(at - direction_names.begin());
  return base::fail(base::Code::invalid, "expected dependencies, dependents or both as direction, found \"{}\"",
                    base::printable(*text));
}

base::Result<std::size_t> read_bounded(const Call& call, std::string_view name, std::size_t otherwise,
                                       std::size_t most) {
  const auto number = call.params.number(name);
  if (!number) return std::unexpected(number.error());
  if (number->value_or(0) > most) {
    return base::fail(base::Code::too_large, "expected a {} of at most {}, found {}", name, most, **number);
  }
  return number->value_or(otherwise);
}

}  // namespace

std::string_view name(Direction direction) { return direction_names[static_cast<std::size_t>(direction)]; }

graph::TypeSet GraphQuestion::followed() const {
  if (direction == Direction::dependencies) return types;
  return direction == Direction::dependents ? types.inverse() : types | types.inverse();
}

base::Result<GraphQuestion> read_graph_question(const Call& call, const GraphParameters& parameters) {
  if (auto only = call.params.only(parameters.names); !only) return std::unexpected(only.error());
  const auto types = graph::parse_types(call.params.all("types"));
  if (!types) return std::unexpected(types.error());
  const auto direction = read_direction(call, parameters.direction);
  if (!direction) return std::unexpected(direction.error());
  const auto depth = read_bounded(call, "depth", parameters.depth, graph::Limits::depth);
  if (!depth) return std::unexpected(depth.error());
  const auto limit = read_bounded(call, "limit", parameters.nodes, graph::Limits::nodes);
  if (!limit) return std::unexpected(limit.error());
  const auto offset = call.params.number("offset");
  if (!offset) return std::unexpected(offset.error());
  return GraphQuestion{.types = *types,
                       .direction = *direction,
                       .bounds = {.depth = *depth, .nodes = *limit},
                       .offset = offset->value_or(0)};
}

std::string path_reference(const Call& call) {
  return entity::Reference{call.path[0], call.path[1], call.path[2]}.canonical();
}

void fail_unknown_reference(Call& call, std::string_view key) {
  call.fail_absent(fmt::format("expected an entity, or a reference that some entity has, found neither for {}",
                               base::printable(key)));
}

void write_types(graph::TypeSet types, base::JsonWriter& json) {
  json.key("types");
  json.begin_array();
  for (const entity::RelationType type : types.list()) json.string(entity::name(type));
  json.end_array();
}

void send_graph(Call& call, std::string& body, base::JsonWriter& json) {
  json.member("version", call.snapshot->token());
  json.end_object();
  send_json(call, call.label(), std::array{std::string_view(body)});
}

}  // namespace aureacore::api
