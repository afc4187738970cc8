// aureacore_bench: starts the servers, loads them in turns and prints what it measured beside what is to be reached.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/failure.h"
#include "bench/parts.h"
#include "bench/process.h"
#include "bench/rounds.h"

namespace aureacore::bench {
namespace {
namespace fs = std::filesystem;

using Measure = void (*)(const Settings&, Report&);

struct Part {
  const char* name;
  Measure measure;
  bool by_default;
};

constexpr Part all_parts[] = {{"lookup", measure_lookup, true},        {"bulk", measure_bulk, true},
                              {"commit", measure_commit, true},        {"strong", measure_strong, true},
                              {"coldstart", measure_cold_start, true}, {"webhook", measure_webhook, true},
                              {"shared", measure_shared, true},        {"memory", measure_memory, true},
                              {"watch", measure_watch, true},          {"peers", measure_peers, false}};

constexpr int quick_rounds = 3;
constexpr double quick_seconds = 0.5;
constexpr std::string_view scratch_prefix = "run-";

struct Arguments {
  Settings settings;
  std::vector<std::string> parts;
  std::string json;
};

// The folder of one run; it goes away with the run, and with it those of runs that were killed.
class Scratch {
 public:
  explicit Scratch(const fs::path& data) : path_(data / fmt::format("{}{}", scratch_prefix, ::getpid())) {
    fs::create_directories(data);
    for (const auto& entry : fs::directory_iterator(data)) {
      const std::string name = entry.path().filename();
      if (name.starts_with(scratch_prefix) && !fs::exists("/proc/" + name.substr(scratch_prefix.size()))) {
        fs::remove_all(entry.path());
      }
    }
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void declare(CLI::App& app, Arguments& arguments) {
  Settings& settings = arguments.settings;
  std::vector<std::string> names;
  for (const Part& part : all_parts) names.emplace_back(part.name);
  app.add_option("parts", arguments.parts, "What to measure; everything but peers where none is named")
      ->check(CLI::IsMember(names));
  app.add_flag("--quick", settings.quick, "Fewer and shorter runs: a first impression");
  app.add_flag("--million", settings.million, "Look-ups at 1,000,000 entities too");
  app.add_option("--rounds", settings.rounds, "Rounds, of which the median counts");
  app.add_option("--seconds", settings.seconds, "Length of a case in a round");
  app.add_option("--seed", settings.seed, "Seed of the catalogs and of the choice of names");
  app.add_option("--server-cpus", settings.server_cpus, "Cores of the server")->delimiter(',');
  app.add_option("--load-cpus", settings.load_cpus, "Cores of the load")->delimiter(',');
  app.add_option("--json", arguments.json, "Write the figures to this file too");
}

void complete(CLI::App& app, Arguments& arguments) {
  Settings& settings = arguments.settings;
  if (settings.quick && app.count("--rounds") == 0) settings.rounds = quick_rounds;
  if (settings.quick && app.count("--seconds") == 0) settings.seconds = quick_seconds;
  if (settings.rounds < 1 || settings.seconds <= 0) give_up("expected at least one round of more than 0 seconds");
  settings.binaries = fs::canonical("/proc/self/exe").parent_path();
  settings.data = settings.binaries.parent_path() / "bench-data";
  if (cpu_count() < 2) progress("one core alone: server and load take turns on it, so compare CPU times only");
}

bool wanted(const Arguments& arguments, const Part& part) {
  if (arguments.parts.empty()) return part.by_default;
  return std::ranges::find(arguments.parts, part.name) != arguments.parts.end();
}

void measure(Arguments& arguments) {
  const Scratch scratch(arguments.settings.data);
  arguments.settings.scratch = scratch.path();
  Report report;
  for (const Part& part : all_parts) {
    if (wanted(arguments, part)) part.measure(arguments.settings, report);
  }
  fmt::print("{}", report.markdown());
  if (!arguments.json.empty()) write_file(arguments.json, report.json() + "\n");
}

}  // namespace
}  // namespace aureacore::bench

int main(int argc, char** argv) {
  CLI::App app("Measures aureacore beside nginx and Redis; see bench/README.md.");
  aureacore::bench::Arguments arguments;
  aureacore::bench::declare(app, arguments);
  CLI11_PARSE(app, argc, argv);
  try {
    aureacore::bench::complete(app, arguments);
    aureacore::bench::measure(arguments);
    return 0;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "bench: {}\n", failure.what());
    return 1;
  }
}
