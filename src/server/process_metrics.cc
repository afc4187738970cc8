#include "server/process_metrics.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace aureacore::server {
namespace {

using metrics::Sample;
using Samples = std::vector<Sample>;

std::string read_file(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

ProcessStat read_stat() {
  const auto stat = parse_process_stat(read_file("/proc/self/stat"), static_cast<double>(::sysconf(_SC_CLK_TCK)),
                                       static_cast<double>(::sysconf(_SC_PAGESIZE)));
  return stat.value_or(ProcessStat{});
}

// When the machine started, in seconds since 1970.
double boot_seconds() {
  constexpr std::string_view name = "\nbtime ";
  const std::string text = read_file("/proc/stat");
  const auto at = text.find(name);
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + name.size(), nullptr);
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text, double ticks_per_second, double page_bytes) {
  // The second field is the program's name, which may hold anything; the third follows its last bracket.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream rest{std::string(text.substr(name_end + 2))};
  constexpr int first = 3;
  constexpr int last = 24;
  ProcessStat stat;
  std::string field;
  for (int number = first; number <= last; ++number) {
    if (!(rest >> field)) return std::nullopt;
    const double value = std::strtod(field.c_str(), nullptr);
    if (number == 14 || number == 15) stat.cpu_seconds += value / ticks_per_second;
    if (number == 20) stat.threads = value;
    if (number == 22) stat.start_seconds = value / ticks_per_second;
    if (number == 24) stat.resident_bytes = value * page_bytes;
  }
  return stat;
}

void register_process_metrics(metrics::Registry& registry) {
  const double started = boot_seconds() + read_stat().start_seconds;
  registry.counter("process_cpu_seconds_total", "Processor time, user and system.",
                   [] { return Samples{{{}, read_stat().cpu_seconds}}; });
  registry.gauge("process_resident_memory_bytes", "Memory that is in use.",
                 [] { return Samples{{{}, read_stat().resident_bytes}}; });
  registry.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
                 [started] { return Samples{{{}, started}}; });
  registry.gauge("process_threads", "Threads of the process.", [] { return Samples{{{}, read_stat().threads}}; });
}

}  // namespace aureacore::server
