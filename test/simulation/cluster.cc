#include "cluster.h"

#include <algorithm>

namespace aureacore::simulation {
namespace {

constexpr Time shortest_trouble = 8s;
constexpr Time longest_trouble = 24s;
// Until all serve what the remotes have: the longest that a breaker stays open, an interval with jitter, and the fetch by
// whoever was waited for in vain.
constexpr Duration convergence = 8s + 11s + 6s + 10s;
// Until they have also told each other.
constexpr Duration agreement = 25s;
constexpr std::size_t client_count = 4;

}  // namespace

Cluster::Cluster(std::uint64_t seed, Counts& counts, Stacks& stacks, Repositories& repositories,
                 const std::filesystem::path& folder)
    : world_(seed, counts, stacks), remotes_(world_, repositories), store_(world_), clients_(client_count) {
  const std::size_t count = 2 + world_.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("i{}", i + 1);
    instances_.push_back(
        std::make_unique<Instance>(name, world_, remotes_, store_, folder / fmt::format("{}-{}", seed, name)));
    instances_.back()->answered = [this](const Wish& wish, const Seen& seen) { note_answer(wish, seen); };
    world_.at(world_.between(0s, 2s), [instance = instances_.back().get()] { instance->start(); });
  }
  store_.set_deaf(world_.chance(0.2));
  world_.at(500ms, [this] { push_sometimes(); });
  world_.at(500ms, [this] { read_sometimes(); });
  world_.at(2s, [this] { break_sometimes(); });
}

Outcome Cluster::run() {
  run_until(world_.between(shortest_trouble, longest_trouble));
  heal();
  const auto wait_for = [this](Duration most, const auto& condition, std::string_view failure) {
    for (const Time end = world_.now() + most; !condition() && world_.violation().empty();) {
      if (world_.now() >= end) {
        for (const auto& instance : instances_) world_.note(instance->describe());
        return world_.violate(std::string(failure));
      }
      run_until(world_.now() + 500ms);
    }
  };
  wait_for(convergence, [this] { return caught_up(); }, "not all have caught up with the remotes");
  wait_for(agreement, [this] { return agree(); }, "not all are in step with the store");
  return {world_.violation(), world_.history(), world_.last_lines()};
}

void Cluster::run_until(Time end) {
  while (world_.violation().empty()) {
    Time next = std::min(world_.next_event(), end);
    for (const auto& instance : instances_) next = std::min(next, instance->next());
    world_.advance(next);
    if (world_.now() >= end) return;
    world_.happen();
    for (const auto& instance : instances_) {
      if (instance->next() <= world_.now()) instance->act();
    }
  }
}

bool Cluster::caught_up() const {
  return std::ranges::all_of(instances_, [this](const auto& instance) {
    const auto served = instance->served();
    return served && (served->numbers == remotes_.tips() || instance->holds());
  });
}

bool Cluster::agree() const {
  const auto& head = store_.head();
  return std::ranges::all_of(instances_, [&](const auto& instance) {
    const auto shared = instance->shared();
    return instance->holds() ||
           (shared.state == sync::SharedStatus::State::in_step && head && head->manifest.hex() == shared.digest);
  });
}

void Cluster::push_sometimes() {
  if (peace_) return;
  const std::size_t source = world_.below(remotes_.count());
  if (world_.chance(0.25)) {
    remotes_.rewrite(source);
  } else {
    remotes_.push(source);
  }
  world_.in(world_.between(300ms, 7s), [this] { push_sometimes(); });
}

void Cluster::read_sometimes() {
  read(world_.below(clients_.size()));
  world_.in(world_.between(50ms, 700ms), [this] { read_sometimes(); });
}

void Cluster::read(std::size_t client) {
  using query::Level;
  constexpr Level levels[] = {Level::eventual, Level::bounded, Level::session, Level::strong};
  Wish wish;
  wish.client = client;
  wish.ask.level = levels[world_.below(std::size(levels))];
  wish.floor.assign(remotes_.count(), 0);
  if (wish.ask.level == Level::bounded) wish.ask.max_age = world_.below(12);
  if (wish.ask.level == Level::strong) wish.floor = remotes_.tips();
  if (wish.ask.level == Level::session) {
    const Client& known = clients_[client];
    if (!known.has_seen) return;
    wish.ask.version = known.seen.token;
    wish.floor = known.seen.numbers;
  }
  any().ask(std::move(wish));
}

void Cluster::note_answer(const Wish& wish, const Seen& seen) {
  for (std::size_t i = 0; i < seen.numbers.size(); ++i) {
    if (seen.numbers[i] < wish.floor[i]) {
      world_.violate(fmt::format("a {} answer has {} of {}, expected {} or newer", query::name(wish.ask.level),
                                 seen.numbers[i], Repositories::sources()[i], wish.floor[i]));
    }
  }
  clients_[wish.client] = {seen, true};
}

void Cluster::break_sometimes() {
  if (peace_) return;
  break_something();
  world_.in(world_.between(100ms, 3s), [this] { break_sometimes(); });
}

void Cluster::break_something() {
  if (world_.chance(0.3)) return break_store();
  break_instance(any());
}

void Cluster::break_store() {
  switch (world_.below(5)) {
    case 0:
      return store_.flush();
    case 1:
      return store_.fail_over();
    case 2:
      return store_.evict();
    case 3:
      return store_.restore_dump();
    default:
      return store_.take_dump();
  }
}

void Cluster::break_instance(Instance& instance) {
  const Duration time = world_.between(100ms, 7s);
  const auto later = [&](std::function<void()> event) { world_.in(time, std::move(event)); };
  switch (world_.below(8)) {
    case 0:
    case 1:
      world_.count("fault: no way to Git");
      world_.note(instance.name() + " is cut off from Git");
      instance.set_git_reachable(false);
      return later([&] { instance.set_git_reachable(true); });
    case 2:
    case 3:
      world_.count("fault: no way to the store");
      world_.note(instance.name() + " is cut off from the store");
      instance.set_store_reachable(false);
      return later([&] { instance.set_store_reachable(true); });
    case 4:
      world_.count("fault: pause");
      world_.note(instance.name() + " pauses");
      return instance.pause(time);
    case 5:
      if (world_.chance(0.3)) {
        world_.count("fault: clock set back");
        return instance.set_clock_back(world_.between(1s, 1h));
      }
      world_.count("fault: clock set forward");
      return instance.set_clock_forward(world_.between(1s, 1h));
    case 6:
      if (world_.chance(0.3)) {
        world_.count("fault: disk lost");
        world_.note(instance.name() + " loses its disk");
        return instance.lose_disk();
      }
      [[fallthrough]];
    default:
      if (!instance.running()) return;
      world_.count("fault: killed");
      instance.crash();
      return later([&] {
        if (!instance.running()) instance.start();
      });
  }
}

void Cluster::heal() {
  world_.note("peace");
  peace_ = true;
  for (std::size_t i = 0; i < remotes_.count(); ++i) remotes_.settle(i);
  for (const auto& instance : instances_) {
    instance->set_git_reachable(true);
    instance->set_store_reachable(true);
    instance->pause(0s);
    if (!instance->running()) instance->start();
  }
}

}  // namespace aureacore::simulation
