// Verdict: what an answer, or the lack of one, means for a command: done, or where to try again. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "redis/cluster.h"
#include "redis/command.h"
#include "redis/reply.h"

namespace aureacore::redis {

// To whom a command was given, or is to be given.
enum class Side : std::uint8_t { primary, replica };

struct Attempt {
  Access access = Access::read;
  Side side = Side::primary;  // who answered
  bool sent = true;           // whether anything of it may have reached the server
  bool other_tried = false;   // whether it comes from the other side already
  Endpoint endpoint{};
};

struct Verdict {
  enum class Next : std::uint8_t {
    done,      // the answer stands
    other,     // ask the other side
    redirect,  // follow the redirection
    look,      // what is known of the servers is wrong: look again, then try again
    wait,      // it passes by itself: try again in a moment
  };
  Next next = Next::done;
  std::optional<Redirection> redirection;
};

Verdict judge(const Attempt& attempt, const base::Result<Reply>& outcome);

// Where a command is tried first.
constexpr Side first_side(Access access) { return access == Access::read ? Side::replica : Side::primary; }

}  // namespace aureacore::redis
