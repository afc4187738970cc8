// GET and POST /entity-facets: how many entities have which value.
#include <unordered_set>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/case_folding.h"
#include "base/json.h"
#include "query/query.h"

namespace aureacore::api {
namespace {

constexpr std::size_t max_facets = 100;
// More of them take a worker too long, whatever they count.
constexpr std::size_t quick_facets = 10;

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

// Each once, as it was written first: paths are the same regardless of case.
base::Result<std::vector<std::string>> distinct(std::vector<std::string> facets) {
  std::vector<std::string> kept;
  std::unordered_set<std::string> seen;
  for (std::string& facet : facets) {
    if (facet.empty() || !seen.insert(base::fold_case(facet)).second) continue;
    kept.push_back(std::move(facet));
    if (kept.size() > max_facets) return base::fail(base::Code::too_large, "expected at most {} facets", max_facets);
  }
  if (kept.empty()) {
    return base::fail(base::Code::invalid, "expected at least one facet, as in facet=kind, found none");
  }
  return kept;
}

// Values that few entities have are read out of those entities.
bool defer_many(Call& call, const std::vector<std::string>& facets) {
  if (facets.size() > quick_facets) return call.defer_large(call.snapshot->size());
  std::size_t values = 0;
  for (const std::string& facet : facets) values += call.snapshot->values(facet);
  return call.defer_large(values);
}

void answer(Call& call, std::vector<std::string> asked, const query::Query& query) {
  const auto facets = distinct(std::move(asked));
  if (!facets) return call.fail(facets.error());
  if (defer_many(call, *facets)) return;
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
  for (const std::string& facet : *facets) {
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
