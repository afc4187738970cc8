// Every bound of the Redis client, by name. Deadlines are the caller's, per call.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace aureacore::redis {

struct Limits {
  // Of a reply.
  std::size_t bulk_bytes = 64 << 20;     // one string; a longer one is passed over and becomes an error
  std::size_t passed_bytes = 512 << 20;  // one string that is passed over: the longest that Redis takes
  std::size_t reply_bytes = 256 << 20;   // the whole, as it stands in memory
  std::size_t line_bytes = 64 << 10;     // a status, an error, a number, a header
  std::size_t depth = 8;                 // arrays in arrays

  // Of a pipeline: what one connection has sent and not had answered. At least one command is always under way.
  std::size_t unanswered_commands = 256;
  std::size_t unanswered_bytes = 4 << 20;

  std::size_t connections = 8;       // of one server's pool; more callers wait
  std::size_t servers = 1000;        // of one Cluster, or replicas of one primary
  std::uint32_t attempts = 6;        // of one command, over all redirections and failures
  std::size_t lookups = 4;           // of host names, at once
  std::size_t message_bytes = 1024;  // of an announcement

  std::chrono::milliseconds connect_time{1'000};    // name look-up, connect, TLS and greeting together
  std::chrono::milliseconds idle_time{60'000};      // a pooled connection that nobody used for so long is closed
  std::chrono::milliseconds topology_time{30'000};  // what is known of primaries, replicas and slots is looked up anew
  std::chrono::milliseconds ping_interval{2'000};   // of a subscription
  std::chrono::milliseconds ping_time{2'000};       // a subscription without an answer for so long is given up
};

}  // namespace aureacore::redis
