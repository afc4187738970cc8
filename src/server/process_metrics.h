// What /metrics shows of the process as the kernel sees it, by the names that every exporter uses.
#pragma once

#include <optional>
#include <string_view>

#include "metrics/registry.h"

namespace aureacore::server {

struct ProcessStat {
  double cpu_seconds = 0;  // user and system
  double threads = 0;
  double start_seconds = 0;  // since the machine's start
  double resident_bytes = 0;
};

// The text of /proc/<pid>/stat; nothing where it is another one.
std::optional<ProcessStat> parse_process_stat(std::string_view text, double ticks_per_second, double page_bytes);

// process_cpu_seconds_total, process_resident_memory_bytes, process_start_time_seconds, process_threads. Call once.
void register_process_metrics(metrics::Registry& registry);

}  // namespace aureacore::server
