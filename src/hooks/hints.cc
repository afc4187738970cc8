#include "hooks/hints.h"

#include <algorithm>

namespace aureacore::hooks {

void Hints::want(std::string_view source, base::SteadyTime now) {
  const auto at = sources_.try_emplace(std::string(source), State{.wanted = true, .due = now}).first;
  at->second.wanted = true;
}

std::vector<std::string> Hints::take_due(base::SteadyTime now) {
  std::vector<std::string> due;
  for (auto& [source, state] : sources_) {
    if (!state.wanted || state.due > now) continue;
    due.push_back(source);
    state = {.wanted = false, .due = now + spacing};
  }
  std::erase_if(sources_, [now](const auto& entry) { return !entry.second.wanted && entry.second.due <= now; });
  return due;
}

base::SteadyTime Hints::next_due() const {
  auto next = base::SteadyTime::max();
  for (const auto& [source, state] : sources_) {
    if (state.wanted) next = std::min(next, state.due);
  }
  return next;
}

}  // namespace aureacore::hooks
