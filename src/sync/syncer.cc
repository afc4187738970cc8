#include "sync/syncer.h"

#include <algorithm>
#include <utility>

#include "base/priority.h"
#include "sync/job_pool.h"
#include "sync/leftovers.h"

namespace aureacore::sync {
namespace {

void apply_update(catalog::Editor& editor, const std::string& source, Update update) {
  for (const auto& definition : update.dropped) editor.drop(definition);
  for (auto& definition : update.put) editor.put(std::move(definition));
  for (auto& [path, diagnostics] : update.diagnostics) editor.set_diagnostics(source, path, std::move(diagnostics));
  for (auto& [key, problems] : update.problems) editor.set_problems(key, std::move(problems));
}

// Takes out what a source that is no longer configured has in the catalog.
void remove(catalog::Editor& editor, const Source& source) {
  if (!source.in_step()) {
    editor.replace_source(source.id(), {});
  } else if (source.ground.tree) {
    apply_update(editor, source.id(), source.ground.tree->removal());
  }
}

// The same version under another interval.
void apply_interval(catalog::Editor& editor, const Source& source, const catalog::Snapshot* served) {
  const auto* before = served == nullptr ? nullptr : served->source(source.id());
  if (before == nullptr) return;
  auto state = *before;
  state.interval = source.options.interval;
  editor.set_source(state);
}

}  // namespace

catalog::SourceState Syncer::state_of(const Source& source, const Loaded& loaded) {
  return {.id = source.id(),
          .url = source.options.remote.url.display,
          .branch = loaded.branch,
          .commit = loaded.commit.id,
          .position = loaded.position,
          .author = loaded.commit.author,
          .subject = loaded.commit.subject,
          .time = loaded.commit.time,
          .files = loaded.files,
          .interval = source.options.interval,
          .freshness = loaded.freshness};
}

Syncer::Syncer(SyncerOptions options, Dependencies dependencies, std::vector<SourceOptions> sources)
    : options_(std::move(options)), dependencies_(std::move(dependencies)), retries_(options_.retries) {
  const JobContext context{dependencies_.clock, commands_, dependencies_.progress, serving_, dependencies_.shared};
  const auto handed = [this](Outcome outcome) { post(std::move(outcome)); };
  jobs_ = dependencies_.jobs ? dependencies_.jobs(context, handed)
                             : std::make_unique<JobPool>(options_.fetchers, options_.check_patience, context, handed);
  for (auto& source : sources) add(std::move(source), nullptr);
  export_status();
}

Syncer::~Syncer() { stop(); }

void Syncer::start() {
  begin();
  scheduler_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Syncer::begin() {
  std::error_code error;
  std::filesystem::create_directories(options_.mirrors,
                                      error);  // what fails here fails again, with its reason, at the first fetch
  set_leftovers_aside();
  began_ = dependencies_.clock.steady();
  start_sharing();
}

// Before any job runs: what comes back into the configuration later begins with a mirror of its own.
void Syncer::set_leftovers_aside() {
  std::set<std::string, std::less<>> used;
  for (const auto& source : sources_) used.insert(mirror_name(source->options));
  auto aside = sync::set_leftovers_aside(options_.mirrors, used, dependencies_.clock.wall() - options_.leftover_grace);
  if (aside.empty()) return;
  for (const auto& path : aside) dependencies_.log.info("leftover mirror removed", {{"path", path.string()}});
  sweeper_ = std::jthread([aside = std::move(aside)](const std::stop_token& stop) {
    base::lower_priority();
    delete_leftovers(aside, stop);
  });
}

void Syncer::stop() {
  sweeper_.request_stop();
  if (!jobs_) return;
  scheduler_.request_stop();
  if (scheduler_.joinable()) scheduler_.join();
  if (dependencies_.shared != nullptr) dependencies_.shared->stop();
  for (const auto& source : sources_) source->stop.request_stop();
  jobs_.reset();
}

void Syncer::reconfigure(std::vector<SourceOptions> sources) { post(Reconfigure{std::move(sources)}); }

std::vector<SourceStatus> Syncer::sources() const {
  const std::scoped_lock lock(mutex_);
  return statuses_;
}

bool Syncer::refresh(std::string_view source) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::ranges::find(statuses_, source, &SourceStatus::id) == statuses_.end()) return false;
    // Asked for already, and not looked at yet: nothing is gained by another, and the queue stays bounded.
    for (const auto& event : events_) {
      if (const auto* asked = std::get_if<Refresh>(&event); asked != nullptr && asked->source == source) return true;
    }
    events_.emplace_back(Refresh{std::string(source)});
  }
  changed_.notify_one();
  return true;
}

