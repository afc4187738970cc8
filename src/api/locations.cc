// The configured sources as Backstage's locations.
#include <algorithm>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::size_t default_limit = 1'000;  // as in Backstage

void write(const catalog::SourceState& source, base::JsonWriter& json) {
  json.begin_object();
  json.member("id", source.id);
  json.member("type", "git");
  json.member("target", fmt::format("{}#{}", source.url, source.branch));
  json.member("entityRef", fmt::format("location:default/{}", base::lower(source.id)));
  json.end_object();
}

void send(Call& call, std::string_view body) { send_json(call, call.label(), std::array{body}); }

void send_one(Call& call, const catalog::SourceState& source) {
  std::string body;
  base::JsonWriter json(body);
  write(source, json);
  send(call, body);
}

std::string render_page(const std::vector<catalog::SourceState>& sources, std::size_t first, std::size_t limit) {
  std::string body;
  base::JsonWriter json(body);
  const std::size_t end = first + std::min(limit, sources.size() - first);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (std::size_t i = first; i < end; ++i) write(sources[i], json);
  json.end_array();
  json.member("totalItems", static_cast<std::int64_t>(sources.size()));
  json.key("pageInfo");
  json.begin_object();
  if (end < sources.size()) json.member("nextCursor", base::base64url_encode(sources[end - 1].id));
  json.end_object();
  json.end_object();
  return body;
}

}  // namespace

void get_locations(Call& call) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_array();
  for (const catalog::SourceState& source : call.snapshot->sources()) {
    json.begin_object();
    json.key("data");
    write(source, json);
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

void post_locations_by_query(Call& call) {
  auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  if (!body->json("query").empty()) {
    return call.fail(
        {base::Code::invalid, "expected limit and cursor in the body, found \"query\": locations can't be filtered"});
  }
  auto limit = body->number("limit");
  if (!limit) return call.fail(limit.error());
  auto cursor = body->string("cursor");
  if (!cursor) return call.fail(cursor.error());
  const auto& sources = call.snapshot->sources();
  std::size_t first = 0;
  if (*cursor) {
    const auto after = base::base64url_decode(**cursor);
    if (!after || (*cursor)->empty())
      return call.fail({base::Code::invalid, "expected a cursor as an earlier page gave it"});
    first = static_cast<std::size_t>(std::ranges::upper_bound(sources, *after, {}, &catalog::SourceState::id) -
                                     sources.begin());
  }
  if (*limit == 0U) return call.fail({base::Code::invalid, "expected a limit greater than zero, found 0"});
  send(call, render_page(sources, first, limit->value_or(default_limit)));
}

}  // namespace aureacore::api
