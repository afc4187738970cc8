#include "instance.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "api/labels.h"

namespace aureacore::simulation {
namespace {

using base::Code;

constexpr std::int64_t wall_epoch = 1'800'000'000;
constexpr unsigned fetchers = 2;
// As a batch or a preempted worker has them, the current one among them.
constexpr std::size_t held_snapshots = 3;

// What log lines say of the ways that were taken.
constexpr std::pair<std::string_view, std::string_view> tellers[] = {
    {"source taken from the shared copy", "offer: adopted"},
    {"shared catalog not taken", "offer: refused"},
    {"shared catalog not read", "offer: not to be read"},
    {"history rewritten", "rewrite: seen in Git"},
    {"update held back", "update: held"},
    {"shared version is what Git says", "validation: right"},
    {"shared version not compared", "validation: not possible"},
    {"mirror lost", "mirror: lost"},
    {"mirror not used", "mirror: not used"},
    {"parts restored", "store: parts restored"},
    {"source failed, its circuit breaker is open", "breaker: open"},
    {"source answers again", "git: answers again"},
    {"shared copy out of reach", "store: out of reach"},
    {"shared copy answers again", "store: answers again"},
};
// What must not be said: all instances make the same of the same commits.
constexpr std::string_view confessions[] = {"shared version is not what Git says",
                                            "another instance makes another catalog"};

}  // namespace

// Reading it is where another thread might look.
class Instance::Clock final : public base::Clock {
 public:
  explicit Clock(Instance& instance) : instance_(instance) {}
  [[nodiscard]] base::SteadyTime steady() const override {
    instance_.observe();
    return instance_.steady(instance_.world_.now());
  }
  [[nodiscard]] base::WallTime wall() const override {
    return base::WallTime(std::chrono::seconds(wall_epoch) + std::chrono::duration_cast<base::WallTime::duration>(
                                                                 instance_.world_.now() + instance_.wall_offset_));
  }

 private:
  Instance& instance_;
};

// One instance's way to the store.
class Instance::Way final : public cache::Store {
 public:
  explicit Way(Instance& instance) : instance_(instance), store_(instance.store_) {}

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const cache::Digest> digests,
                                                            Deadline deadline) override {
    using Found = base::Result<std::vector<std::optional<std::string>>>;
    return instance_.call_store(deadline, [&] { return Found(store_.get(digests)); });
  }
  base::Status put(std::span<const cache::Part> parts, Duration /*ttl*/, Deadline deadline) override {
    return instance_.call_store(deadline, [&] {
      store_.put(parts);
      return base::Status();
    });
  }
  base::Result<std::vector<bool>> renew(std::span<const cache::Digest> digests, Duration /*ttl*/,
                                        Deadline deadline) override {
    return instance_.call_store(deadline, [&] { return base::Result<std::vector<bool>>(store_.renew(digests)); });
  }
  base::Result<std::optional<cache::Head>> head(Deadline deadline) override {
    return instance_.call_store(deadline, [&] { return base::Result<std::optional<cache::Head>>(store_.head()); });
  }
  base::Result<cache::HeadMove> move_head(const cache::MoveTerms& terms, const cache::Head& next,
                                          Deadline deadline) override {
    return instance_.call_store(deadline, [&] { return base::Result<cache::HeadMove>(store_.move_head(terms, next)); });
  }
  base::Result<bool> acquire(std::string_view lease, std::string_view owner, Duration duration,
                             Deadline deadline) override {
    return instance_.call_store(deadline, [&, name = std::string(lease), by = std::string(owner)] {
      return base::Result<bool>(store_.acquire(name, by, duration));
    });
  }
  base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, Duration duration,
                                 Deadline deadline) override {
    return instance_.call_store(deadline, [&, name = std::string(lease), by = std::string(owner)] {
      return base::Result<bool>(store_.renew_lease(name, by, duration));
    });
  }
  base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) override {
    return instance_.call_store(deadline, [&, name = std::string(lease), by = std::string(owner)] {
      store_.release(name, by);
      return base::Status();
    });
  }
  base::Result<cache::Members> meet(std::string_view member, std::string_view text, Duration duration,
                                    Deadline deadline) override {
    return instance_.call_store(deadline, [&, name = std::string(member), said = std::string(text)] {
      return base::Result<cache::Members>(store_.meet(name, said, duration));
    });
  }
  base::Status announce(const cache::Announcement& announcement, Deadline deadline) override {
    return instance_.call_store(deadline, [&] {
      store_.announce(announcement);
      return base::Status();
    });
  }
  std::unique_ptr<Subscription> subscribe(Listener listener) override {
    return std::make_unique<Subscribed>(instance_, std::move(listener));
  }

 private:
  class Subscribed final : public Subscription {
   public:
    Subscribed(Instance& instance, Listener listener) : instance_(instance), listener_(std::move(listener)) {
      number_ = instance.store_.subscribe([this](const auto& announcement) { hear(announcement); });
    }
    ~Subscribed() override { instance_.store_.unsubscribe(number_); }

   private:
    // A paused process hears it later; one that is cut off learns of the gap once it is back: here by its timer.
    void hear(const std::optional<cache::Announcement>& announcement) {
      if (!instance_.store_reachable_) return instance_.world_.count("announcement: cut off");
      if (!instance_.paused()) return listener_(announcement);
      instance_.world_.count("announcement: heard after a pause");
      instance_.world_.at(instance_.paused_until_, [announcement, number = number_, &store = instance_.store_] {
        store.deliver_to(number, announcement);
      });
    }

    Instance& instance_;
    const Listener listener_;
    std::uint64_t number_ = 0;
  };

  Instance& instance_;
  SharedStore& store_;
};