Release Syncer::release(std::string_view source, std::string_view commit) {
  {
    const std::scoped_lock lock(mutex_);
    const auto at = std::ranges::find(statuses_, source, &SourceStatus::id);
    if (at == statuses_.end()) return Release::unknown;
    if (!at->held) return Release::nothing;
    if (at->held->commit != commit) return Release::other;
    at->held.reset();  // so that nobody is told twice that it was released
    ++totals_.released[at->id];
    events_.emplace_back(Released{std::string(source), std::string(commit)});
  }
  changed_.notify_one();
  return Release::released;
}

void Syncer::post(Event event) {
  {
    const std::scoped_lock lock(mutex_);
    events_.push_back(std::move(event));
  }
  changed_.notify_one();
}

void Syncer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto publications = totals_.publications;
    turn();
    heap_.sweep(dependencies_.clock.steady(), totals_.publications != publications);
    wait(stop);
  }
}

// Whether very many definitions have come, or wait to be published, or to take the place of what is served.
bool Syncer::is_large(const std::deque<Event>& events) const {
  constexpr auto very_many = catalog::Editor::bulk_size;
  const auto many = [](const Loaded& loaded) { return loaded.update.put.size() >= very_many; };
  const auto brings_many = [&](const Event& event) {
    const auto* outcome = std::get_if<Outcome>(&event);
    if (outcome == nullptr || !outcome->loaded) return false;
    const Source& source = *outcome->job.source;
    return many(*outcome->loaded) || (!source.in_step() && source.status.entities >= very_many);
  };
  const auto has_many = [&](const SourcePtr& source) { return std::ranges::any_of(source->ready, many); };
  return std::ranges::any_of(events, brings_many) || std::ranges::any_of(sources_, has_many);
}

void Syncer::turn() {
  std::deque<Event> events;
  {
    const std::scoped_lock lock(mutex_);
    events = std::exchange(events_, {});
  }
  const auto work = [&] {
    for (auto& event : events) {
      std::visit([this](auto& happened) { handle(std::move(happened)); }, event);
    }
    events.clear();
    publish();
  };
  if (is_large(events)) {
    base::apart([&] {
      if (serving_) base::lower_priority();
      work();
    });
    heap_.expect(dependencies_.clock.steady());
  } else {
    work();
  }
  if (dependencies_.checked) dependencies_.checked();
  start_due();
  export_status();
  const auto due = next_due();
  const std::scoped_lock lock(mutex_);
  next_ = due;
}

base::SteadyTime Syncer::next() const {
  const std::scoped_lock lock(mutex_);
  return events_.empty() ? next_ : base::SteadyTime::min();
}

void Syncer::wait(const std::stop_token& stop) {
  const auto due = next();
  const auto now = dependencies_.clock.steady();
  // A long sleep is cut, so that a clock that is not the system's is looked at again.
  const auto time = due <= now ? base::Duration(0) : std::min<base::Duration>(due - now, std::chrono::seconds(1));
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return !events_.empty(); });
}

