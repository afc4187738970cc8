// What instances share through Redis: how soon a new one is warm, how soon the others serve what one has published, and what
// both take of Redis.
#include <algorithm>
#include <chrono>
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

constexpr std::string_view part_name = "shared";
constexpr std::size_t small_catalog = 10'000;
constexpr std::size_t large_catalog = 100'000;
constexpr std::size_t quick_catalog = 1'000;
constexpr int commit_count = 200;
constexpr int quick_commit_count = 20;
constexpr int followers = 2;
constexpr std::chrono::seconds limit{60};
// Asking takes from the processors what is measured: so not more often than the figures need.
constexpr std::chrono::microseconds poll_interval{500};

// The number behind "name": in a text of JSON, or behind name: in one of Redis' INFO.
double number_behind(std::string_view text, const std::string& name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) give_up("expected {} in an answer, found none", name);
  return std::strtod(std::string(text.substr(at + name.size(), 32)).c_str(), nullptr);
}

std::string status_of(const AureacoreServer& server) { return HttpClient(server.port()).get("/api/v1/status").body; }

// Until Redis has all that the server serves.
void wait_in_step(const AureacoreServer& server) {
  const auto deadline = steady_clock::now() + limit;
  while (status_of(server).find("\"state\":\"in-step\"") == std::string::npos) {
    if (steady_clock::now() > deadline) give_up("not in step with Redis after {} s", limit.count());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Until it has read from Git, in the background, what it took from Redis.
void wait_prepared(const AureacoreServer& server) {
  const auto deadline = steady_clock::now() + limit;
  HttpClient client(server.port());
  const std::string name = "aureacore_source_validated_total{";
  for (;;) {
    const std::string metrics = client.get("/metrics").body;
    const auto at = metrics.find(name);
    if (at != std::string::npos && number_behind(metrics.substr(at), "} ") > 0) return;
    if (steady_clock::now() > deadline) give_up("not read from Git after {} s", limit.count());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::string figure_name(std::size_t entities, std::string_view what) {
  return fmt::format("{} entities, {}", digits(static_cast<double>(entities)), what);
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(rank, values.size() - 1)];
}

// A catalog in Redis, and starts of instances that have nothing.
class ColdStart {
 public:
  ColdStart(const Settings& settings, std::size_t entities)
      : settings_(settings),
        entities_(entities),
        catalog_(make_catalog(settings, entities)),
        remote_(catalog_, settings.scratch / fmt::format("shared-{}.git", entities), 0),
        redis_(settings, {}) {}

  void run(Report& report) {
    const double empty = number_behind(redis_.ask({"INFO", "memory"}), "used_memory:");
    fill();
    const double used = number_behind(redis_.ask({"INFO", "memory"}), "used_memory:") - empty;
    for (int round = 0; round < settings_.rounds; ++round) {
      progress(fmt::format("round {} of {}: start beside Redis, {} entities", round + 1, settings_.rounds, entities_));
      warm_.push_back(start(redis_.url()));
      remote_.hide();
      without_git_.push_back(start(redis_.url()));
      remote_.show();
      from_git_.push_back(start({}));
    }
    tell(report, used);
  }

 private:
  AureacoreOptions options(const std::string& cache) {
    const auto state = settings_.scratch / "shared-state";
    std::filesystem::remove_all(state);
    return {.source = remote_.path(),
            .interval = "60s",
            .branch = remote_.branch(),
            .state = state,
            .cpus = {},
            .threads = cpu_count(),
            .cache = cache};
  }
  void fill() {
    AureacoreServer server(settings_, options(redis_.url()));
    server.wait_ready();
    wait_in_step(server);
    json_bytes_ = number_behind(status_of(server), "\"jsonBytes\":");
  }
  double start(const std::string& cache) {
    AureacoreServer server(settings_, options(cache));
    return server.wait_ready();
  }
  void tell(Report& report, double used) const {
    const auto figure = [&](std::string_view what, double value, const char* unit) {
      report.add_figure(std::string(part_name), figure_name(entities_, what), value, unit);
    };
    figure("start from a warm Redis", median(warm_), "s");
    figure("start from a warm Redis, Git gone", median(without_git_), "s");
    figure("start from Git, with the clone", median(from_git_), "s");
    figure("memory in Redis", used / 1e6, "MB");
    figure("their JSON", json_bytes_ / 1e6, "MB");
    const std::string size = digits(static_cast<double>(entities_));
    report.add_target(fmt::format("memory in Redis ÷ JSON, {} entities", size), used / json_bytes_, "×", at_most(1.5));
    if (entities_ == large_catalog) {
      report.add_target("start from a warm Redis, 100,000 entities", median(warm_), "s", at_most(1.5));
    }
  }

  const Settings& settings_;
  const std::size_t entities_;
  const Catalog catalog_;
  const Remote remote_;
  RedisServer redis_;
  double json_bytes_ = 0;
  std::vector<double> warm_;
  std::vector<double> without_git_;
  std::vector<double> from_git_;
};

// Several instances beside one Redis. The first is told of each commit, the others hear of it through Redis.
class Following {
 public:
  Following(const Settings& settings, std::size_t entities)
      : entities_(entities),
        commits_(settings.quick ? quick_commit_count : commit_count),
        catalog_(make_catalog(settings, entities)),
        remote_(catalog_, settings.scratch / fmt::format("following-{}.git", entities),
                static_cast<std::size_t>(commits_) + 1),
        redis_(settings, {}) {
    for (int i = 0; i <= followers; ++i) {
      servers_.emplace_back(settings, AureacoreOptions{.source = remote_.path(),
                                                       .interval = "60s",
                                                       .branch = remote_.branch(),
                                                       .state = settings.scratch / fmt::format("f-{}-{}", entities, i),
                                                       .cpus = {},
                                                       .threads = 1,
                                                       .cache = redis_.url()});
      servers_.back().wait_ready();
      wait_in_step(servers_.back());
    }
    for (int i = 1; i <= followers; ++i) wait_prepared(servers_[static_cast<std::size_t>(i)]);
  }

  void run(Report& report) {
    commit();  // warms up
    spread_.clear();
    whole_.clear();
    redis_.ask({"CONFIG", "RESETSTAT"});
    for (int i = 0; i < commits_; ++i) {
      if (i % 50 == 0) progress(fmt::format("commit {} of {}, {} entities", i, commits_, entities_));
      commit();
    }
    tell(report);
  }

 private:
  // From the moment that the first one serves it.
  void commit() {
    std::vector<HttpClient> clients;
    clients.reserve(servers_.size());
    for (const auto& server : servers_) clients.emplace_back(server.port());
    const Remote::Change& change = remote_.advance();
    std::string body = "{\"entityRef\":";
    base::append_json_string(body, change.reference);
    const auto begin = steady_clock::now();
    if (clients[0].exchange(http_post("/api/catalog/refresh", body + "}")).status / 100 != 2) {
      give_up("the request to refresh {} was refused", change.reference);
    }
    wait_visible(clients[0], change);
    const auto first = steady_clock::now();
    std::vector<bool> shown(servers_.size(), false);
    for (int left = followers; left > 0;) {
      for (std::size_t i = 1; i < clients.size(); ++i) {
        if (shown[i] || !shows(clients[i], change)) continue;
        shown[i] = true;
        --left;
        spread_.push_back(milliseconds(steady_clock::now() - first));
      }
      if (steady_clock::now() - first > limit) give_up("{}: not served by all", change.reference);
      if (left > 0) std::this_thread::sleep_for(poll_interval);
    }
    whole_.push_back(milliseconds(steady_clock::now() - begin));
  }
  static double milliseconds(steady_clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }
  static bool shows(HttpClient& client, const Remote::Change& change) {
    return client.get(by_name_path(change.reference)).body.find(change.marker) != std::string::npos;
  }
  static void wait_visible(HttpClient& client, const Remote::Change& change) {
    const auto deadline = steady_clock::now() + limit;
    while (!shows(client, change)) {
      if (steady_clock::now() > deadline) give_up("{}: not visible", change.reference);
      std::this_thread::sleep_for(poll_interval);
    }
  }
  // Of all instances, with what they do by themselves meanwhile.
  void tell(Report& report) {
    const std::string stats = redis_.ask({"INFO", "stats"});
    const auto figure = [&](std::string_view what, double value, const char* unit) {
      report.add_figure(std::string(part_name), figure_name(entities_, what), value, unit);
    };
    const double count = commits_;
    const double p99 = percentile(spread_, 0.99);
    figure("commit served by one to by the others, median", median(spread_), "ms");
    figure("commit served by one to by the others, p99", p99, "ms");
    figure("commit pushed to served by all, median", median(whole_), "ms");
    figure("commit pushed to served by all, p99", percentile(whole_, 0.99), "ms");
    figure("commands of Redis a commit", number_behind(stats, "total_commands_processed:") / count, "");
    figure("bytes into Redis a commit", number_behind(stats, "total_net_input_bytes:") / count / 1e3, "KB");
    figure("bytes out of Redis a commit", number_behind(stats, "total_net_output_bytes:") / count / 1e3, "KB");
    report.add_target(figure_name(entities_, "commit served by one to by the others, p99"), p99, "ms", at_most(20));
  }

  const std::size_t entities_;
  const int commits_;
  const Catalog catalog_;
  Remote remote_;
  RedisServer redis_;
  std::deque<AureacoreServer> servers_;
  std::vector<double> spread_;
  std::vector<double> whole_;
};

}  // namespace

void measure_shared(const Settings& settings, Report& report) {
  const auto sizes = settings.quick ? std::vector<std::size_t>{quick_catalog, small_catalog}
                                    : std::vector<std::size_t>{small_catalog, large_catalog};
  for (const std::size_t size : sizes) ColdStart(settings, size).run(report);
  for (const std::size_t size : sizes) Following(settings, size).run(report);
}

}  // namespace aureacore::bench
