// aureacore_load: drives one server of this machine and prints what it measured as one JSON object.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/answer.h"
#include "bench/failure.h"
#include "bench/http_client.h"
#include "bench/load_run.h"
#include "bench/process.h"
#include "bench/requests.h"

namespace aureacore::bench {
namespace {

struct Arguments {
  LoadOptions load;
  bool redis = false;
  std::string paths_file;
  std::string bodies_file;
  std::string path = "/";
  std::string method = "GET";
  std::vector<std::string> headers;
  bool learn = false;
  bool etags = false;
  std::vector<int> cpus;
};

void declare(CLI::App& app, Arguments& arguments) {
  LoadOptions& load = arguments.load;
  app.add_option("--port", load.port, "Port of 127.0.0.1")->required();
  app.add_flag("--redis", arguments.redis, "Speak RESP: GET of the keys in --paths");
  app.add_option("--connections", load.connections, "Connections kept open")->capture_default_str();
  app.add_option("--pipeline", load.pipeline, "Requests sent at once on a connection")->capture_default_str();
  app.add_option("--duration", load.seconds, "Seconds to measure")->capture_default_str();
  app.add_option("--requests", load.requests, "Answers to measure, instead of a duration");
  app.add_option("--warm-up", load.warm_up, "Seconds before that, not counted")->capture_default_str();
  app.add_option("--rate", load.rate, "Requests a second, whatever the server does (open loop)");
  app.add_option("--seed", load.seed, "Seed of the random choice of paths")->capture_default_str();
  app.add_option("--status", load.expected_status, "The status that every answer must have")->capture_default_str();
  app.add_flag("--sleep", load.sleep, "Sleep until answers come (the server pays for waking us), instead of spinning");
  app.add_option("--pid", load.server, "Process of the server, to take its CPU time");
  app.add_option("--paths", arguments.paths_file, "File of paths (or keys), one a line, chosen from at random");
  app.add_option("--path", arguments.path, "The only path, without --paths")->capture_default_str();
  app.add_option("--method", arguments.method, "GET or POST")->check(CLI::IsMember({"GET", "POST"}));
  app.add_option("--bodies", arguments.bodies_file, "File of JSON bodies for POST, one a line, chosen from at random");
  app.add_option("--header", arguments.headers, "A header for every GET: 'Name: value'");
  app.add_flag("--learn", arguments.learn, "Get each path once before, and expect bodies of the same length again");
  app.add_flag("--etags", arguments.etags, "The same, then send the ETags as If-None-Match and expect 304");
  app.add_option("--cpu", arguments.cpus, "Cores to run on");
}

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream content(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(content, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) give_up("{}: expected at least one line", path);
  return lines;
}

Requests posts(const Arguments& arguments) {
  Requests requests;
  for (const std::string& body : lines_of(arguments.bodies_file)) requests.add(http_post(arguments.path, body));
  return requests;
}

void add_learned(Requests& requests, HttpClient& client, const std::string& path, const std::string& headers,
                 bool etag) {
  const HttpAnswer answer = client.exchange(http_get(path, headers));
  if (!etag) {
    requests.add(http_get(path, headers), static_cast<std::uint32_t>(answer.body.size()));
    return;
  }
  const std::string_view value = header_value(answer.head, "etag");
  if (value.empty()) give_up("{}: expected an ETag, found none (status {})", path, answer.status);
  requests.add(http_get(path, fmt::format("{}If-None-Match: {}\r\n", headers, value)), 0);
}

Requests gets(const Arguments& arguments) {
  Requests requests;
  std::string headers;
  for (const std::string& header : arguments.headers) headers += header + "\r\n";
  const auto paths = arguments.paths_file.empty() ? std::vector{arguments.path} : lines_of(arguments.paths_file);
  if (arguments.redis) {
    for (const std::string& key : paths) requests.add(redis_command({"GET", key}));
  } else if (arguments.learn || arguments.etags) {
    HttpClient client(arguments.load.port);
    for (const std::string& path : paths) add_learned(requests, client, path, headers, arguments.etags);
  } else {
    for (const std::string& path : paths) requests.add(http_get(path, headers));
  }
  return requests;
}

std::string to_json(const LoadResult& result, bool with_server) {
  std::string out;
  base::JsonWriter json(out);
  const auto number = [&json](std::string_view name, double value) { json.key(name), json.number(value); };
  json.begin_object();
  json.member("requests", static_cast<std::int64_t>(result.requests));
  number("seconds", result.seconds);
  number("rate", result.rate());
  number("p50_us", result.p50);
  number("p90_us", result.p90);
  number("p99_us", result.p99);
  number("p999_us", result.p999);
  number("max_us", result.max);
  number("stalled", result.stalled);
  json.member("errors", static_cast<std::int64_t>(result.errors));
  if (result.errors != 0) json.member("first_error", result.first_error);
  json.member("bytes", static_cast<std::int64_t>(result.bytes));
  number("load_cpu_us_per_request", result.load_cpu_per_request());
  if (with_server) {
    number("cpu_us_per_request", result.cpu_per_request());
    number("server_busy", result.server_cpu / result.seconds);
  }
  json.end_object();
  return out;
}

int load(Arguments& arguments) {
  if (!arguments.cpus.empty()) pin_this_thread(arguments.cpus);
  if (arguments.redis) arguments.load.protocol = Protocol::redis;
  if (arguments.etags) arguments.load.expected_status = 304;
  if (arguments.method == "POST" && arguments.bodies_file.empty()) give_up("--method POST needs --bodies");
  const Requests requests = arguments.method == "POST" ? posts(arguments) : gets(arguments);
  const LoadResult result = run_load(arguments.load, requests);
  fmt::print("{}\n", to_json(result, arguments.load.server != 0));
  return result.errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace aureacore::bench

int main(int argc, char** argv) {
  CLI::App app("Drives a server on 127.0.0.1 and prints rate, latencies and CPU time as JSON.");
  aureacore::bench::Arguments arguments;
  aureacore::bench::declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  try {
    return aureacore::bench::load(arguments);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "aureacore_load: {}\n", failure.what());
    return 1;
  }
}
