// The configured sources as Backstage's locations.
#include "api/locations.h"

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

void send(Call& call, std::string_view body) { send_json(call, call.label(), std::array{body}); }

void send_one(Call& call, const catalog::SourceState& source) {
  std::string body;
  base::JsonWriter json(body);
  write_location(source, json);
  send(call, body);
}

}  // namespace

std::string location_target(const catalog::SourceState& source) {
  return fmt::format("{}#{}", source.url, source.branch);
}

std::string location_reference(const catalog::SourceState& source) {
  return fmt::format("location:default/{}", base::lower(source.id));
}

void write_location(const catalog::SourceState& source, base::JsonWriter& json) {
  json.begin_object();
  json.member("id", source.id);
  json.member("type", location_type);
  json.member("target", location_target(source));
  json.member("entityRef", location_reference(source));
  json.end_object();
}

void get_locations(Call& call) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_array();
  for (const catalog::SourceState& source : call.snapshot->sources()) {
    json.begin_object();
    json.key("data");
    write_location(source, json);
    json.end_object();
  }
  json.end_array();
  send(call, body);
}

void get_location(Call& call) {
  const catalog::SourceState* source = call.snapshot->source(call.path[0]);
  if (source == nullptr) {
    return call.fail_absent(
        fmt::format("expected a location, found none with the id {}", base::printable(call.path[0])));
  }
  send_one(call, *source);
}

void get_location_by_entity(Call& call) {
  const entity::Reference reference{call.path[0], call.path[1], call.path[2]};
  const catalog::Entity* entity = call.snapshot->find(reference.canonical());
  const catalog::SourceState* source =
      entity == nullptr ? nullptr : call.snapshot->source(entity->definition->place.file->source);
  if (source == nullptr) {
    return call.fail_absent(
        fmt::format("expected an entity with a location, found none at {}", base::printable(reference.canonical())));
  }
  send_one(call, *source);
}

}  // namespace aureacore::api
