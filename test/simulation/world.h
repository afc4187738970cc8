// World: time, chance and the history of one simulated run.
//
// All that happens is an event at a time; events of one time happen in the order in which they were planned. Chance comes
// from the seed alone, so that one seed gives one history: history() names it.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"
#include "fiber.h"

namespace aureacore::simulation {

using Duration = base::Duration;
// Since the beginning of the run.
using Time = base::Duration;
using namespace std::chrono_literals;

// How often each thing happened, over all runs.
using Counts = std::map<std::string, std::uint64_t, std::less<>>;

class World {
 public:
  World(std::uint64_t seed, Counts& counts, Stacks& stacks) : counts_(counts), stacks_(stacks), state_(seed) {}

  [[nodiscard]] Time now() const { return now_; }
  void at(Time time, std::function<void()> event);
  void in(Duration delay, std::function<void()> event) { at(now_ + delay, std::move(event)); }
  [[nodiscard]] Time next_event() const;
  // Moves on to that time, and has what is planned for then happen, where something is.
  void advance(Time time);
  void happen();

  // Evenly spread: over all numbers, below a number, over [0, 1), between two durations.
  std::uint64_t number();
  std::uint64_t below(std::uint64_t limit) { return number() % limit; }
  double share();
  Duration between(Duration least, Duration most) { return least + Duration(below((most - least).count() + 1)); }
  bool chance(double probability) { return share() < probability; }

  // A line of the history.
  void note(std::string line);
  void count(std::string_view what) { ++counts_[std::string(what)]; }
  // Something that must never be; the first one is kept.
  void violate(std::string what);

  [[nodiscard]] const std::string& violation() const { return violation_; }
  [[nodiscard]] std::string history() const;
  [[nodiscard]] std::string last_lines() const;
  [[nodiscard]] Stacks& stacks() { return stacks_; }

 private:
  static constexpr std::size_t kept_lines = 120;

  Counts& counts_;
  Stacks& stacks_;
  std::uint64_t state_;
  Time now_{};
  std::multimap<Time, std::function<void()>> events_;
  base::Hasher128 hasher_;
  std::deque<std::string> lines_;
  std::string violation_;
};

}  // namespace aureacore::simulation
