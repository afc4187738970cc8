#include "world.h"

#include <algorithm>

namespace aureacore::simulation {

void World::at(Time time, std::function<void()> event) { events_.emplace(std::max(time, now_), std::move(event)); }

Time World::next_event() const { return events_.empty() ? Time::max() : events_.begin()->first; }

void World::advance(Time time) { now_ = std::max(now_, time); }

void World::happen() {
  if (next_event() > now_) return;
  const auto event = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  event();
}

// SplitMix64.
std::uint64_t World::number() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

double World::share() {
  constexpr double one = 1ULL << 53U;
  return static_cast<double>(number() >> 11U) / one;
}

void World::note(std::string line) {
  line = fmt::format("{:10.4f} {}\n", std::chrono::duration<double>(now_).count(), line);
  hasher_.update(line);
  lines_.push_back(std::move(line));
  if (lines_.size() > kept_lines) lines_.pop_front();
}

void World::violate(std::string what) {
  note("VIOLATION " + what);
  if (violation_.empty()) violation_ = std::move(what);
}

std::string World::history() const {
  const auto hex = hasher_.digest().hex();
  return {hex.begin(), hex.end()};
}

std::string World::last_lines() const {
  std::string all;
  for (const auto& line : lines_) all += line;
  return all;
}

}  // namespace aureacore::simulation
