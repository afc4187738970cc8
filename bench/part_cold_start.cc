// From the start of the process, with a mirror on disk, to ready: with the remote there and with the remote gone.
#include <fmt/format.h>

#include "bench/catalogs.h"
#include "bench/parts.h"
#include "bench/process.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

constexpr std::string_view part_name = "coldstart";
constexpr std::size_t catalog_sizes[] = {1'000, 10'000, 100'000};
constexpr std::size_t target_size = 100'000;
constexpr double target_seconds = 6;

double start_once(const Settings& settings, const Remote& remote, const std::string& state) {
  AureacoreServer server(
      settings,
      {.source = remote.path(), .interval = {}, .branch = {}, .state = state, .cpus = {}, .threads = cpu_count()});
  return server.wait_ready();
}

void measure_size(const Settings& settings, Report& report, std::size_t entities) {
  const Catalog catalog = make_catalog(settings, entities);
  const Remote remote(catalog, settings.scratch / fmt::format("coldstart-{}.git", entities), 0);
  const std::string state = settings.scratch / fmt::format("coldstart-state-{}", entities);
  const double first = start_once(settings, remote, state);
  std::vector<double> with_remote;
  std::vector<double> without_remote;
  for (int round = 0; round < settings.rounds; ++round) {
    progress(fmt::format("round {} of {}: cold start, {} entities", round + 1, settings.rounds, entities));
    with_remote.push_back(start_once(settings, remote, state));
    remote.hide();
    without_remote.push_back(start_once(settings, remote, state));
    remote.show();
  }
  const auto figure = [&](std::string_view what, double seconds) {
    report.add_figure(std::string(part_name),
                      fmt::format("{} entities, {}", digits(static_cast<double>(entities)), what), seconds, "s");
  };
  figure("first start, with the clone", first);
  figure("mirror on disk", median(with_remote));
  figure("mirror on disk, remote gone", median(without_remote));
  if (entities != target_size) return;
  report.add_target("cold start, 100,000 entities, mirror on disk", median(with_remote), "s", at_most(target_seconds));
  report.add_target("cold start, 100,000 entities, remote gone", median(without_remote), "s", at_most(target_seconds));
}

}  // namespace

void measure_cold_start(const Settings& settings, Report& report) {
  for (const std::size_t entities : catalog_sizes) measure_size(settings, report, entities);
}

}  // namespace aureacore::bench
