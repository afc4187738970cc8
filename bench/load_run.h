// One run of load on a server of this machine: closed loop (each connection asks again as soon as it was answered) or
// open loop (a fixed rate, whatever the server does).
//
// Runs on the calling thread alone: one epoll, plain sockets, nothing allocated per request. In an open loop a latency
// counts from the moment the request was *due*, so a server that stalls is charged for all that waited meanwhile
// (no coordinated omission). Time in which the load itself didn't run (another program, or the host below a virtual machine, had its
// core) is no server's fault: nothing is due in it, and the latency of who waited through it is not counted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "bench/requests.h"

namespace aureacore::bench {

enum class Protocol : std::uint8_t { http, redis };

struct LoadOptions {
  std::uint16_t port = 0;
  Protocol protocol = Protocol::http;
  int connections = 32;
  int pipeline = 1;            // requests sent at once on a connection; at most max_pipeline
  double warm_up = 0.2;        // seconds that don't count
  double seconds = 2;          // how long to measure ...
  std::uint64_t requests = 0;  // ... or how many answers, where not 0
  double rate = 0;             // requests a second in all; 0 is a closed loop
  int expected_status = 200;
  std::uint64_t seed = 1;
  pid_t server = 0;  // whose CPU time to take; 0 for nobody's
  // Sleep until an answer comes, instead of asking the kernel again and again. That makes the load cheaper and every
  // server dearer: it then pays for waking the load up, a constant that hides what is to be compared.
  bool sleep = false;
};

inline constexpr int max_pipeline = 64;

struct LoadResult {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  // answers with a wrong status or length
  std::string first_error;
  std::uint64_t bytes = 0;
  double seconds = 0;
  double p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;  // microseconds
  double server_cpu = 0;                                // seconds
  double load_cpu = 0;                                  // seconds
  double stalled = 0;                                   // seconds in which an open loop's load didn't run

  [[nodiscard]] double rate() const { return static_cast<double>(requests) / seconds; }
  [[nodiscard]] double cpu_per_request() const { return server_cpu * 1e6 / static_cast<double>(requests); }
  [[nodiscard]] double load_cpu_per_request() const { return load_cpu * 1e6 / static_cast<double>(requests); }
};

// Throws Failure where the run can't go on: no connection, a broken answer, a server that closes or stalls.
LoadResult run_load(const LoadOptions& options, const Requests& requests);

}  // namespace aureacore::bench
