// What 100,000 entities take in memory, against the bytes of their JSON.
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/process.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

constexpr std::string_view part_name = "memory";
constexpr std::size_t entity_count = 100'000;
constexpr double mebibyte = 1024.0 * 1024.0;

}  // namespace

void measure_memory(const Settings& settings, Report& report) {
  const Catalog catalog = make_catalog(settings, entity_count);
  AureacoreServer server(settings, {.source = catalog.repository,
                                    .interval = {},
                                    .branch = {},
                                    .state = settings.scratch / "memory-state",
                                    .cpus = settings.server_cpus});
  server.wait_ready();
  Requests requests;
  for (const std::string& reference : catalog.references) requests.add(http_get(by_name_path(reference)));
  LoadOptions load{.port = server.port(), .server = server.pid()};
  load.seconds = settings.seconds;
  expect_no_errors("look-ups before memory is read", start_load(settings, load, requests).get());

  const auto resident = static_cast<double>(resident_bytes(server.pid()));
  const auto peak = static_cast<double>(peak_resident_bytes(server.pid()));
  const HttpAnswer all = HttpClient(server.port()).get("/api/catalog/entities");
  if (all.status != 200) give_up("/api/catalog/entities: expected status 200, found {}", all.status);
  const auto json = static_cast<double>(all.body.size());
  const auto figure = [&](std::string what, double bytes) {
    report.add_figure(std::string(part_name), std::move(what), bytes / mebibyte, "MiB");
  };
  figure("resident, 100,000 entities", resident);
  figure("peak since the start", peak);
  figure("resident after one answer with all entities", static_cast<double>(resident_bytes(server.pid())));
  figure("their JSON", json);
  report.add_target("resident memory ÷ JSON, 100,000 entities", resident / json, "×", at_most(2.5));
}

}  // namespace aureacore::bench
