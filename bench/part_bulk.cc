// Many entities in one answer: by-refs, a filtered query, facet counts, impact, batches, searches, in catalogs of two sizes;
// and look-ups beside batches.
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

constexpr std::size_t entity_count = 10'000;
constexpr std::size_t large_count = 100'000;
constexpr std::size_t references_a_body = 100;
constexpr std::size_t body_count = 500;
constexpr std::size_t operations_a_batch = 100;
constexpr std::size_t operations_a_large_batch = 1'000;
constexpr std::size_t batch_count = 50;
constexpr std::string_view query_path =
    "/api/catalog/entities/by-query?filter=kind=component,spec.type=service&limit=20";
constexpr std::string_view text_path =
    "/api/catalog/entities/"
    "by-query?fullTextFilterTerm=voice-brid&fullTextFilterFields=metadata.name,metadata.title&limit=20";
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

// Bodies of look-ups by name, one query and one facet count among each hundred.
std::shared_ptr<const Requests> batches(const Catalog& catalog, std::size_t operations) {
  constexpr std::size_t stride = 7919;
  auto requests = std::make_shared<Requests>();
  std::size_t at = 0;
  for (std::size_t i = 0; i < batch_count; ++i) {
    std::string body = "{\"requests\":[";
    for (std::size_t j = 0; j < operations; ++j) {
      at = (at + stride) % catalog.references.size();
      const std::size_t kind = j % 100;
      const std::string path = kind == 0   ? std::string(query_path)
                               : kind == 1 ? std::string(facets_path)
                                           : by_name_path(catalog.references[at]);
      body += fmt::format("{}{{\"path\":\"{}\"}}", j == 0 ? "" : ",", path);
    }
    requests->add(http_post("/api/v1/batch", body + "]}"));
  }
  return requests;
}

// What breaks with some of the resources, which much depends on.
std::shared_ptr<const Requests> impacts(const Catalog& catalog) {
  auto requests = std::make_shared<Requests>();
  for (const std::string& reference : catalog.references) {
    if (!reference.starts_with("resource:")) continue;
    std::string path = reference;
    path[path.find(':')] = '/';
    requests->add(http_get(fmt::format("/api/v1/impact/{}?limit=100", path)));
    if (requests->size() == body_count) break;
  }
  return requests;
}

