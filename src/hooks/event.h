// Event: what a webhook says has happened, whoever sends it. A hint and never data: which commit a branch has is asked of Git.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hooks/sender.h"

namespace aureacore::hooks {

// What happened to one branch or tag.
struct Change {
  std::string ref;     // "refs/heads/main"; a bare "main" where the sender has it so; empty: it isn't said
  std::string before;  // the commit; empty: there was none, or it isn't said
  std::string after;   // empty: it is deleted, or it isn't said
};

struct Event {
  enum class Kind : std::uint8_t {
    push,
    ping,   // the sender tries whether we are there
    other,  // nothing that moves a branch
  };
  Sender sender = Sender::generic;
  Kind kind = Kind::other;
  std::string delivery;                   // its id; empty: it has none
  std::vector<std::string> repositories;  // addresses of the one repository, in no order
  std::vector<Change> changes;            // none: it isn't said which
  std::string object;                     // Flux: the name of the object that it is about
};

// Beyond these, what an event lists is passed over: then all is taken to have changed.
struct EventLimits {
  static constexpr std::size_t changes = 1'000;
  static constexpr std::size_t addresses = 16;
  static constexpr std::size_t depth = 64;         // of the JSON
  static constexpr std::size_t text_bytes = 2048;  // of an address, a ref, an id
};

// Error: invalid: the body isn't JSON (or a form with JSON as its "payload"), or no object. Members that are missing or of
// other types are as if nothing was said.
base::Result<Event> read_event(const Request& request, Sender sender);

}  // namespace aureacore::hooks
