#include "remotes.h"

#include <algorithm>

namespace aureacore::simulation {
namespace {

// Some commits stay for the end, which takes nothing away.
constexpr std::size_t reserve = 4;
constexpr std::size_t longest_step = 4;

}  // namespace

Remotes::Remotes(World& world, Repositories& repositories) : world_(world), repositories_(repositories) {
  for (std::size_t i = 0; i < Repositories::sources().size(); ++i) {
    tips_.push_back(world_.below(Repositories::commits / 3));
    left_.emplace_back(Repositories::commits, Time::min());
  }
}

Duration Remotes::outdated(std::size_t source, std::size_t number) const {
  if (number >= tips_[source]) return Duration(0);
  const Time left = left_[source][number];
  // It never was the tip in this run: others went past it in one push, or before the run.
  return world_.now() - std::max(left, Time(0));
}

void Remotes::move(std::size_t source, std::size_t number) {
  for (std::size_t i = tips_[source]; i < number; ++i) left_[source][i] = world_.now();
  tips_[source] = number;
  world_.note(fmt::format("{} is at {} {}", Repositories::sources()[source], number,
                          repositories_.commit(source, number).substr(0, 8)));
}

bool Remotes::push(std::size_t source) {
  std::vector<std::size_t> next;
  for (std::size_t i = tips_[source] + 1; i + reserve < Repositories::commits; ++i) {
    if (repositories_.descends(source, i, tips_[source])) next.push_back(i);
  }
  if (next.empty()) return rewrite(source);
  const std::size_t number = next[world_.below(std::min(next.size(), longest_step))];
  world_.count(Repositories::purges(number) ? "push: that takes away most" : "push");
  move(source, number);
  return true;
}

bool Remotes::rewrite(std::size_t source) {
  for (std::size_t i = tips_[source] + 1; i + reserve < Repositories::commits; ++i) {
    if (repositories_.descends(source, i, tips_[source])) continue;
    world_.count("push: rewritten");
    move(source, i);
    return true;
  }
  return false;
}

void Remotes::settle(std::size_t source) {
  for (std::size_t i = tips_[source] + 1; i < Repositories::commits; ++i) {
    if (Repositories::purges(i)) continue;
    if (world_.chance(0.5)) break;
    if (repositories_.descends(source, i, tips_[source])) return move(source, i);
  }
  if (Repositories::purges(tips_[source])) move(source, tips_[source] + 1);
}

}  // namespace aureacore::simulation
