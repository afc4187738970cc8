// Schedule: which waiting job gets a fetcher next, and which may not have one yet. Pure: time is given.
//
//   Order. What reads only the disk first; then by criticality; of one criticality what was due first. Of every few turns one
//   goes to whoever has waited longest, so a flood of critical ones never starves the others: behind n jobs a job waits at
//   most `fair_turn` × n turns.
//
//   Bulkhead. Fetchers are few, and some jobs keep one for long: fetches, and checks of sources that were slow or failed
//   the last time (suspects). Together they may have all fetchers but one, suspects no more than half of them. So a check
//   of a source in order finds a fetcher, however many remotes hang. A check of such a source that turns out to hang, while
//   others wait that may not begin for want of a fetcher, is cut, to be tried again as a suspect.
//
// With a single fetcher there is nothing to be divided: then only the cut is left.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "entity/definition.h"

namespace aureacore::sync {

enum class JobKind : std::uint8_t {
  local,  // the disk or the memory alone
  check,  // one question to the remote
  fetch,  // may take minutes
};

class Schedule {
 public:
  static constexpr unsigned fair_turn = 4;

  struct Entry {
    std::uint64_t number = 0;  // grows in the order of arrival
    JobKind kind = JobKind::check;
    entity::Criticality criticality = entity::Criticality::normal;
    base::SteadyTime due{};
    bool suspect = false;
  };

  // `patience`: how long a check may keep a fetcher that others wait for.
  Schedule(unsigned fetchers, base::Duration patience) : fetchers_(fetchers), patience_(patience) {}

  void add(const Entry& entry) { waiting_.push_back(entry); }
  // The number of the job that begins now; nothing: none may, or no fetcher is free.
  std::optional<std::uint64_t> begin(base::SteadyTime now);
  void ended(std::uint64_t number);
  // Those that are to be cut; each is named once.
  std::vector<std::uint64_t> cut(base::SteadyTime now);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t running() const { return running_.size(); }

 private:
  struct Running {
    Entry entry;
    base::SteadyTime since;
    bool cut = false;
  };

  [[nodiscard]] bool may_begin(const Entry& entry) const;
  [[nodiscard]] bool precedes(const Entry& a, const Entry& b, bool fair) const;

  const unsigned fetchers_;
  const base::Duration patience_;
  std::vector<Entry> waiting_;
  std::vector<Running> running_;
  unsigned turn_ = 0;
};

}  // namespace aureacore::sync