base::SteadyTime Syncer::next_due() const {
  auto due = base::SteadyTime::max();
  for (const auto& source : sources_) {
    if (!source->busy() && !source->waits()) {
      due = std::min({due, source->due, validation_due(*source), tidying_due(*source)});
    }
  }
  const auto graced = began_ + options_.grace;
  if (!published_ && graced > dependencies_.clock.steady()) due = std::min(due, graced);
  return due == base::SteadyTime::max() ? dependencies_.clock.steady() + std::chrono::seconds(1) : due;
}

// When the source is to be read from Git, though it is served: never, where it was, or while its remote doesn't answer.
base::SteadyTime Syncer::validation_due(const Source& source) {
  return source.in_step() || source.failures > 0 || !source.answered ? base::SteadyTime::max() : source.validation;
}

void Syncer::start_due() {
  const auto now = dependencies_.clock.steady();
  for (const auto& source : sources_) {
    if (!source->busy() && validation_due(*source) <= now) start_validation(source);
    if (!source->busy() && tidying_due(*source) <= now) start_tidying(source);
    if (source->busy() || source->due > now || source->waits()) continue;
    if (!may_check(*source, now)) continue;
    start_load(source);
    source->listing = true;
    source->begun = now;
    jobs_->submit({source, Task::list, {}, now});
  }
  jobs_->relieve();
}

// No: it is due later.
bool Syncer::may_check(Source& source, base::SteadyTime now) {
  const bool retry = source.failures > 0;
  if (retry && retries_.wait(now) > base::Duration(0)) {
    // All who wait for the budget come back at times of their own.
    source.due = now + std::max(retries_.wait(now), options_.backoff.delay(source.failures, dependencies_.random));
    const std::scoped_lock lock(mutex_);
    ++totals_.retries_refused;
    return false;
  }
  if (!source.breaker.allow(now)) {
    source.due = source.breaker.retry_at();
    return false;
  }
  if (!retry) retries_.earn(now);
  return !retry || retries_.spend(now);
}

base::Duration Syncer::interval_of(const Source& source) const {
  return sync::interval_of(source.criticality, source.options.interval, options_.intervals);
}

// What the served entities say, where the configuration doesn't.
void Syncer::note_criticality(const catalog::Snapshot& snapshot) {
  const auto highest = criticalities(snapshot);
  for (const auto& source : sources_) {
    const auto found = highest.find(source->id());
    const auto served = found == highest.end() ? entity::Criticality::normal : found->second;
    const auto before = interval_of(*source);
    source->criticality = source->options.criticality.value_or(served);
    // Not only with the check after the next one; what fails is due when its failures say.
    const bool sooner = interval_of(*source) < before && source->failures == 0;
    if (sooner) source->due = std::min(source->due, source->begun + interval_of(*source));
  }
}

// Reads what the mirror has, where there is one and nothing of the source is served yet.
void Syncer::start_load(const SourcePtr& source) {
  if (asking_ || source->loading_done || source->working) return;
  source->loading_done = true;
  std::error_code error;
  if (source->ground.tree || !std::filesystem::exists(source->record_file, error)) return;
  submit(source, Task::load, {}, dependencies_.clock.steady());
}

void Syncer::submit(const SourcePtr& source, Task task, git::Advertised tip, base::SteadyTime started) {
  source->working = true;
  // What others make of it can be taken only by whoever serves the very same configuration, or nothing yet. Whoever has
  // read a source and serves nothing yet is perhaps waited for itself: all would wait for each other.
  const bool can_take = published_
                            ? is_settled()
                            : std::ranges::none_of(sources_, [](const SourcePtr& one) { return one->status.loaded; });
  const bool patient =
      can_take && (!source->deferred || dependencies_.clock.steady() - *source->deferred < options_.patience);
  auto beside = task == Task::compare ? served() : nullptr;
  jobs_->submit({.source = source,
                 .task = task,
                 .tip = std::move(tip),
                 .started = started,
                 .from = source->ground,
                 .patient = patient,
                 .served = std::move(beside)});
}