// One instance's way to one remote.
class Instance::Remote final : public git::Remote {
 public:
  Remote(Instance& instance, std::size_t source, std::filesystem::path mirror)
      : instance_(instance), source_(source), mirror_(std::move(mirror)) {}

  base::Result<git::Advertised> advertised(std::stop_token /*stop*/) override {
    auto& first = instance_.first_check_[source_];
    first = std::min(first, instance_.world_.now());
    auto& under_way = instance_.listing_[source_];
    if (++under_way > 1) instance_.world_.violate("two checks of one source at a time");
    auto answer = list();
    --under_way;
    return answer;
  }
  base::Status fetch(const git::Advertised& tip, std::stop_token /*stop*/) override {
    if (!travel()) return lost();
    std::error_code error;
    std::filesystem::create_symlink(instance_.remotes_.repositories().mirror(source_), mirror_, error);
    instance_.mirrored_[source_] = tip.commit;
    return instance_.sleep(time()) ? base::Status() : lost();
  }
  base::Status fetch_blobs(const std::vector<std::string>& /*blobs*/, std::stop_token /*stop*/) override { return {}; }

 private:
  base::Result<git::Advertised> list() {
    if (!travel()) return lost();
    const std::string& commit = instance_.remotes_.repositories().commit(source_, instance_.remotes_.tip(source_));
    if (!instance_.sleep(time())) return lost();
    return git::Advertised{"main", commit};
  }
  Duration time() {
    World& world = instance_.world_;
    return world.chance(0.06) ? world.between(1s, 5s) : world.between(5ms, 300ms);
  }
  bool travel() {
    if (!instance_.sleep(time())) return false;
    if (!instance_.git_reachable_) {
      instance_.world_.count("git: cut off");
      return false;
    }
    return !instance_.world_.chance(0.02);
  }
  static std::unexpected<base::Error> lost() { return base::fail(Code::unavailable, "the remote is out of reach"); }

  Instance& instance_;
  const std::size_t source_;
  const std::filesystem::path mirror_;
};

// So many jobs at a time, each in a fiber.
class Instance::Fetchers final : public sync::Jobs {
 public:
  Fetchers(Instance& instance, const sync::JobContext& context, Done done)
      : instance_(instance), context_(context), done_(std::move(done)) {}

  void submit(sync::Job job) override {
    jobs_.push_back(std::move(job));
    if (busy_ == fetchers) return;
    ++busy_;
    instance_.spawn([this] { work(); });
  }

 private:
  void work() {
    while (!jobs_.empty() && !instance_.dead_) {
      sync::Job job = std::move(jobs_.front());
      jobs_.pop_front();
      const bool compares = job.task == sync::Task::compare;
      if (compares && !instance_.sleep(instance_.world_.between(10ms, 5s))) break;  // of a large catalog
      auto outcome = sync::perform(std::move(job), context_);
      if (!instance_.dead_) done_(std::move(outcome));
    }
    --busy_;
  }

  Instance& instance_;
  const sync::JobContext context_;
  const Done done_;
  std::deque<sync::Job> jobs_;
  unsigned busy_ = 0;
};

