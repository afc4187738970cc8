#include "bench/rounds.h"

#include <algorithm>
#include <cstdio>

#include "bench/failure.h"
#include "bench/process.h"

namespace aureacore::bench {

namespace {

// A round is run in short turns: two cases are compared within seconds, and one bad second spoils one ratio of many.
constexpr int turns_per_round = 4;

}  // namespace

std::future<LoadResult> start_load(const Settings& settings, const LoadOptions& options, const Requests& requests) {
  return std::async(std::launch::async, [&settings, options, &requests] {
    pin_this_thread(settings.load_cpus);
    return run_load(options, requests);
  });
}

void expect_no_errors(const std::string& name, const LoadResult& result) {
  if (result.errors != 0) give_up("{}: {} wrong answers, the first: {}", name, result.errors, result.first_error);
  if (result.requests == 0) give_up("{}: expected answers, found none", name);
}

void run_rounds(const Settings& settings, const std::vector<Case*>& cases) {
  std::vector<Case*> order = cases;
  for (int turn = 0; turn < settings.rounds * turns_per_round; ++turn) {
    progress(fmt::format("turn {} of {}: {} cases", turn + 1, settings.rounds * turns_per_round, order.size()));
    for (Case* each : order) {
      LoadOptions options = each->load;
      options.seconds = settings.seconds / turns_per_round;
      options.seed = settings.seed + static_cast<std::uint64_t>(turn);
      const LoadResult result = start_load(settings, options, *each->requests).get();
      expect_no_errors(each->name, result);
      each->results.push_back(result);
    }
    std::ranges::reverse(order);
  }
}

double rate(const LoadResult& result) { return result.rate(); }
double cpu(const LoadResult& result) { return result.cpu_per_request(); }
double p99(const LoadResult& result) { return result.p99; }

double ratio(const Case& above, const Case& below, const Take& take) {
  std::vector<double> ratios;
  const std::size_t rounds = std::min(above.results.size(), below.results.size());
  ratios.reserve(rounds);
  for (std::size_t i = 0; i < rounds; ++i) ratios.push_back(take(above.results[i]) / take(below.results[i]));
  return median(std::move(ratios));
}

double median_of(const Case& of, const Take& take) {
  std::vector<double> values;
  values.reserve(of.results.size());
  for (const LoadResult& result : of.results) values.push_back(take(result));
  return median(std::move(values));
}

void progress(const std::string& text) { fmt::print(stderr, "bench: {}\n", text); }

}  // namespace aureacore::bench
