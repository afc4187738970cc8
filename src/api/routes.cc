#include "api/routes.h"

#include <algorithm>
#include <vector>

#include "api/endpoints.h"

namespace aureacore::api {
namespace {

using enum http::Method;

constexpr std::string_view batch_path = "/api/v1/batch";
constexpr std::string_view by_name_path = "/api/catalog/entities/by-name/{kind}/{namespace}/{name}";

// Of two rows that fit, the earlier one is taken: fixed segments before parameters.
constexpr auto table = std::to_array<Route>({
    {get, by_name_path, get_entity_by_name, Needs::snapshot},
    {get, "/api/catalog/entities", get_entities, Needs::snapshot},
    {get, "/api/catalog/entities/by-query", get_entities_by_query, Needs::snapshot},
    {post, "/api/catalog/entities/by-query", post_entities_by_query, Needs::snapshot},
    {post, "/api/catalog/entities/by-refs", post_entities_by_refs, Needs::snapshot},
    {get, "/api/catalog/entities/by-uid/{uid}", get_entity_by_uid, Needs::snapshot},
    {delete_, "/api/catalog/entities/by-uid/{uid}", refuse_entity_write, Needs::nothing},
    {get, "/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry", get_entity_ancestry, Needs::snapshot},
    {get, "/api/catalog/entity-facets", get_entity_facets, Needs::snapshot},
    {post, "/api/catalog/entity-facets", post_entity_facets, Needs::snapshot},
    {get, "/api/catalog/locations", get_locations, Needs::snapshot},
    {post, "/api/catalog/locations", refuse_location_write, Needs::nothing},
    {post, "/api/catalog/locations/by-query", post_locations_by_query, Needs::snapshot},
    {get, "/api/catalog/locations/by-entity/{kind}/{namespace}/{name}", get_location_by_entity, Needs::snapshot},
    {get, "/api/catalog/locations/{id}", get_location, Needs::snapshot},
    {put, "/api/catalog/locations/{id}", refuse_location_write, Needs::nothing},
    {delete_, "/api/catalog/locations/{id}", refuse_location_write, Needs::nothing},
    {post, "/api/catalog/refresh", post_refresh, Needs::snapshot, InBatch::no, Access::refresh},
    {post, "/api/catalog/validate-entity", post_validate_entity, Needs::nothing},
    {post, "/api/catalog/analyze-location", post_analyze_location, Needs::snapshot},
    {get, "/livez", get_livez, Needs::nothing, InBatch::no, Access::open},
    {get, "/readyz", get_readyz, Needs::nothing, InBatch::no, Access::open},
    {get, "/startupz", get_startupz, Needs::nothing, InBatch::no, Access::open},
    {get, "/metrics", get_metrics, Needs::nothing, InBatch::no, Access::metrics},
    {get, "/api/v1/status", get_status, Needs::nothing},
    {get, "/api/v1/sources", get_sources, Needs::nothing},
    {post, "/api/v1/sources/{id}/release", post_release, Needs::nothing, InBatch::no, Access::admin},
    {get, "/api/v1/errors", get_errors, Needs::snapshot},
    {get, "/api/v1/conflicts", get_conflicts, Needs::nothing},
    {post, "/api/v1/hooks/git", post_git_hook, Needs::nothing, InBatch::no, Access::open},
    {post, batch_path, post_batch, Needs::snapshot, InBatch::no},
    {get, "/api/v1/graph/{kind}/{namespace}/{name}", get_graph, Needs::snapshot},
    {get, "/api/v1/impact/{kind}/{namespace}/{name}", get_impact, Needs::snapshot},
    {get, "/api/v1/path", get_path, Needs::snapshot},
    {get, "/api/v1/cycles", get_cycles, Needs::snapshot},
    {get, "/api/v1/order", get_order, Needs::snapshot},
    {get, "/api/v1/search", get_search, Needs::snapshot},
    {get, "/api/v1/discovery/prometheus", get_prometheus_targets, Needs::snapshot},
    {get, "/api/v1/discovery/flux", get_flux_inputs, Needs::snapshot},
    {post, "/api/v1/getparams.execute", post_argo_parameters, Needs::snapshot},
    {get, "/api/v1/watch", get_watch, Needs::nothing},
    {get, "/api/v1/notifications", get_notifications, Needs::nothing},
    {get, "/api/v1/openapi.json", get_openapi, Needs::nothing, InBatch::no, Access::open},
});
static_assert(table.size() < WorkerRequests::max_routes);

// A batch's operations are not asked who calls: what may be one takes no more than the batch.
static_assert(std::ranges::all_of(table, [](const Route& route) {
  return route.needs == Needs::nothing || route.in_batch == InBatch::no || route.access == Access::read;
}));

std::string_view method_name(http::Method method) {
  switch (method) {
    case get:
      return "GET";
    case post:
      return "POST";
    case put:
      return "PUT";
    case delete_:
      return "DELETE";
    default:
      return "";
  }
}

const std::vector<std::string>& labels() {
  static const std::vector<std::string> made = [] {
    std::vector<std::string> all;
    all.reserve(table.size() + 1);
    for (const Route& route : table)
      all.push_back(std::string(method_name(route.method)) + " " + std::string(route.path));
    all.emplace_back("none");
    return all;
  }();
  return made;
}

// Takes the first segment off a path that begins with '/'.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool fits(std::string_view pattern, std::string_view path,
          std::array<std::string_view, max_path_parameters>& parameters) {
  std::size_t count = 0;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (!expected.starts_with('{')) {
      if (expected != found) return false;
    } else if (found.empty()) {
      return false;
    } else {
      parameters[count++] = found;
    }
  }
  return pattern.empty() && path.empty();
}

void add_allowed(std::string& allow, http::Method method) {
  allow += method_name(method);
  allow += method == get ? ", HEAD, " : ", ";
}

}  // namespace

Match match_route(http::Method method, std::string_view path) {
  Match match;
  if (!path.starts_with('/')) return match;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const http::Method wanted = method == head ? get : method;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!fits(table[i].path, path, match.parameters)) continue;
    match.known_path = true;
    if (table[i].method == wanted) {
      match.route = i;
      return match;
    }
    add_allowed(match.allow, table[i].method);
  }
  if (match.known_path) match.allow += "OPTIONS";
  return match;
}

const Route& route_at(std::size_t index) { return table[index]; }
std::size_t route_count() { return table.size() + 1; }
std::string_view route_label(std::size_t index) { return labels()[index]; }

std::size_t by_name_route() {
  static_assert(table[0].path == by_name_path);
  return 0;
}

bool is_costly(std::size_t index) {
  using Answer = void (*)(Call&);
  static constexpr std::array<Answer, 6> quick{get_entity_by_name, get_entity_by_uid,      get_entity_ancestry,
                                               get_location,       get_location_by_entity, post_refresh};
  const Route& route = table[index];
  return route.needs == Needs::snapshot && std::ranges::find(quick, route.answer) == quick.end();
}

std::size_t batch_route() {
  static const auto place =
      static_cast<std::size_t>(std::ranges::find(table, batch_path, &Route::path) - table.begin());
  return place;
}

}  // namespace aureacore::api