Instance::Instance(std::string name, World& world, Remotes& remotes, SharedStore& store, std::filesystem::path disk)
    : name_(std::move(name)),
      world_(world),
      remotes_(remotes),
      store_(store),
      disk_(std::move(disk)),
      clock_(std::make_unique<Clock>(*this)),
      log_(std::make_unique<base::Log>(*clock_, base::Log::Format::text, [this](std::string_view line) { log(line); })),
      mirrored_(remotes.count()) {
  std::filesystem::create_directories(disk_);
}

Instance::~Instance() {
  crash();
  std::error_code error;
  std::filesystem::remove_all(disk_, error);
}

void Instance::log(std::string_view line) {
  for (const auto& [text, what] : tellers) {
    if (line.find(text) != std::string_view::npos) world_.count(what);
  }
  for (const auto confession : confessions) {
    if (line.find(confession) != std::string_view::npos) world_.violate(name_ + ": " + std::string(confession));
  }
  std::string text(line);
  const std::string folder = disk_.string();
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
    text.replace(at, folder.size(), "~");
  if (text.ends_with('\n')) text.pop_back();
  world_.note(name_ + " " + text);
}

sync::Connection Instance::connect(const std::filesystem::path& mirror, const git::RemoteOptions& options) {
  const auto& names = Repositories::sources();
  const auto at = std::ranges::find_if(
      names, [&](const std::string& source) { return options.url.text.ends_with("/" + source + ".git"); });
  const auto source = static_cast<std::size_t>(at - names.begin());
  return {std::make_unique<Remote>(*this, source, mirror), [] { return false; }, [] { return std::uint64_t{0}; },
          [this, source] { return mirrored_[source]; }};
}

void Instance::start() {
  world_.note(name_ + " starts");
  ++boot_;
  dead_ = false;
  // A steady clock begins wherever it likes.
  steady_offset_ = std::chrono::hours(10'000 + world_.below(1'000));
  not_before_ = copy_not_before_ = world_.now();
  generation_ = 0;
  floor_.assign(remotes_.count(), 0);
  listing_.assign(remotes_.count(), 0);
  first_check_.assign(remotes_.count(), Time::max());
  const auto random = [this] { return world_.share(); };

  sync::SharedCopyOptions copy;
  copy.instance = fmt::format("{}-{}", name_, boot_);
  copy.interval = 4s;
  copy.bulk_time = 10s;
  copy.seed = 1;
  const auto open = [this](const std::string&, const std::stop_token&) {
    return base::Result<std::shared_ptr<cache::Store>>(std::make_shared<Way>(*this));
  };
  slot_ = std::make_unique<catalog::SnapshotSlot>();
  shared_ = std::make_unique<sync::SharedCopy>(
      copy,
      sync::SharedCopy::Dependencies{.clock = *clock_, .log = *log_, .open = open, .random = random, .driven = true});

  sync::SyncerOptions options;
  options.mirrors = disk_ / "mirrors";
  options.guard = {0.5, 2};
  options.backoff = {50ms, 500ms, 4s};
  options.breaker = {3, 4s, 8s};
  options.validation = 12s;
  options.seed = 1;
  std::vector<sync::SourceOptions> sources;
  for (std::size_t i = 0; i < remotes_.count(); ++i) {
    sources.push_back(remotes_.repositories().options(i));
    sources.back().interval = 10s;
  }
  const auto jobs = [this](const sync::JobContext& context, sync::Jobs::Done done) {
    return std::make_unique<Fetchers>(*this, context, std::move(done));
  };
  const auto connect = [this](const auto& mirror, const auto& remote) { return this->connect(mirror, remote); };
  syncer_ = std::make_unique<sync::Syncer>(options,
                                           sync::Syncer::Dependencies{.clock = *clock_,
                                                                      .log = *log_,
                                                                      .slot = *slot_,
                                                                      .random = random,
                                                                      .connect = connect,
                                                                      .shared = shared_.get(),
                                                                      .jobs = jobs},
                                           std::move(sources));
  syncer_->begin();
}

void Instance::crash() {
  if (!running()) return;
  world_.note(name_ + " is killed");
  dead_ = true;
  ++boot_;
  for (auto& fiber : fibers_) {
    while (!fiber->ended()) {
      current_ = fiber.get();
      fiber->resume();
    }
  }
  current_ = copy_ = nullptr;
  fibers_.clear();
  wishes_.clear();
  syncer_.reset();
  shared_.reset();
  slot_.reset();
  held_.clear();
  paused_until_ = {};
}

