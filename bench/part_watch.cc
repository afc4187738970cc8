// Watchers: how long after a publication the last of many has heard of it.
#include <algorithm>
#include <chrono>
#include <future>
#include <span>
#include <thread>

#include "base/json.h"
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/rounds.h"
#include "bench/servers.h"
#include "bench/watchers.h"

namespace aureacore::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view part_name = "watch";
constexpr std::size_t catalog_size = 1'000;
constexpr std::size_t watcher_counts[] = {1'000, 5'000};
constexpr std::size_t quick_watcher_counts[] = {50, 100};
constexpr int commit_count = 31;
constexpr int quick_commit_count = 5;
constexpr std::chrono::seconds patience{30};
constexpr std::chrono::microseconds poll_interval{100};

double milliseconds(steady_clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

// When a look-up shows the change: the publication came at most a poll before.
steady_clock::time_point wait_visible(std::uint16_t port, const Remote::Change& change) {
  HttpClient client(port);
  const auto deadline = steady_clock::now() + patience;
  while (client.get(by_name_path(change.reference)).body.find(change.marker) == std::string::npos) {
    if (steady_clock::now() > deadline) give_up("'{}' is not visible", change.marker);
    std::this_thread::sleep_for(poll_interval);
  }
  return steady_clock::now();
}

void tell(HttpClient& client, const std::string& reference) {
  std::string body = "{\"entityRef\":";
  base::append_json_string(body, reference);
  const HttpAnswer answer = client.exchange(http_post("/api/catalog/refresh", body + "}"));
  if (answer.status / 100 != 2) give_up("the request to refresh {} was refused", reference);
}

void measure(const Settings& settings, AureacoreServer& server, Remote& remote, std::size_t count, Report& report) {
  Watchers watchers(server.port(), count, "/api/v1/watch");
  HttpClient client(server.port());
  std::vector<double> last;
  const int commits = settings.quick ? quick_commit_count : commit_count;
  for (int i = 0; i < commits; ++i) {
    progress(fmt::format("{} watchers: commit {} of {}", count, i + 1, commits));
    const Remote::Change& change = remote.advance();
    auto visible = std::async(std::launch::async, [&] { return wait_visible(server.port(), change); });
    tell(client, change.reference);
    const auto heard = watchers.wait_for_change(patience);
    last.push_back(milliseconds(heard - visible.get()));
  }
  const std::string what = fmt::format("publication to the last of {} watchers", digits(static_cast<double>(count)));
  report.add_figure(std::string(part_name), what + ", median", median(last), "ms");
  report.add_figure(std::string(part_name), what + ", worst", std::ranges::max(last), "ms");
}

}  // namespace

// On all cores: the server, the load and git share them.
void measure_watch(const Settings& settings, Report& report) {
  const auto counts = settings.quick ? std::span(quick_watcher_counts) : std::span(watcher_counts);
  const auto commits = static_cast<std::size_t>(settings.quick ? quick_commit_count : commit_count) * counts.size();
  const Catalog catalog = make_catalog(settings, catalog_size);
  Remote remote(catalog, settings.scratch / "watch.git", commits + 1);
  AureacoreServer server(settings, {.source = remote.path(),
                                    .interval = "60s",
                                    .branch = remote.branch(),
                                    .state = settings.scratch / "state-watch",
                                    .threads = 2});
  server.wait_ready();
  for (const std::size_t count : counts) measure(settings, server, remote, count, report);
}

}  // namespace aureacore::bench
