// Look-ups by name, beside nginx and Redis with the same bytes, and on larger catalogs.
#include <algorithm>
#include <cmath>
#include <deque>

#include "base/text.h"
#include "bench/answer.h"
#include "bench/catalogs.h"
#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/rounds.h"
#include "bench/servers.h"

namespace aureacore::bench {
namespace {

constexpr std::string_view part_name = "lookup";
constexpr std::size_t small_catalog = 10'000;
constexpr std::size_t large_catalog = 100'000;
constexpr std::size_t huge_catalog = 1'000'000;
constexpr int pipeline_depth = 16;

using Headers = std::vector<std::pair<std::string, std::string>>;

// What our server answers for every name: what the others are given to answer too.
struct Answers {
  std::vector<std::pair<std::string, std::string>> bodies;  // by reference
  std::vector<std::string> etags;
  std::string typical_body;  // one of about the mean size
  Headers headers;           // that nginx doesn't send by itself
  std::string content_type;
};

// Those that nginx sends by itself, or that are about the connection.
bool own_header(std::string_view name) {
  constexpr std::string_view own_names[] = {"date",           "server",       "connection",
                                            "content-length", "content-type", "keep-alive"};
  return std::ranges::any_of(own_names, [&](std::string_view own) { return base::equal_ignoring_case(name, own); });
}

Headers headers_of(std::string_view head) {
  Headers headers;
  for (const std::string_view line : base::split(head.substr(head.find('\n') + 1), '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || own_header(line.substr(0, colon))) continue;
    std::string_view value = line.substr(colon + 1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    headers.emplace_back(line.substr(0, colon), base::trim(value));
  }
  return headers;
}

// The body nearest to the mean size among those that nginx can hold.
std::string typical(const std::vector<std::pair<std::string, std::string>>& bodies) {
  double mean = 0;
  for (const auto& [reference, body] : bodies) mean += static_cast<double>(body.size());
  mean /= static_cast<double>(bodies.size());
  const std::string* best = nullptr;
  const auto distance = [mean](const std::string& body) { return std::fabs(static_cast<double>(body.size()) - mean); };
  for (const auto& [reference, body] : bodies) {
    if (!NginxServer::can_hold(body)) continue;
    if (best == nullptr || distance(body) < distance(*best)) best = &body;
  }
  if (best == nullptr) give_up("expected an entity that nginx's configuration can hold");
  return *best;
}

Answers fetch_answers(const Catalog& catalog, std::uint16_t port) {
  Answers answers;
  HttpClient client(port);
  for (const std::string& reference : catalog.references) {
    HttpAnswer answer = client.get(by_name_path(reference));
    if (answer.status != 200) give_up("{}: expected status 200, found {}", reference, answer.status);
    const std::string_view etag = header_value(answer.head, "etag");
    if (etag.empty()) give_up("{}: expected an ETag", reference);
    answers.etags.emplace_back(etag);
    answers.bodies.emplace_back(reference, std::move(answer.body));
    if (answers.headers.empty()) {
      answers.headers = headers_of(answer.head);
      answers.content_type = header_value(answer.head, "content-type");
    }
  }
  answers.typical_body = typical(answers.bodies);
  return answers;
}

// Stand-ins of the usual size where our own server is not to be measured.
Answers invented_answers() {
  constexpr std::size_t body_size = 1200;
  Answers answers;
  answers.typical_body = "{\"padding\":\"" + std::string(body_size - 14, 'x') + "\"}";
  for (std::size_t i = 0; i < small_catalog; ++i) {
    answers.bodies.emplace_back(fmt::format("component:default/service-{}", i), answers.typical_body);
  }
  answers.content_type = "application/json; charset=utf-8";
  answers.headers = {{"ETag", "\"0123456789abcdef\""},
                     {"Age", "12"},
                     {"Cache-Control", "max-age=60, stale-while-revalidate=60, stale-if-error=86400"},
                     {"Cache-Status", "aureacore-local; hit; ttl=48"},
                     {"AureaCore-Version", "\"1.platform.1234.0123456789abcdef\""},
                     {"AureaCore-Consistency", "eventual"}};
  return answers;
}

std::shared_ptr<const Requests> lookups(const std::vector<std::string>& references) {
  auto requests = std::make_shared<Requests>();
  for (const std::string& reference : references) requests->add(http_get(by_name_path(reference)));
  return requests;
}

std::shared_ptr<const Requests> checked_lookups(const Answers& answers, bool conditional) {
  auto requests = std::make_shared<Requests>();
  for (std::size_t i = 0; i < answers.bodies.size(); ++i) {
    const auto& [reference, body] = answers.bodies[i];
    const std::string headers = conditional ? fmt::format("If-None-Match: {}\r\n", answers.etags[i]) : "";
    requests->add(http_get(by_name_path(reference), headers),
                  conditional ? 0 : static_cast<std::uint32_t>(body.size()));
  }
  return requests;
}

std::shared_ptr<const Requests> nginx_lookups(const Answers& answers) {
  auto requests = std::make_shared<Requests>();
  const auto length = static_cast<std::uint32_t>(answers.typical_body.size());
  for (const auto& [reference, body] : answers.bodies) requests->add(http_get(by_name_path(reference)), length);
  return requests;
}

std::shared_ptr<const Requests> redis_gets(const Answers& answers) {
  auto requests = std::make_shared<Requests>();
  for (const auto& [reference, body] : answers.bodies) {
    requests->add(redis_command({"GET", reference}), static_cast<std::uint32_t>(body.size() + 2));
  }
  return requests;
}

LoadOptions load_on(const Server& server, int pipeline, int status = 200) {
  return {.port = server.port(), .pipeline = pipeline, .expected_status = status, .server = server.pid()};
}

// nginx and Redis, one request at a time and pipelined.
struct Peers {
  Peers(const Settings& settings, const Answers& answers)
      : nginx(settings, answers.typical_body, answers.headers, answers.content_type), redis(settings) {
    redis.set(answers.bodies);
    const auto nginx_requests = nginx_lookups(answers);
    const auto redis_requests = redis_gets(answers);
    nginx_single = {"nginx `return 200`", load_on(nginx, 1), nginx_requests};
    redis_single = {"redis-server GET", load_on(redis, 1), redis_requests};
    nginx_pipelined = {"nginx `return 200`, 16 pipelined", load_on(nginx, pipeline_depth), nginx_requests};
    redis_pipelined = {"redis-server GET, 16 pipelined", load_on(redis, pipeline_depth), redis_requests};
    redis_single.load.protocol = redis_pipelined.load.protocol = Protocol::redis;
  }

  NginxServer nginx;
  RedisServer redis;
  Case nginx_single, redis_single, nginx_pipelined, redis_pipelined;
};

struct OurServer {
  OurServer(const Settings& settings, std::size_t entities)
      : catalog(make_catalog(settings, entities)),
        server(settings, {.source = catalog.repository,
                          .interval = {},
                          .branch = {},
                          .state = settings.scratch / fmt::format("lookup-state-{}", entities),
                          .cpus = settings.server_cpus}) {
    progress(fmt::format("{} entities ready in {:.2f} s", entities, server.wait_ready()));
  }
  Catalog catalog;
  AureacoreServer server;
};

std::string label(std::size_t entities) {
  return fmt::format("aureacore, {} entities", digits(static_cast<double>(entities)));
}

void add_lookup_targets(Report& report, const Case& single, const Case& not_modified, const Case& pipelined,
                        const Peers& peers) {
  report.add_target("look-up: CPU time ÷ nginx's", ratio(single, peers.nginx_single, cpu), "×", at_most(1.0));
  report.add_target("look-up: CPU time ÷ Redis's", ratio(single, peers.redis_single, cpu), "×", at_most(0.75));
  report.add_target("16 pipelined: rate ÷ nginx's", ratio(pipelined, peers.nginx_pipelined, rate), "×", at_least(4.5));
  report.add_target("304: CPU time ÷ the full answer's", ratio(not_modified, single, cpu), "×", at_most(1.0));
}

void add_loads(Report& report, const std::vector<Case*>& cases) {
  for (const Case* each : cases) report.add_load(std::string(part_name), each->name, each->results);
}

}  // namespace

void measure_peers(const Settings& settings, Report& report) {
  Peers peers(settings, invented_answers());
  const std::vector<Case*> cases = {&peers.nginx_single, &peers.redis_single, &peers.nginx_pipelined,
                                    &peers.redis_pipelined};
  run_rounds(settings, cases);
  add_loads(report, cases);
}

void measure_lookup(const Settings& settings, Report& report) {
  OurServer ours(settings, small_catalog);
  const Answers answers = fetch_answers(ours.catalog, ours.server.port());
  Peers peers(settings, answers);
  const auto requests = checked_lookups(answers, false);
  Case single{label(small_catalog), load_on(ours.server, 1), requests};
  Case pipelined{label(small_catalog) + ", 16 pipelined", load_on(ours.server, pipeline_depth), requests};
  Case not_modified{label(small_catalog) + ", 304", load_on(ours.server, 1, 304), checked_lookups(answers, true)};
  std::vector<Case*> cases = {&single,    &peers.nginx_single,    &peers.redis_single,   &not_modified,
                              &pipelined, &peers.nginx_pipelined, &peers.redis_pipelined};

  OurServer large(settings, large_catalog);
  Case large_single{label(large_catalog), load_on(large.server, 1), lookups(large.catalog.references)};
  cases.push_back(&large_single);
  std::deque<OurServer> huge;
  Case huge_single;
  if (settings.million) {
    huge.emplace_back(settings, huge_catalog);
    huge_single = {label(huge_catalog), load_on(huge.front().server, 1), lookups(huge.front().catalog.references)};
    cases.push_back(&huge_single);
  }
  run_rounds(settings, cases);
  add_loads(report, cases);
  add_lookup_targets(report, single, not_modified, pipelined, peers);
  report.add_target("look-up: rate at 100,000 ÷ at 10,000", ratio(large_single, single, rate), "×", at_least(0.85));
  if (settings.million) {
    report.add_target("look-up: rate at 1,000,000 ÷ at 10,000", ratio(huge_single, single, rate), "×", at_least(0.70));
  }
}

}  // namespace aureacore::bench
