// judge: what is to be done about a webhook: refuse it, or check these sources. Pure; any thread.
//
// A source that has secrets is checked for whoever knows one of them. One that has none is checked for anybody, though not as
// often (see Verdict::proven). What is refused doesn't say whether we have the repository: a wrong signature for one that we have
// is answered like any for one that we don't.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "hooks/event.h"
#include "hooks/proof.h"

namespace aureacore::hooks {

// A source as senders know it.
struct Target {
  std::string id;
  std::string address;          // see canonical_address
  std::string branch;           // empty: the remote's HEAD
  std::vector<Secret> secrets;  // any of these; empty: those for all
};

struct Targets {
  std::vector<Secret> secrets;  // for all sources that have none of their own
  std::vector<Target> sources;

  // That a source goes by.
  [[nodiscard]] std::span<const Secret> secrets_of(const Target& target) const {
    return target.secrets.empty() ? secrets : target.secrets;
  }
};

struct Match {
  std::string source;
  std::string commit;  // that it will have; empty: it isn't said, or there is none
};

struct Verdict {
  enum class Outcome : std::uint8_t {
    accepted,
    ignored,    // nothing of it is about a source's branch
    unproven,   // no proof, or a wrong one, where one is needed
    old,        // the proof is right, but of another time
    malformed,  // not what its sender sends
  };
  Outcome outcome = Outcome::ignored;
  Event event;
  bool proven = false;     // somebody who knows a secret has sent it
  bool id_proven = false;  // the delivery's id, too
  std::vector<Match> matches;
  std::string problem;  // of what is malformed
};

// The branch that a source without one follows just now; empty: nobody knows yet.
using BranchOf = std::function<std::string(const std::string& source)>;

// Of a webhook that names no repository, so much is hashed at most to find out whose it is.
constexpr std::size_t max_hashed_bytes = 64 << 20;

Verdict judge(const Request& request, const Targets& targets, const BranchOf& branch_of, base::WallTime now);

}  // namespace aureacore::hooks
