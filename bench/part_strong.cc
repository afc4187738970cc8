// Strong reads: what one costs, alone and among a thousand; and how soon a push is served by every instance of three.
#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view part_name = "strong";
constexpr std::size_t catalog_size = 10'000;
constexpr std::string_view lazy_interval = "60s";  // what is checked is checked for those who ask
constexpr std::string_view strong_header = "AureaCore-Consistency: strong\r\n";
constexpr int crowd = 1'000;
constexpr std::string_view fleet_interval = "1s";
constexpr std::size_t fleet_size = 3;
constexpr int push_count = 21;
constexpr int quick_push_count = 5;
constexpr std::chrono::seconds visible_limit{30};
constexpr std::chrono::microseconds poll_interval{500};
constexpr std::string_view checks_metric = "\naureacore_source_checks_total{";

AureacoreOptions options_for(const Settings& settings, const Remote& remote, std::string_view interval,
                             const std::string& state) {
  return {.source = remote.path(),
          .interval = std::string(interval),
          .branch = remote.branch(),
          .state = settings.scratch / state,
          .cpus = settings.server_cpus};
}

// Checks of the only source so far.
double checks(const Server& server) {
  const std::string text = HttpClient(server.port()).get("/metrics").body;
  const auto at = text.find(checks_metric);
  if (at == std::string::npos) give_up("/metrics has no{}", checks_metric);
  return std::stod(text.substr(text.find('}', at) + 1));
}

void measure_reads(const Settings& settings, const Catalog& catalog, Report& report) {
  const Remote remote(catalog, settings.scratch / "strong.git", 0);
  AureacoreServer server(settings, options_for(settings, remote, lazy_interval, "strong-state"));
  server.wait_ready();
  const auto requests = std::make_shared<Requests>();
  for (const std::string& reference : catalog.references)
    requests->add(http_get(by_name_path(reference), strong_header));
  for (const int connections : {1, crowd}) {
    // The load sleeps: git's processes need its core, too.
    const LoadOptions load{.port = server.port(),
                           .connections = connections,
                           .seconds = settings.seconds,
                           .seed = settings.seed,
                           .server = server.pid(),
                           .sleep = true};
    Case one(fmt::format("strong reads, {} at a time", digits(connections)), load, requests);
    const double before = checks(server);
    run_rounds(settings, {&one});
    const double asked = checks(server) - before;
    double reads = 0;
    for (const LoadResult& result : one.results) reads += static_cast<double>(result.requests);
    report.add_load(std::string(part_name), one.name, one.results);
    report.add_figure(std::string(part_name), one.name + ": reads for each ls-remote", reads / asked, "");
  }
}

// Instances of one catalog; with a Redis between them, or each for itself.
class Fleet {
 public:
  Fleet(const Settings& settings, const Catalog& catalog, const std::string& name, bool shared)
      : remote_(catalog, settings.scratch / (name + ".git"), push_count + 1) {
    if (shared) redis_.emplace_back(settings);
    for (std::size_t i = 0; i < fleet_size; ++i) {
      auto options = options_for(settings, remote_, fleet_interval, fmt::format("{}-{}", name, i));
      if (shared) options.cache = fmt::format("redis://127.0.0.1:{}", redis_.front().port());
      servers_.emplace_back(settings, options);
    }
    for (AureacoreServer& server : servers_) server.wait_ready();
  }

  // Milliseconds from a push until each of them serves it.
  double push() {
    const Remote::Change& change = remote_.advance();
    const auto begin = steady_clock::now();
    for (const AureacoreServer& server : servers_) wait_visible(server, change, begin);
    return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
  }

 private:
  static void wait_visible(const Server& server, const Remote::Change& change, steady_clock::time_point begin) {
    HttpClient client(server.port());
    while (client.get(by_name_path(change.reference)).body.find(change.marker) == std::string::npos) {
      if (steady_clock::now() - begin > visible_limit) {
        give_up("{} does not show '{}' after {} s", change.reference, change.marker, visible_limit.count());
      }
      std::this_thread::sleep_for(poll_interval);
    }
  }

  Remote remote_;
  std::deque<RedisServer> redis_;
  std::deque<AureacoreServer> servers_;
};

void measure_fleet(const Settings& settings, const Catalog& catalog, bool shared, Report& report) {
  Fleet fleet(settings, catalog, shared ? "shared" : "apart", shared);
  const int pushes = settings.quick ? quick_push_count : push_count;
  std::vector<double> milliseconds;
  for (int i = 0; i < pushes; ++i) {
    progress(fmt::format("push {} of {}", i + 1, pushes));
    milliseconds.push_back(fleet.push());
  }
  const std::string what = fmt::format("push until all of {} instances serve it, interval {}, {}", fleet_size,
                                       fleet_interval, shared ? "one Redis" : "each for itself");
  report.add_figure(std::string(part_name), what + ", median", median(milliseconds), "ms");
  report.add_figure(std::string(part_name), what + ", worst", std::ranges::max(milliseconds), "ms");
}

}  // namespace

void measure_strong(const Settings& settings, Report& report) {
  const Catalog catalog = make_catalog(settings, catalog_size);
  measure_reads(settings, catalog, report);
  for (const bool shared : {true, false}) measure_fleet(settings, catalog, shared, report);
}

}  // namespace aureacore::bench