std::shared_ptr<const Requests> look_ups(const Catalog& catalog) {
  auto requests = std::make_shared<Requests>();
  for (const std::string& reference : catalog.references) requests->add(http_get(by_name_path(reference)));
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

// Look-ups at half of what the server can do, alone and while other connections send one large batch after the other.
void measure_beside_batches(const Settings& settings, Report& report, const LoadOptions& load, const Catalog& catalog) {
  constexpr double measure_factor = 4;  // percentiles need longer runs than rates
  constexpr int batch_connections = 4;
  const auto small = look_ups(catalog);
  const auto large = batches(catalog, operations_a_large_batch);
  LoadOptions open = load;
  open.seconds = settings.seconds;
  open.rate = start_load(settings, open, *small).get().rate() / 2;
  open.seconds *= measure_factor;
  LoadOptions batch = load;
  batch.connections = batch_connections;
  batch.sleep = true;
  batch.seconds = open.seconds;

  Case alone{"look-ups at half rate", open, small};
  Case beside{"look-ups at half rate, beside batches of 1,000", open, small};
  Case batched{"batches of 1,000 meanwhile", batch, large};
  for (int round = 0; round < settings.rounds; ++round) {
    progress(fmt::format("round {} of {}: {}", round + 1, settings.rounds, beside.name));
    alone.results.push_back(start_load(settings, open, *small).get());
    std::future<LoadResult> background = start_load(settings, batch, *large);
    beside.results.push_back(start_load(settings, open, *small).get());
    batched.results.push_back(background.get());
    for (const Case* each : {&alone, &beside, &batched}) expect_no_errors(each->name, each->results.back());
  }
  for (const Case* each : {&alone, &beside, &batched}) report.add_load("bulk", each->name, each->results);
  report.add_figure("bulk", "p99 of look-ups beside batches of 1,000 ÷ alone", ratio(beside, alone, p99), "×");
}

// A name each: what somebody types who knows what they want.
std::shared_ptr<const Requests> searches_for_names(const Catalog& catalog) {
  constexpr std::size_t stride = 7919;
  auto requests = std::make_shared<Requests>();
  for (std::size_t i = 1; i <= body_count; ++i) {
    const std::string_view reference = catalog.references[i * stride % catalog.references.size()];
    requests->add(http_get(fmt::format("/api/v1/search?q={}", reference.substr(reference.find('/') + 1))));
  }
  return requests;
}

// One request each, and what its answer must have at least.
struct Kind {
  Case measured;
  std::string_view text;
  std::size_t size;
};

std::vector<Kind> kinds(const LoadOptions& load, const Catalog& catalog) {
  constexpr std::size_t smallest_entity = 100;
  constexpr std::size_t smallest_hit = 200;
  const auto one_case = [&](std::string_view name, std::shared_ptr<const Requests> requests) {
    const double entities = static_cast<double>(catalog.references.size());
    return Case(fmt::format("{}, {} entities", name, digits(entities)), load, std::move(requests));
  };
  return {
      {one_case("by-refs of 100", by_refs(catalog)), "\"metadata\"", references_a_body * smallest_entity},
      {one_case("by-query, two filters, limit 20", one(query_path)), "\"totalItems\"", 20 * smallest_entity},
      {one_case("facet counts of kind and spec.type", one(facets_path)), "\"count\"", smallest_entity},
      {one_case("impact of a resource, at most 100 items", impacts(catalog)), "\"owners\"", smallest_entity},
      {one_case("batch of 100", batches(catalog, operations_a_batch)), "\"responses\"",
       operations_a_batch * smallest_entity},
      {one_case("search for a name", searches_for_names(catalog)), "\"score\"", smallest_hit},
      {one_case("search for two words", one("/api/v1/search?q=invoice+bridge")), "\"score\"", smallest_hit},
      {one_case("search for two words, one with a typo", one("/api/v1/search?q=invocie+bridge")), "\"score\"",
       smallest_hit},
      {one_case("by-query with a text in name or title, limit 20", one(text_path)), "\"totalItems\"",
       20 * smallest_entity},
  };
}

void add_targets(Report& report, const std::vector<Kind>& measured) {
  report.add_target("`by-refs` of 100", median_of(measured[0].measured, rate), "/s", at_least(15'000));
  report.add_target("filtered query, limit 20", median_of(measured[1].measured, rate), "/s", at_least(30'000));
  report.add_target("facet counts over 10,000 entities", median_of(measured[2].measured, rate), "/s", at_least(50'000));
}

void measure_size(const Settings& settings, Report& report, std::size_t entities) {
  const Catalog catalog = make_catalog(settings, entities);
  AureacoreServer server(settings, {.source = catalog.repository,
                                    .interval = {},
                                    .branch = {},
                                    .state = settings.scratch / fmt::format("bulk-state-{}", entities),
                                    .cpus = settings.server_cpus});
  server.wait_ready();
  const LoadOptions load{.port = server.port(), .server = server.pid()};
  std::vector<Kind> all = kinds(load, catalog);
  std::vector<Case*> cases;
  for (Kind& each : all) {
    expect_text(server.port(), (*each.measured.requests)[0], each.text, each.size);
    cases.push_back(&each.measured);
  }
  run_rounds(settings, cases);
  for (const Case* each : cases) report.add_load("bulk", each->name, each->results);
  if (entities != entity_count) return;
  add_targets(report, all);
  measure_beside_batches(settings, report, load, catalog);
}

}  // namespace

void measure_bulk(const Settings& settings, Report& report) {
  for (const std::size_t entities : {entity_count, large_count}) measure_size(settings, report, entities);
}

}  // namespace aureacore::bench
