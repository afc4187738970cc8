// Level: how fresh an answer a client asks for, and where it may say so.
//
//   AureaCore-Consistency: bounded; max-age=5      or ?consistency=bounded;max-age=5
//   Cache-Control: max-age=5 (bounded), no-cache (strong), only-if-cached, stale-if-error=60
//
// Parsing alone; what a level needs is decided by who answers. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::query {

enum class Level : std::uint8_t { eventual, bounded, session, snapshot, strong };

// "eventual" and so on.
std::string_view name(Level level);

struct Ask {
  Level level = Level::eventual;
  std::uint64_t max_age = 0;    // bounded: seconds
  std::string version;          // session, snapshot: the token
  bool by_directive = false;    // said by Cache-Control alone
  bool stale_if_error = false;  // an older answer is welcome where the level can't be met
  bool only_if_cached = false;
};

// Each as sent, empty where it wasn't; several Cache-Control lines joined with commas. Error: invalid: an unknown
// level, a parameter that is missing or malformed, or places that ask for different things.
base::Result<Ask> parse_ask(std::string_view header, std::string_view parameter, std::string_view cache_control);

}  // namespace aureacore::query
