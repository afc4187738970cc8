// Instance: one simulated process: the syncer, the shared copy and the slot that ship, driven by a World in place of their
// threads, with a simulated way to Git and to the store, and a disk that outlives it.
//
// It can be paused, cut off, killed at any step, and started again. Whatever could be read of it is checked whenever
// the code under simulation so much as reads its clock: that is where another thread might look.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/requirement.h"
#include "catalog/slot.h"
#include "remotes.h"
#include "store.h"
#include "sync/syncer.h"
#include "world.h"

namespace aureacore::simulation {

// A request that waits for checks, as at the barrier.
struct Wish {
  query::Ask ask;
  std::vector<std::size_t> floor;  // by source: what the answer must have, or something newer
  base::SteadyTime since{};
  base::SteadyTime arrived{};
  base::SteadyTime deadline{};
  std::size_t client = 0;
};

// What a client was answered: of each source the commit's number, and the token.
struct Seen {
  std::vector<std::size_t> numbers;
  std::string token;
};

class Instance {
 public:
  Instance(std::string name, World& world, Remotes& remotes, SharedStore& store, std::filesystem::path disk);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void start();
  // What it was about to do is not done.
  void crash();
  void lose_disk();
  void pause(Duration time);
  void set_clock_forward(Duration by) { wall_offset_ += by; }
  void set_clock_back(Duration by);
  void set_git_reachable(bool reachable) { git_reachable_ = reachable; }
  void set_store_reachable(bool reachable) { store_reachable_ = reachable; }

  [[nodiscard]] bool running() const { return syncer_ != nullptr; }
  [[nodiscard]] bool paused() const { return paused_until_ > world_.now(); }
  // When it has something to do by itself.
  [[nodiscard]] Time next() const;
  // Does it.
  void act();

  // A request comes in. Answered at once, or later, or never: `answered` is called with what it was.
  void ask(Wish wish);
  std::function<void(const Wish&, const Seen&)> answered;

  [[nodiscard]] std::optional<Seen> served() const;
  [[nodiscard]] sync::SharedStatus shared() const { return shared_->status(); }
  [[nodiscard]] bool holds() const;
  // How it stands, for whoever looks into a failure.
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  class Clock;
  class Way;
  class Remote;
  class Fetchers;

  void observe();
  void check_publication(const catalog::Snapshot& snapshot);
  void check_age(const catalog::Snapshot& snapshot);
  void settle_wishes(const catalog::SnapshotPtr& snapshot);
  Seen seen(const catalog::Snapshot& snapshot) const;
  void log(std::string_view line);

  // Inside of a fiber: returns so much later, or at once with false where the process has been killed.
  bool sleep(Duration time);
  template <class Effect>
  std::invoke_result_t<Effect> call_store(base::SteadyTime deadline, const Effect& effect);
  void spawn(std::function<void()> work);
  void wake(Fiber* fiber, std::uint64_t boot);
  [[nodiscard]] base::SteadyTime steady(Time time) const { return base::SteadyTime(steady_offset_ + time); }
  [[nodiscard]] Time time_of(base::SteadyTime time) const { return time.time_since_epoch() - steady_offset_; }
  sync::Connection connect(const std::filesystem::path& mirror, const git::RemoteOptions& options);

  const std::string name_;
  World& world_;
  Remotes& remotes_;
  SharedStore& store_;
  const std::filesystem::path disk_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<base::Log> log_;

  Duration steady_offset_{};  // each start has a steady clock of its own
  Duration wall_offset_{};
  Time paused_until_{};
  Time not_before_{};       // the scheduler's next turn
  Time copy_not_before_{};  // the shared copy's
  bool git_reachable_ = true;
  bool store_reachable_ = true;
  std::uint64_t boot_ = 0;
  bool dead_ = false;

  std::unique_ptr<catalog::SnapshotSlot> slot_;
  std::unique_ptr<sync::SharedCopy> shared_;
  std::unique_ptr<sync::Syncer> syncer_;
  std::list<std::unique_ptr<Fiber>> fibers_;
  Fiber* current_ = nullptr;
  Fiber* copy_ = nullptr;  // the shared copy's turn, under way

  // What was seen of it, for the checks.
  bool observing_ = false;
  std::uint64_t generation_ = 0;
  std::deque<catalog::SnapshotPtr> held_;  // the last ones, newest last
  std::vector<std::size_t> floor_;         // the newest served of each source
  std::vector<std::size_t> listing_;       // checks under way, by source
  bool clock_was_set_back_ = false;        // before or since the start: ages from before it say nothing
  std::vector<Time> first_check_;          // by source: when the first since the start began
  std::list<Wish> wishes_;
  std::vector<std::string> mirrored_;  // on disk, by source
};

}  // namespace aureacore::simulation