void Syncer::handle(const Refresh& refresh) {
  const auto at = std::ranges::find(sources_, refresh.source, [](const SourcePtr& source) { return source->id(); });
  if (at == sources_.end()) return;
  Source& source = **at;
  if (source.busy()) {
    source.again = true;  // the check under way may have begun before what the caller wants to see
  } else {
    source.due = soonest(source);
  }
}

void Syncer::handle(const Released& released) {
  const auto at = std::ranges::find(sources_, released.source, [](const SourcePtr& source) { return source->id(); });
  if (at == sources_.end()) return;
  Source& source = **at;
  if (!source.held || source.held->commit != released.commit) return;
  dependencies_.log.warning("held update released: it is taken though it takes away much",
                            {{"source", source.id()}, {"commit", released.commit}, {"gone", source.held->gone}});
  source.held.reset();
  source.released = released.commit;
  handle(Refresh{source.id()});
}

base::SteadyTime Syncer::soonest(const Source& source) const {
  // After a failure the backoff holds for those who ask too: they would use up the breaker's attempts in a moment.
  const auto allowed = source.failures > 0 ? source.due : source.begun + options_.refresh_spacing;
  return std::max(dependencies_.clock.steady(), allowed);
}

void Syncer::handle(Reconfigure change) {
  publish();  // what is ready is taken out again as a whole or not at all
  std::vector<SourcePtr> before = std::exchange(sources_, {});
  for (auto& options : change.sources) {
    const auto at =
        std::ranges::find(before, options.tree.source, [](const SourcePtr& source) { return source->id(); });
    if (at == before.end()) {
      add(std::move(options), nullptr);
      continue;
    }
    const SourcePtr source = std::move(*at);
    before.erase(at);
    if (!same_content(source->options, options)) {
      retire(*source);
      add(std::move(options), source);
      continue;
    }
    source->options.interval = options.interval;
    source->options.cache_ttl = options.cache_ttl;
    source->options.criticality = options.criticality;
    if (options.criticality) source->criticality = *options.criticality;
    source->restate = true;
    source->due = std::min(source->due, dependencies_.clock.steady() + interval_of(*source));
    sources_.push_back(source);
  }
  for (const auto& source : before) {
    retire(*source);
    removed_.push_back(source);
    // Nobody looks at its remote any more: nothing of it is served.
    if (dependencies_.conflicts != nullptr) {
      dependencies_.conflicts->settle(Conflict::Kind::rewritten_history, {source->id(), 0, {}});
    }
  }
  configure_sharing();
}

void Syncer::add(SourceOptions options, SourcePtr predecessor) {
  auto source = std::make_shared<Source>(std::move(options), options_.mirrors, dependencies_.connect);
  source->breaker = resilience::CircuitBreaker(options_.breaker);
  source->criticality = source->options.criticality.value_or(entity::Criticality::normal);
  // One that was replaced before it was ever published leaves what it was to replace.
  while (predecessor && predecessor->commit().id.empty() && predecessor->predecessor && !predecessor->busy())
    predecessor = predecessor->predecessor;
  source->predecessor = std::move(predecessor);
  sources_.push_back(std::move(source));
}

void Syncer::retire(Source& source) {
  source.retired = true;
  source.found.reset();  // nobody will look into it: its successor would wait for ever
  source.stop.request_stop();
  dependencies_.log.info("source retired", {{"source", source.id()}});
}

void Syncer::export_status() {
  std::vector<SourceStatus> statuses;
  for (const auto& source : sources_) {
    auto& status = source->status;
    status.degraded = source->freshness->degraded();
    status.held = source->held;
    status.criticality = name(source->criticality);
    status.interval = interval_of(*source);
    status.breaker = resilience::name(source->breaker.state());
    status.consecutive_failures = source->failures;
    status.next_check.reset();
    if (!source->busy()) status.next_check = source->due;
    statuses.push_back(status);
  }
  const std::scoped_lock lock(mutex_);
  statuses_ = std::move(statuses);
}

