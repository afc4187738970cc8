// Every bound of the HTTP server, by name.
#pragma once

#include <chrono>
#include <cstddef>

namespace aureacore::http {

struct Limits {
  std::size_t header_bytes = 16 << 10;  // request line and headers together (431)
  std::size_t target_bytes = 8 << 10;   // the request target alone (414)
  std::size_t headers = 64;             // (431)
  std::size_t body_bytes = 3 << 20;     // (413)
  std::size_t kept_bytes = 256 << 20;   // of requests that aren't whole, over all connections of a worker; then no body
                                        // that is larger than a head is waited for (503)
  std::size_t connections = 10'000;     // over all workers; one more is answered 503 and closed
  std::size_t pending_output =
      1 << 20;  // no further request of a connection is begun while more than this waits to be written
  std::chrono::milliseconds header_time{10'000};  // from the first byte of a request to the end of its headers
  std::chrono::milliseconds body_time{30'000};    // from there to the end of its body
  std::chrono::milliseconds idle_time{75'000};    // between requests
  std::chrono::milliseconds write_time{30'000};   // without progress while output waits
};

}  // namespace aureacore::http
