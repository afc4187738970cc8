#include "sync/schedule.h"

#include <algorithm>
#include <tuple>

namespace aureacore::sync {
namespace {

bool keeps_for_long(const Schedule::Entry& entry) {
  return entry.kind == JobKind::fetch || (entry.kind == JobKind::check && entry.suspect);
}

}  // namespace

bool Schedule::may_begin(const Entry& entry) const {
  if (fetchers_ == 1 || !keeps_for_long(entry)) return true;
  const auto count = [this](const auto& counts) {
    return std::ranges::count_if(running_, [&](const Running& running) { return counts(running.entry); });
  };
  if (count(keeps_for_long) >= static_cast<std::ptrdiff_t>(fetchers_) - 1) return false;
  const auto suspects = count([](const Entry& running) { return running.suspect && keeps_for_long(running); });
  return !entry.suspect || suspects < static_cast<std::ptrdiff_t>(fetchers_ / 2);
}

bool Schedule::precedes(const Entry& a, const Entry& b, bool fair) const {
  if ((a.kind == JobKind::local) != (b.kind == JobKind::local)) return a.kind == JobKind::local;
  if (fair) return a.number < b.number;
  return std::tuple(b.criticality, a.due, a.number) < std::tuple(a.criticality, b.due, b.number);
}

std::optional<std::uint64_t> Schedule::begin(base::SteadyTime now) {
  if (running_.size() >= fetchers_) return std::nullopt;
  const bool fair = (turn_ + 1) % fair_turn == 0;
  auto next = waiting_.end();
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (may_begin(*at) && (next == waiting_.end() || precedes(*at, *next, fair))) next = at;
  }
  if (next == waiting_.end()) return std::nullopt;
  ++turn_;
  running_.push_back({*next, now});
  waiting_.erase(next);
  return running_.back().entry.number;
}

void Schedule::ended(std::uint64_t number) {
  std::erase_if(running_, [number](const Running& running) { return running.entry.number == number; });
}

std::vector<std::uint64_t> Schedule::cut(base::SteadyTime now) {
  std::vector<std::uint64_t> numbers;
  if (running_.size() < fetchers_) return numbers;
  if (std::ranges::none_of(waiting_, [this](const Entry& entry) { return may_begin(entry); })) return numbers;
  for (Running& running : running_) {
    const Entry& entry = running.entry;
    if (entry.kind != JobKind::check || entry.suspect || running.cut || now - running.since < patience_) continue;
    running.cut = true;
    numbers.push_back(entry.number);
  }
  return numbers;
}

}  // namespace aureacore::sync