void Instance::lose_disk() {
  std::error_code error;
  std::filesystem::remove_all(disk_ / "mirrors", error);
  if (running()) std::filesystem::create_directories(disk_ / "mirrors", error);
  std::ranges::fill(mirrored_, std::string());
}

void Instance::pause(Duration time) { paused_until_ = world_.now() + time; }

void Instance::set_clock_back(Duration by) {
  wall_offset_ -= by;
  clock_was_set_back_ = true;
}

Time Instance::next() const {
  if (!running()) return Time::max();
  const auto later = [](Time time, Time least) { return std::max(time, least); };
  Time due = later(time_of(std::max(syncer_->next(), steady(Time(0)))), not_before_);
  if (copy_ == nullptr)
    due = std::min(due, later(time_of(std::max(shared_->next(), steady(Time(0)))), copy_not_before_));
  return std::max(due, paused_until_);
}

void Instance::act() {
  if (!running() || paused()) return;
  const Time now = world_.now();
  const auto is_due = [&](base::SteadyTime due, Time least) { return due <= steady(now) && least <= now; };
  if (is_due(syncer_->next(), not_before_)) {
    syncer_->turn();
    not_before_ = now + world_.between(50us, 3ms);
    observe();
  }
  if (copy_ == nullptr && is_due(shared_->next(), copy_not_before_)) {
    spawn([this] { shared_->turn({}); });
    copy_ = fibers_.back().get();
  }
}

void Instance::spawn(std::function<void()> work) {
  fibers_.push_back(std::make_unique<Fiber>(world_.stacks(), std::move(work)));
  world_.in(world_.between(10us, 2ms), [this, fiber = fibers_.back().get(), boot = boot_] { wake(fiber, boot); });
}

void Instance::wake(Fiber* fiber, std::uint64_t boot) {
  if (boot_ != boot) return;
  if (paused()) return world_.at(paused_until_, [this, fiber, boot] { wake(fiber, boot); });
  current_ = fiber;
  fiber->resume();
  current_ = nullptr;
  if (!fiber->ended()) return;
  if (fiber == copy_) {
    copy_ = nullptr;
    copy_not_before_ = world_.now() + world_.between(50us, 3ms);
  }
  std::erase_if(fibers_, [fiber](const auto& one) { return one.get() == fiber; });
}

bool Instance::sleep(Duration time) {
  if (dead_) return false;
  Fiber* const self = current_;
  world_.in(time, [this, self, boot = boot_] { wake(self, boot); });
  self->wait();
  return !dead_;
}

template <class Effect>
std::invoke_result_t<Effect> Instance::call_store(base::SteadyTime deadline, const Effect& effect) {
  const auto killed = [] { return base::fail(Code::unavailable, "killed"); };
  const auto latency = [&] { return world_.chance(0.02) ? world_.between(50ms, 1500ms) : world_.between(100us, 4ms); };
  const auto time_out = [&](std::string_view what) -> std::unexpected<base::Error> {
    world_.count(what);
    const auto left = std::clamp<Duration>(time_of(deadline) - world_.now(), 0ms, 3s);
    sleep(left);
    return base::fail(Code::timeout, "no answer");
  };
  if (!sleep(latency())) return killed();
  if (!store_reachable_) {
    if (world_.chance(0.5)) return time_out("store: no way, no answer");
    return base::fail(Code::unavailable, "the store is out of reach");
  }
  if (world_.chance(0.005)) return time_out("store: request lost");
  auto result = effect();
  if (!sleep(latency())) return killed();
  if (world_.chance(0.005)) return time_out("store: answer lost");
  if (time_of(deadline) < world_.now()) return base::fail(Code::timeout, "too late");
  return result;
}

std::optional<Seen> Instance::served() const {
  const auto snapshot = slot_ ? slot_->latest() : nullptr;
  if (!snapshot) return std::nullopt;
  return seen(*snapshot);
}

bool Instance::holds() const {
  return std::ranges::any_of(syncer_->sources(),
                             [](const auto& source) { return source.degraded == catalog::Degraded::held; });
}

std::string Instance::describe() const {
  std::string text = fmt::format("{}: {}, {} fibers", name_, sync::name(shared().state), fibers_.size());
  for (const auto& source : syncer_->sources()) {
    text += fmt::format("; {} at \"{}\", {} checks, {} failures, next check ", source.id, source.commit.substr(0, 8),
                        source.checks, source.consecutive_failures);
    text += source.next_check ? fmt::format("{} ms", time_of(*source.next_check).count() / 1'000'000) : "under way";
  }
  return text;
}

