// Cases of load, run in turns: each turn runs every case once, so that what drifts in the machine drifts in all alike.
// Ratios are taken within a turn, and the median of them is what counts.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/load_run.h"
#include "bench/report.h"
#include "bench/settings.h"

namespace aureacore::bench {

struct Case {
  Case() = default;
  Case(std::string its_name, const LoadOptions& options, std::shared_ptr<const Requests> what)
      : name(std::move(its_name)), load(options), requests(std::move(what)) {}

  std::string name;
  LoadOptions load;
  std::shared_ptr<const Requests> requests;
  std::vector<LoadResult> results;
};

// Runs load on the load's cores, on a thread of its own.
std::future<LoadResult> start_load(const Settings& settings, const LoadOptions& options, const Requests& requests);

// Throws Failure where an answer was wrong.
void expect_no_errors(const std::string& name, const LoadResult& result);

void run_rounds(const Settings& settings, const std::vector<Case*>& cases);

using Take = std::function<double(const LoadResult&)>;
double rate(const LoadResult& result);
double cpu(const LoadResult& result);
double p99(const LoadResult& result);

// The median over the turns of one case's figure divided by another's.
double ratio(const Case& above, const Case& below, const Take& take);
double median_of(const Case& of, const Take& take);

// A line about what is going on, for whoever waits.
void progress(const std::string& text);

}  // namespace aureacore::bench
