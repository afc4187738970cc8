// GET and POST /entity-facets: how many entities have which value.
#include <algorithm>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "query/query.h"

namespace aureacore::api {
namespace {

constexpr std::size_t max_facets = 100;

void write_counts(const std::vector<catalog::FacetCount>& counts, base::JsonWriter& json) {
  json.begin_array();
  for (const auto& [value, count] : counts) {
    json.begin_object();
    json.member("value", value);
    json.member("count", static_cast<std::int64_t>(count));
    json.end_object();
  }
  json.end_array();
}

void answer(Call& call, std::vector<std::string> facets, const query::Query& query) {
  std::erase(facets, "");
  std::vector<std::string> distinct;
  for (std::string& facet : facets) {
    if (std::ranges::find(distinct, facet) == distinct.end()) distinct.push_back(std::move(facet));
    if (distinct.size() > max_facets) {
      return call.fail({base::Code::too_large, fmt::format("expected at most {} facets", max_facets)});
    }
  }
  if (distinct.empty())
    return call.fail({base::Code::invalid, "expected at least one facet, as in facet=kind, found none"});
  const bool filtered = !query.filters.empty() || !query.predicate.empty();
  std::optional<catalog::Selection> within;
  if (filtered) {
    if (call.defer_scan(query)) return;
    auto selected = select(query, *call.snapshot, call.worker.parser());
    if (!selected) return call.fail(selected.error());
    within = *std::move(selected);
  }
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("facets");
  json.begin_object();
  for (const std::string& facet : distinct) {
    json.key(facet);
    write_counts(call.snapshot->facet(facet, within ? &*within : nullptr), json);
  }
  json.end_object();
  json.end_object();
  send_json(call, call.label(), std::array{std::string_view(body)});
}

}  // namespace

void get_entity_facets(Call& call) { answer(call, call.params.all("facet"), {.filters = call.params.all("filter")}); }

void post_entity_facets(Call& call) {
  auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  auto facets = body->strings("facets");
  if (!facets) return call.fail(facets.error());
  answer(call, *std::move(facets), {.filters = call.params.all("filter"), .predicate = body->json("query")});
}

}  // namespace aureacore::api