Seen Instance::seen(const catalog::Snapshot& snapshot) const {
  Seen all;
  for (std::size_t i = 0; i < remotes_.count(); ++i) {
    const auto* component = snapshot.version().find(Repositories::sources()[i]);
    all.numbers.push_back(component == nullptr ? Repositories::commits
                                               : remotes_.repositories().number_of(i, component->commit));
  }
  all.token = snapshot.token();
  return all;
}

void Instance::observe() {
  if (observing_ || !slot_ || dead_) return;
  const auto snapshot = slot_->latest();
  if (!snapshot) return;
  observing_ = true;
  if (slot_->generation() != generation_) {
    generation_ = slot_->generation();
    check_publication(*snapshot);
    held_.push_back(snapshot);
    if (held_.size() > held_snapshots) held_.pop_front();
  }
  for (const auto& held : held_) check_age(*held);
  settle_wishes(snapshot);
  observing_ = false;
}

void Instance::check_publication(const catalog::Snapshot& snapshot) {
  const auto [numbers, token] = seen(snapshot);
  world_.note(fmt::format("{} serves {} {}", name_, fmt::join(numbers, " "), token));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= Repositories::commits) return world_.violate(name_ + " serves a catalog without a source");
    if (numbers[i] < floor_[i]) {
      world_.violate(
          fmt::format("{} goes back in {} from {} to {}", name_, Repositories::sources()[i], floor_[i], numbers[i]));
    }
    floor_[i] = std::max(floor_[i], numbers[i]);
  }
  const auto hash = base::hash128(content_of(snapshot)).hex();
  if (std::string_view(hash.data(), hash.size()) != remotes_.repositories().expected(numbers)) {
    world_.violate(fmt::format("{} serves {} otherwise than Git has it", name_, token));
  }
}

// A check that found a commit began while that was the remote's.
void Instance::check_age(const catalog::Snapshot& snapshot) {
  for (std::size_t i = 0; i < remotes_.count(); ++i) {
    const auto* state = snapshot.source(Repositories::sources()[i]);
    if (state == nullptr) return;
    const auto number = remotes_.repositories().number_of(i, state->commit);
    const Time checked = time_of(state->freshness->last_check());
    if (clock_was_set_back_ && checked < first_check_[i]) continue;
    const Duration age = world_.now() - checked;
    const Duration truth = remotes_.outdated(i, number);
    if (truth <= age) continue;
    world_.violate(fmt::format("{} says that {} was checked {} ms ago, found {}, outdated for {} ms", name_, state->id,
                               age.count() / 1'000'000, number, truth.count() / 1'000'000));
  }
}

void Instance::settle_wishes(const catalog::SnapshotPtr& snapshot) {
  const auto now = steady(world_.now());
  std::erase_if(wishes_, [&](const Wish& wish) {
    const auto [hope, missing] = api::prospect(*snapshot, wish.since, wish.arrived);
    if (missing == nullptr) {
      world_.count(fmt::format("level: {} waited for", query::name(wish.ask.level)));
      answered(wish, seen(*snapshot));
      return true;
    }
    const bool hopeless = hope == api::Prospect::Hope::none || now >= wish.deadline;
    if (hopeless) world_.count(fmt::format("level: {} refused", query::name(wish.ask.level)));
    return hopeless;
  });
}

void Instance::ask(Wish wish) {
  if (!running() || paused()) return;
  const auto snapshot = slot_->latest();
  if (!snapshot) return world_.count("level: not ready");
  api::Labels labels(*clock_);
  const auto reported = std::chrono::seconds(labels.of_all(*snapshot, slot_->generation()).age);
  for (std::size_t i = 0; i < remotes_.count() && !clock_was_set_back_; ++i) {
    if (remotes_.outdated(i, seen(*snapshot).numbers[i]) > reported + 1s)
      world_.violate(name_ + ": an Age understates");
  }
  wish.arrived = steady(world_.now());
  const auto since = api::required_check(wish.ask, *snapshot, *slot_, wish.arrived);
  if (!since) {
    world_.count(fmt::format("level: {} at once", query::name(wish.ask.level)));
    return answered(wish, seen(*snapshot));
  }
  wish.since = *since;
  wish.deadline = wish.arrived + 10s;
  for (const auto& source : snapshot->sources()) {
    if (source.freshness->last_check() < wish.since) syncer_->refresh(source.id);
  }
  wishes_.push_back(std::move(wish));
}

}  // namespace aureacore::simulation
