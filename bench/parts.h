// The parts of the benchmark. Each starts what it needs, measures, adds to the report, and leaves nothing running.
#pragma once

#include "bench/report.h"
#include "bench/settings.h"

namespace aureacore::bench {

void measure_peers(const Settings& settings, Report& report);
void measure_lookup(const Settings& settings, Report& report);
void measure_bulk(const Settings& settings, Report& report);
void measure_commit(const Settings& settings, Report& report);
void measure_strong(const Settings& settings, Report& report);
void measure_cold_start(const Settings& settings, Report& report);
void measure_shared(const Settings& settings, Report& report);
void measure_webhook(const Settings& settings, Report& report);
void measure_memory(const Settings& settings, Report& report);
void measure_watch(const Settings& settings, Report& report);

}  // namespace aureacore::bench
