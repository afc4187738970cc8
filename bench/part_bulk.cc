// Many entities in one answer: by-refs, a filtered query, facet counts.
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

constexpr std::size_t entity_count = 10'000;
constexpr std::size_t references_a_body = 100;
constexpr std::size_t body_count = 500;
constexpr std::string_view query_path =
    "/api/catalog/entities/by-query?filter=kind=component,spec.type=service&limit=20";
constexpr std::string_view facets_path = "/api/catalog/entity-facets?facet=kind&facet=spec.type";

// Bodies of 100 references each, spread over the whole catalog.
std::shared_ptr<const Requests> by_refs(const Catalog& catalog) {
  constexpr std::size_t stride = 7919;  // a prime: neighbours in a body are far apart in the catalog
  auto requests = std::make_shared<Requests>();
  std::size_t at = 0;
  for (std::size_t i = 0; i < body_count; ++i) {
    std::string body = "{\"entityRefs\":[";
    for (std::size_t j = 0; j < references_a_body; ++j) {
      at = (at + stride) % catalog.references.size();
      body += fmt::format("{}\"{}\"", j == 0 ? "" : ",", catalog.references[at]);
    }
    requests->add(http_post("/api/catalog/entities/by-refs", body + "]}"));
  }
  return requests;
}

std::shared_ptr<const Requests> one(std::string_view path) {
  auto requests = std::make_shared<Requests>();
  requests->add(http_get(path));
  return requests;
}

// The answers under load are counted, not read: so one of each is read before.
void expect_text(std::uint16_t port, std::string_view request, std::string_view text, std::size_t size) {
  const HttpAnswer answer = HttpClient(port).exchange(request);
  if (answer.status == 200 && answer.body.find(text) != std::string::npos && answer.body.size() >= size) return;
  give_up("'{}': expected 200 and at least {} bytes with '{}', found {} and '{}'",
          request.substr(0, request.find('\r')), size, text, answer.status, answer.body.substr(0, 300));
}

}  // namespace

void measure_bulk(const Settings& settings, Report& report) {
  const Catalog catalog = make_catalog(settings, entity_count);
  AureacoreServer server(settings, {.source = catalog.repository,
                                    .interval = {},
                                    .branch = {},
                                    .state = settings.scratch / "bulk-state",
                                    .cpus = settings.server_cpus});
  server.wait_ready();
  const LoadOptions load{.port = server.port(), .server = server.pid()};
  Case references{"by-refs of 100", load, by_refs(catalog)};
  Case query{"by-query, two filters, limit 20", load, one(query_path)};
  Case facets{"facet counts of kind and spec.type, 10,000 entities", load, one(facets_path)};
  constexpr std::size_t smallest_entity = 100;
  expect_text(server.port(), (*references.requests)[0], "\"metadata\"", references_a_body * smallest_entity);
  expect_text(server.port(), (*query.requests)[0], "\"totalItems\"", 20 * smallest_entity);
  expect_text(server.port(), (*facets.requests)[0], "\"count\"", smallest_entity);

  const std::vector<Case*> cases = {&references, &query, &facets};
  run_rounds(settings, cases);
  for (const Case* each : cases) report.add_load("bulk", each->name, each->results);
  report.add_target("`by-refs` of 100", median_of(references, rate), "/s", at_least(15'000));
  report.add_target("filtered query, limit 20", median_of(query, rate), "/s", at_least(30'000));
  report.add_target("facet counts over 10,000 entities", median_of(facets, rate), "/s", at_least(50'000));
}

}  // namespace aureacore::bench