bool Syncer::may_publish() const {
  if (published_) return true;
  const bool graced = dependencies_.clock.steady() >= began_ + options_.grace;
  return std::ranges::all_of(
      sources_, [graced](const SourcePtr& source) { return source->status.loaded && (graced || source->listed); });
}

void Syncer::publish() {
  if (!may_publish()) return;
  if (adopted_)
    serve(std::exchange(adopted_, nullptr), std::exchange(adopted_image_, nullptr), dependencies_.clock.steady());
  const auto waits = [](const SourcePtr& source) { return source->restate || !source->ready.empty(); };
  while (!removed_.empty() || std::ranges::any_of(sources_, waits)) publish_once();
}

void Syncer::report_indexing() const {
  if (!dependencies_.progress) return;
  std::size_t definitions = 0;
  for (const auto& source : sources_) definitions += source->status.entities;
  dependencies_.progress({Progress::Stage::indexing, {}, 0, definitions, {}});
}

// One version of each source that has one: several versions of one source are published one after the other.
void Syncer::publish_once() {
  const auto began = dependencies_.clock.steady();
  const auto served = dependencies_.slot.latest();
  catalog::Editor editor(served, options_.seed);
  for (const auto& source : std::exchange(removed_, {})) {
    // What a source replaced and never took out goes with it.
    for (const Source* gone = source.get(); gone != nullptr; gone = gone->predecessor.get()) remove(editor, *gone);
    editor.remove_source(source->id());
  }
  struct Checked {
    SourcePtr source;
    std::shared_ptr<catalog::Freshness> freshness;
    base::SteadyTime started;
  };
  std::vector<Checked> checked;
  for (const auto& source : sources_) {
    if (std::exchange(source->restate, false)) apply_interval(editor, *source, served.get());
    if (source->ready.empty()) continue;
    Loaded loaded = std::move(source->ready.front());
    source->ready.erase(source->ready.begin());
    // It may have been taken from the shared copy, too, since it was read.
    if (source->ready.empty()) loaded.freshness = source->freshness;
    if (loaded.checked) checked.emplace_back(source, loaded.freshness, *loaded.checked);
    if (const auto predecessor = std::exchange(source->predecessor, nullptr)) remove(editor, *predecessor);
    const auto state = state_of(*source, loaded);
    apply_update(editor, source->id(), std::move(loaded.update));
    editor.set_source(state);
  }
  report_indexing();
  auto snapshot = editor.finish();
  for (const auto& [source, freshness, started] : checked) {
    // Nobody has seen this one yet: its first answer is to have an age.
    if (freshness->last_check() == base::SteadyTime{}) freshness->checked(started);
  }
  serve(std::move(snapshot), nullptr, began);
  // Only what is served now is as fresh as the check that found it; what is published next has found another.
  for (const auto& [source, freshness, started] : checked) {
    if (source->freshness == freshness) current(*source, started);
  }
}

void Syncer::serve(catalog::SnapshotPtr snapshot, cache::ImagePtr image, base::SteadyTime began) {
  const auto entities = snapshot->size();
  note_criticality(*snapshot);
  share(snapshot, std::move(image));
  dependencies_.slot.publish(std::move(snapshot));
  refuse_offer();  // it was made beside what was served before
  published_ = true;
  serving_ = true;
  const auto took = dependencies_.clock.steady() - began;
  builds_.record(took);
  {
    const std::scoped_lock lock(mutex_);
    ++totals_.publications;
  }
  if (dependencies_.progress) dependencies_.progress({Progress::Stage::published, {}, entities, entities, took});
  dependencies_.log.info("published", {{"entities", entities}, {"seconds", base::in_seconds(took)}});
}

}  // namespace aureacore::sync
