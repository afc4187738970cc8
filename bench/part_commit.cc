// Commits: how soon one is visible, and what they do to look-ups meanwhile.
#include <chrono>
#include <cstdlib>
#include <deque>
#include <thread>

#include "base/json.h"
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/process.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view part_name = "commit";
constexpr std::size_t catalog_sizes[] = {1'000, 10'000, 100'000};
constexpr std::size_t large_catalog = 100'000;
constexpr int commit_count = 21;
constexpr int quick_commit_count = 5;
constexpr std::string_view told_interval = "60s";
constexpr std::string_view polled_interval = "100ms";
constexpr std::chrono::seconds visible_limit{30};
// Asking takes from the processors what is measured: so not more often than the figures need.
constexpr std::chrono::microseconds poll_interval{500};
constexpr std::chrono::seconds commit_interval{1};
constexpr double window_seconds = 2;  // with two commits in it, or none
constexpr int window_pairs = 20;
constexpr int quick_window_pairs = 6;

AureacoreOptions options_for(const Settings& settings, const Remote& remote, std::string_view interval,
                             const std::vector<int>& cpus) {
  return {.source = remote.path(),
          .interval = std::string(interval),
          .branch = remote.branch(),
          .state = settings.scratch / fmt::format("state-{}-{}", remote.path().stem().string(), interval),
          .cpus = cpus};
}

bool shows(HttpClient& client, const Remote::Change& change) {
  return client.get(by_name_path(change.reference)).body.find(change.marker) != std::string::npos;
}

void wait_visible(HttpClient& client, const Remote::Change& change) {
  const auto deadline = steady_clock::now() + visible_limit;
  while (!shows(client, change)) {
    if (steady_clock::now() > deadline) {
      give_up("{}: '{}' is not visible after {} s", change.reference, change.marker, visible_limit.count());
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

bool tell(HttpClient& client, const std::string& reference) {
  std::string body = "{\"entityRef\":";
  base::append_json_string(body, reference);
  return client.exchange(http_post("/api/catalog/refresh", body + "}")).status / 100 == 2;
}

// One catalog, its server, and how long its commits took to show.
struct Subject {
  Subject(const Settings& settings, std::size_t size, std::size_t commits)
      : entities(size),
        catalog(make_catalog(settings, size)),
        remote(catalog, settings.scratch / fmt::format("visible-{}.git", size), commits) {}

  void start(const Settings& settings, std::string_view interval) {
    server.clear();
    server.emplace_back(settings, options_for(settings, remote, interval, {}));
    server.front().wait_ready();
  }

  std::size_t entities;
  Catalog catalog;
  Remote remote;
  // What git's programs have taken of its time so far, in milliseconds.
  double git_time() {
    const std::string metrics = HttpClient(server.front().port()).get("/metrics").body;
    double seconds = 0;
    for (const char* operation : {"list", "fetch", "fetch_blobs"}) {
      const std::string name =
          fmt::format("aureacore_git_command_duration_seconds_sum{{operation=\"{}\"}} ", operation);
      const auto at = metrics.find(name);
      if (at != std::string::npos) seconds += std::strtod(metrics.c_str() + at + name.size(), nullptr);
    }
    return seconds * 1e3;
  }

  std::deque<AureacoreServer> server;
  std::vector<double> milliseconds;
  double git_before = 0;  // the first commit that counts
};

void commit_once(Subject& subject, bool told) {
  HttpClient client(subject.server.front().port());
  const Remote::Change& change = subject.remote.advance();
  const auto begin = steady_clock::now();
  if (told && !tell(client, change.reference)) give_up("the request to refresh {} was refused", change.reference);
  wait_visible(client, change);
  subject.milliseconds.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count());
}

void report_visible(Report& report, std::deque<Subject>& subjects, bool told) {
  for (Subject& subject : subjects) {
    const std::string what = fmt::format("commit to visible, {} entities{}",
                                         digits(static_cast<double>(subject.entities)), told ? "" : " (by polling)");
    report.add_figure(std::string(part_name), what + ", median", median(subject.milliseconds), "ms");
    report.add_figure(std::string(part_name), what + ", worst", std::ranges::max(subject.milliseconds), "ms");
    report.add_figure(std::string(part_name), what + ", time of git's programs, mean",
                      (subject.git_time() - subject.git_before) / static_cast<double>(subject.milliseconds.size()),
                      "ms");
  }
  const double large = median(subjects.back().milliseconds);
  report.add_target("commit to visible, 100,000 entities", large, "ms", at_most(50));
  report.add_target("commit to visible at 100,000 ÷ at 1,000", large / median(subjects.front().milliseconds), "×",
                    at_most(2));
}

void measure_visible(const Settings& settings, Report& report) {
  const int commits = settings.quick ? quick_commit_count : commit_count;
  std::deque<Subject> subjects;
  for (const std::size_t size : catalog_sizes) {
    subjects.emplace_back(settings, size, commits + 1);
    subjects.back().start(settings, told_interval);
  }
  HttpClient client(subjects.front().server.front().port());
  const bool told = tell(client, subjects.front().catalog.references.front());
  if (!told) {
    progress("the server takes no request to refresh: measuring with a short interval");
    for (Subject& subject : subjects) subject.start(settings, polled_interval);
  }
  for (int i = 0; i <= commits; ++i) {
    progress(fmt::format("commit {} of {}", i, commits));
    for (Subject& subject : subjects) commit_once(subject, told);
    if (i > 0) continue;
    for (Subject& subject : subjects) {  // the first warms up
      subject.milliseconds.clear();
      subject.git_before = subject.git_time();
    }
  }
  report_visible(report, subjects, told);
}

// Load at half of what the server can do, while the branch moves each second if `commits`.
LoadResult half_load(const Settings& settings, const LoadOptions& load, const Requests& requests, Remote* commits,
                     HttpClient& client) {
  std::future<LoadResult> result = start_load(settings, load, requests);
  const Remote::Change* last = nullptr;
  auto next = steady_clock::now() + commit_interval / 2;
  while (commits != nullptr && result.wait_until(next) != std::future_status::ready) {
    last = &commits->advance();
    next += commit_interval;
  }
  const LoadResult answer = result.get();
  if (last != nullptr) wait_visible(client, *last);
  return answer;
}

// Of one server, so that each case runs within seconds of the other: what a machine does besides comes and goes by the second.
class Tail {
 public:
  Tail(const Settings& settings, int pairs)
      : settings_(settings),
        pairs_(pairs),
        catalog_(make_catalog(settings, large_catalog)),
        remote_(catalog_, settings.scratch / "tail.git", commits_for(pairs)),
        server_(settings, options_for(settings, remote_, "1s", settings.server_cpus)) {
    server_.wait_ready();
    for (const std::string& reference : catalog_.references) requests_.add(http_get(by_name_path(reference)));
    load_ = {.port = server_.port(), .seconds = settings.seconds, .server = server_.pid()};
  }

  void run() {
    for (int round = 0; round < settings_.rounds; ++round) {
      saturation.results.push_back(start_load(settings_, load_, requests_).get());
      expect_no_errors(saturation.name, saturation.results.back());
    }
    load_.rate = median_of(saturation, rate) / 2;
    load_.seconds = window_seconds;
    HttpClient client(server_.port());
    for (int pair = 0; pair < pairs_; ++pair) {
      progress(fmt::format("pair {} of {}: half load of {:.0f}/s", pair + 1, pairs_, load_.rate));
      load_.seed = settings_.seed + static_cast<std::uint64_t>(pair);
      const bool commits_first = pair % 2 != 0;
      if (commits_first) measure(busy, &remote_, client);
      measure(quiet, nullptr, client);
      if (!commits_first) measure(busy, &remote_, client);
    }
  }

  Case saturation{"saturation, 100,000 entities", {}, nullptr};
  Case quiet{"half load, no commits", {}, nullptr};
  Case busy{"half load, a commit each second", {}, nullptr};

 private:
  static std::size_t commits_for(int pairs) { return static_cast<std::size_t>((window_seconds + 1) * pairs) + 1; }

  void measure(Case& which, Remote* commits, HttpClient& client) {
    which.results.push_back(half_load(settings_, load_, requests_, commits, client));
    expect_no_errors(which.name, which.results.back());
  }

  const Settings& settings_;
  int pairs_;
  Catalog catalog_;
  Remote remote_;
  AureacoreServer server_;
  Requests requests_;
  LoadOptions load_;
};

void measure_tail(const Settings& settings, Report& report) {
  Tail tail(settings, settings.quick ? quick_window_pairs : window_pairs);
  tail.run();
  for (const Case* each : {&tail.saturation, &tail.quiet, &tail.busy}) {
    report.add_load(std::string(part_name), each->name, each->results);
  }
  report.add_target("p99 at half load: with commits ÷ without", ratio(tail.busy, tail.quiet, p99), "×", at_most(1.5));
}

}  // namespace

void measure_commit(const Settings& settings, Report& report) {
  measure_tail(settings, report);
  measure_visible(settings, report);
}

}  // namespace aureacore::bench
