// POST /locations/by-query: the configured sources by pages, by a predicate over their members. As in Backstage, the
// cursor carries the predicate and the size of the pages.
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "api/locations.h"
#include "base/text.h"
#include "query/predicate.h"

namespace aureacore::api {
namespace {

constexpr std::size_t default_locations = 1'000;  // as in Backstage
constexpr std::size_t max_cursor_bytes = 64 << 10;

struct LocationsRequest {
  std::string query;  // JSON; empty: every location
  std::size_t limit = default_locations;
  std::string after;  // the last id of the page before
};

struct Member {
  std::string_view name;
  std::string value;
};

std::array<Member, 4> members(const catalog::SourceState& source) {
  return {{{"id", source.id},
           {"type", std::string(location_type)},
           {"target", location_target(source)},
           {"entityRef", location_reference(source)}}};
}

base::Status check_paths(const query::Expression& expression) {
  if (!expression.path.empty()) {
    const auto all = members({});
    const auto known = std::ranges::any_of(
        all, [&](const Member& member) { return base::equal_ignoring_case(member.name, expression.path); });
    if (!known) {
      return base::fail(base::Code::invalid, "query: expected id, type, target or entityRef as member, found \"{}\"",
                        base::printable(expression.path));
    }
  }
  for (const query::Expression& child : expression.children) {
    if (auto checked = check_paths(child); !checked) return checked;
  }
  return {};
}

base::Result<query::Expression> parse_query(const LocationsRequest& request, query::JsonParser& parser) {
  if (request.query.empty()) return query::Expression{};
  auto json = parser.parse(request.query);
  if (!json) return std::unexpected(json.error().in("query"));
  auto expression = query::parse_predicate(**json);
  if (!expression) return expression;
  if (auto checked = check_paths(*expression); !checked) return std::unexpected(checked.error());
  return expression;
}

bool selects(const query::Expression& expression, const catalog::SourceState& source) {
  if (expression.is_everything()) return true;
  const auto all = members(source);
  return query::holds(expression, [&](std::string_view path) -> std::optional<std::string> {
    const auto found =
        std::ranges::find_if(all, [&](const Member& member) { return base::equal_ignoring_case(member.name, path); });
    return found == all.end() ? std::nullopt : std::optional(found->value);
  });
}

std::string encode_cursor(const LocationsRequest& request, const std::string& after) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  json.member("limit", static_cast<std::int64_t>(request.limit));
  json.member("after", after);
  if (!request.query.empty()) {
    json.key("query");
    json.raw(request.query);
  }
  json.end_object();
  return base::base64url_encode(text);
}

std::unexpected<base::Error> malformed() {
  return base::fail(base::Code::invalid, "expected a cursor as an earlier page gave it, found a different one");
}

base::Result<LocationsRequest> decode_locations_cursor(std::string_view cursor, query::JsonParser& parser) {
  if (cursor.size() > max_cursor_bytes) return malformed();
  const auto text = base::base64url_decode(cursor);
  if (!text) return malformed();
  const auto json = parser.parse(*text);
  std::int64_t limit = 0;
  std::string_view after;
  if (!json || (**json)["limit"].get(limit) != simdjson::SUCCESS || limit < 1 ||
      (**json)["after"].get(after) != simdjson::SUCCESS) {
    return malformed();
  }
  LocationsRequest request{.query = {}, .limit = static_cast<std::size_t>(limit), .after = std::string(after)};
  simdjson::dom::element query;
  if ((**json)["query"].get(query) == simdjson::SUCCESS) request.query = simdjson::minify(query);
  return request;
}

base::Result<LocationsRequest> read_locations_request(Call& call) {
  auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  auto cursor = body->string("cursor");
  if (!cursor) return std::unexpected(cursor.error());
  if (*cursor) return decode_locations_cursor(**cursor, call.worker.parser());
  auto limit = body->number("limit");
  if (!limit) return std::unexpected(limit.error());
  if (*limit == 0U) return base::fail(base::Code::invalid, "expected a limit greater than zero, found 0");
  return LocationsRequest{.query = body->json("query"), .limit = limit->value_or(default_locations), .after = {}};
}

std::string render_page(const std::vector<const catalog::SourceState*>& selected, const LocationsRequest& request) {
  const auto begin = std::ranges::find_if(selected, [&](const auto* source) { return source->id > request.after; });
  const auto left = static_cast<std::size_t>(selected.end() - begin);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(request.limit, left));
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (auto at = begin; at != end; ++at) write_location(**at, json);
  json.end_array();
  json.member("totalItems", static_cast<std::int64_t>(selected.size()));
  json.key("pageInfo");
  json.begin_object();
  if (request.limit < left) json.member("nextCursor", encode_cursor(request, (*(end - 1))->id));
  json.end_object();
  json.end_object();
  return body;
}

}  // namespace

void post_locations_by_query(Call& call) {
  const auto request = read_locations_request(call);
  if (!request) return call.fail(request.error());
  const auto expression = parse_query(*request, call.worker.parser());
  if (!expression) return call.fail(expression.error());
  std::vector<const catalog::SourceState*> selected;
  for (const catalog::SourceState& source : call.snapshot->sources()) {
    if (selects(*expression, source)) selected.push_back(&source);
  }
  const std::string body = render_page(selected, *request);
  send_json(call, call.label(), std::array{std::string_view(body)});
}

}  // namespace aureacore::api
