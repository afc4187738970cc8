// Seen: a bounded memory of what came by lately. One owner, one thread; time is an argument.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/clock.h"

namespace aureacore::hooks {

class Seen {
 public:
  static constexpr std::size_t max_entries = 10'000;
  static constexpr base::Duration window = std::chrono::hours(1);

  // Whether this came by within the window. From now on it has. With more than it can keep in mind, the oldest is forgotten.
  bool note(std::string_view what, base::SteadyTime now);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string what;
    base::SteadyTime at;
  };
  void forget_front();

  std::deque<Entry> entries_;  // oldest first
  std::unordered_set<std::string> index_;
};

}  // namespace aureacore::hooks
