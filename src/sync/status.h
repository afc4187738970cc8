// What operators and clients may see of the write road, and the little that they may ask of it.
//
// Implemented by Syncer; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "catalog/freshness.h"

namespace aureacore::sync {

// An update that would take away too much, and waits for somebody to decide.
struct Held {
  std::string commit;
  std::size_t gone = 0;  // entities that it would take away …
  std::size_t of = 0;    // … of so many
};

struct SourceStatus {
  std::string id;
  std::string url;  // without credentials
  std::string branch;
  bool loaded = false;  // some commit of it is in the snapshot (or ready for the first one)
  std::string commit;   // the one loaded; empty before
  std::uint64_t position = 0;
  std::size_t files = 0;
  std::size_t entities = 0;
  catalog::Degraded degraded = catalog::Degraded::no;
  std::string last_error;                      // of the last failed check; empty after a success
  std::optional<base::SteadyTime> last_check;  // start of the last successful check
  std::optional<base::SteadyTime> next_check;  // when the next is due; nothing while one is in flight
  std::uint64_t checks = 0;                    // since the start
  std::uint64_t failures = 0;
  std::uint32_t consecutive_failures = 0;
  std::string breaker;      // "closed", "open", "half-open"
  std::string criticality;  // "critical", "high", "normal", "low"
  bool partial_clone = false;
  std::uint64_t mirror_bytes = 0;
  base::Duration interval{};  // between checks, by its criticality
  std::optional<Held> held;
};

// What became of a request to release a held update.
enum class Release : std::uint8_t {
  released,  // it is taken with the next check, which begins at once
  unknown,   // no such source
  nothing,   // nothing of it is held
  other,     // another commit is
};

class Status {
 public:
  virtual ~Status() = default;
  [[nodiscard]] virtual std::vector<SourceStatus> sources() const = 0;
  // Asks for a check of the source now (the next free fetcher takes it; asked twice, done once). False: no such source.
  virtual bool refresh(std::string_view source) = 0;
  // Lets the source's held update pass, if it is the one of this commit: whatever came later is looked at anew.
  virtual Release release(std::string_view source, std::string_view commit) = 0;
};

}  // namespace aureacore::sync
