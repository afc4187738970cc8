#include "hooks/seen.h"

namespace aureacore::hooks {

bool Seen::note(std::string_view what, base::SteadyTime now) {
  while (!entries_.empty() && now - entries_.front().at > window) forget_front();
  if (!index_.emplace(what).second) return true;
  if (entries_.size() == max_entries) forget_front();
  entries_.push_back({std::string(what), now});
  return false;
}

void Seen::forget_front() {
  index_.erase(entries_.front().what);
  entries_.pop_front();
}

}  // namespace aureacore::hooks
