// What the scheduler makes of the outcome of a job.
#include <algorithm>
#include <utility>

#include "sync/syncer.h"

namespace aureacore::sync {

void Syncer::handle(Outcome outcome) {
  const SourcePtr source = outcome.job.source;
  (outcome.job.task == Task::list ? source->listing : source->working) = false;
  if (source->retired) return;
  if (outcome.cut && outcome.job.task == Task::list) return handle_cut(*source);
  switch (outcome.job.task) {
    case Task::load:
      handle_load(*source, outcome);
      break;
    case Task::list:
      handle_list(source, outcome);
      break;
    case Task::update:
      handle_update(*source, outcome);
      if (outcome.status && !outcome.deferred) note_fetched(*source);
      break;
    case Task::validate:
      handle_validation(*source, outcome);
      if (std::exchange(source->again, false)) source->due = soonest(*source);
      if (outcome.status) note_fetched(*source);
      break;
    case Task::compare:
      handle_comparison(*source, outcome);
      if (std::exchange(source->again, false)) source->due = soonest(*source);
      break;
    case Task::tidy:
      if (std::exchange(source->again, false)) source->due = soonest(*source);
      if (!outcome.status) {
        dependencies_.log.warning("mirror not tidied",
                                  {{"source", source->id()}, {"error", outcome.status.error().message}});
      }
      break;
  }
  follow_up(source);
  source->freshness->set_degraded(degraded(*source));
}

// Others waited for its fetcher. It is asked again at once, beside them and for as long as it takes.
void Syncer::handle_cut(Source& source) {
  source.slow = true;
  source.due = dependencies_.clock.steady();
  dependencies_.log.info("slow check put behind others", {{"source", source.id()}});
}

// A tip that was listed while the mirror was being loaded, or before it was known what is shared.
void Syncer::follow_up(const SourcePtr& source) {
  if (source->working || asking_ || !source->found) return;
  const auto [tip, started] = *std::exchange(source->found, std::nullopt);
  found(source, tip, started);
}

void Syncer::handle_load(Source& source, Outcome& outcome) {
  if (!outcome.status) {
    dependencies_.log.info("mirror not used", {{"source", source.id()}, {"reason", outcome.status.error().message}});
    return;
  }
  note_mirror(source, outcome);
  // What came from the shared copy has its age already.
  if (!source.commit().id.empty()) return accept(source, std::move(*outcome.loaded), outcome.job.from);
  const auto record = read_record(source.record_file);
  const auto now = dependencies_.clock.steady();
  source.freshness->checked(now - (record ? age_of(record->checked, dependencies_.clock.wall()) : unknown_age));
  accept(source, std::move(*outcome.loaded), outcome.job.from);
}

void Syncer::handle_list(const SourcePtr& source, const Outcome& outcome) {
  source->listed = true;
  ++source->status.checks;
  if (!outcome.status) {
    source->tip.reset();
    source->tip_started = outcome.job.started;
    settle_offer();
    return failed(*source, outcome.job.started, outcome.status.error());
  }
  source->answered = true;
  source->slow = dependencies_.clock.steady() - outcome.job.started >= options_.check_patience;
  source->tip = outcome.tip;
  source->tip_started = outcome.job.started;
  settle_offer();
  const auto& ground = source->ground;
  const bool is_served =
      !asking_ && outcome.tip.commit == source->commit().id && outcome.tip.branch == ground.branch && !ground.gaps;
  if ((source->working && !is_served) || asking_) {
    source->found.emplace(outcome.tip, outcome.job.started);
  } else {
    note_lost_mirror(*source, outcome);
    found(source, outcome.tip, outcome.job.started);
  }
}

// Somebody has deleted it, or it could not be opened and was begun anew: with nothing in it a start without the remote would have
// nothing to serve.
void Syncer::note_lost_mirror(Source& source, const Outcome& outcome) {
  const std::string& served = source.commit().id;
  if (!outcome.mirrored || !source.in_step() || outcome.tip.commit != served || *outcome.mirrored == served) return;
  source.ground.gaps = true;
  dependencies_.log.warning("mirror lost, it is fetched again",
                            {{"source", source.id()}, {"mirror", source.mirror.string()}});
}

void Syncer::found(const SourcePtr& source, const git::Advertised& tip, base::SteadyTime started) {
  const Ground& ground = source->ground;
  if (started < source->adopted && tip.commit != ground.commit.id) {
    // What it was told may be older than what was taken meanwhile.
    succeeded(*source, started);
    source->due = soonest(*source);
    return;
  }
  const bool is_offered = offer_ && offer_->image->manifest.version().find(source->id())->commit == tip.commit;
  if (tip.commit == ground.commit.id && tip.branch == ground.branch && !ground.gaps) {
    source->held.reset();
    succeeded(*source, started);
    current(*source, started);
  } else if ((source->held && source->held->commit == tip.commit) || is_offered) {
    // Held, or on its way to be served: the last of the checks that it waits for settles it.
    succeeded(*source, started);
  } else {
    submit(source, Task::update, tip, started);
  }
}

void Syncer::handle_update(Source& source, Outcome& outcome) {
  if (outcome.deferred) {
    succeeded(source, outcome.job.started);
    const auto now = dependencies_.clock.steady();
    if (!source.deferred) source.deferred = now;
    // Whoever fetches it tells us; in case it doesn't, we ask again: soon, for somebody may wait.
    const auto so_far = std::min(now - *source.deferred, options_.longest_deferral);
    source.due = std::min(source.due, now + std::max<base::Duration>(so_far, options_.deferral));
    return;
  }
  if (!outcome.status) {
    if (outcome.status.error().code == base::Code::corrupt) discard_mirror(source);
    return failed(source, outcome.job.started, outcome.status.error());
  }
  note_mirror(source, outcome);
  succeeded(source, outcome.job.started);
  updates_.record(dependencies_.clock.steady() - outcome.job.started);
  const Loaded& loaded = *outcome.loaded;
  // Of a held one it was said when it came the first time.
  const bool was_held = source.held && source.held->commit == loaded.commit.id;
  if (loaded.rewritten && outcome.job.from.turn == source.ground.turn && !was_held) {
    note_rewrite(source, {source.id(), loaded.position, loaded.commit.id});
  }
  const auto turn = source.ground.turn;
  accept(source, std::move(*outcome.loaded), outcome.job.from);
  if (dependencies_.shared != nullptr && source.ground.turn == turn) dependencies_.shared->nothing_new(source.id());
}

void Syncer::note_fetched(Source& source) const {
  const auto now = dependencies_.clock.steady();
  if (!source.fetched) source.fetched = now;
  source.tidying = std::min(now + options_.quiet, *source.fetched + options_.longest_quiet);
}

base::SteadyTime Syncer::tidying_due(const Source& source) {
  return source.fetched ? source.tidying : base::SteadyTime::max();
}

// Mostly nothing to do, now and then a minute's work. It would be in the way of what was just fetched, here and wherever that is
// about to be served.
void Syncer::start_tidying(const SourcePtr& source) {
  source->fetched.reset();
  submit(source, Task::tidy, {}, dependencies_.clock.steady());
}

void Syncer::note_mirror(Source& source, const Outcome& outcome) {
  source.status.partial_clone = outcome.partial_clone;
  source.status.mirror_bytes = outcome.mirror_bytes;
}

// The mirror is a cache: what is broken is brought again, while the version that is in memory is served.
void Syncer::discard_mirror(const Source& source) {
  std::error_code error;
  std::filesystem::remove_all(source.mirror, error);
  std::filesystem::remove(source.record_file, error);
  dependencies_.log.warning("mirror discarded", {{"source", source.id()}, {"mirror", source.mirror.string()}});
}

bool Syncer::hold(Source& source, std::size_t gone, std::size_t before, const std::string& commit) {
  const auto most = options_.guard.share * static_cast<double>(before);
  if (gone <= options_.guard.count || static_cast<double>(gone) <= most) return false;
  if (source.released == commit) return false;
  const bool known = source.held && source.held->commit == commit;
  source.held = Held{commit, gone, before};
  if (known) return true;
  dependencies_.log.warning("update held back: it would take away too much; a commit that does not is taken as usual",
                            {{"source", source.id()}, {"commit", commit}, {"gone", gone}, {"of", before}});
  const std::scoped_lock lock(mutex_);
  ++totals_.held[source.id()];
  return true;
}

void Syncer::accept(Source& source, Loaded loaded, const Ground& from) {
  if (!source.in_step() || from.turn != source.ground.turn) return take_over(source, std::move(loaded), from);
  const Update& update = loaded.update;
  // What is read at the start replaces nothing.
  if (loaded.checked && hold(source, update.entities_gone, update.definitions_before, update.commit)) return;
  auto& ground = source.ground;
  if (loaded.tree == ground.tree) ground.tree->commit(update);
  ground.tree = loaded.tree;
  ground.tree_branch = loaded.branch;
  ground.gaps = update.gaps && !loaded.checked;
  note_loaded(source, loaded);
  loaded.files = ground.tree->table().records.size();
  // The records are in the tree; the update has only what the catalog needs from here on.
  loaded.update.records.clear();
  loaded.update.globs.clear();
  source.ready.push_back(std::move(loaded));
}

// It is served from now on, as the tree has it.
void Syncer::note_loaded(Source& source, Loaded& loaded) {
  auto& ground = source.ground;
  const bool is_next = !ground.commit.id.empty() && ground.commit.id != loaded.commit.id;
  if (is_next) source.freshness = source.freshness->next();
  loaded.freshness = source.freshness;
  ground.branch = loaded.branch;
  ground.commit = loaded.commit;
  ground.position = loaded.position;
  ++ground.turn;
  source.served_from_tree = true;
  source.held.reset();
  source.released.clear();
  auto& status = source.status;
  status.loaded = true;
  status.branch = loaded.branch;
  status.commit = loaded.commit.id;
  status.position = loaded.position;
  status.files = ground.tree->table().records.size();
  status.entities = ground.tree->table().definitions;
  dependencies_.log.info("source loaded", {{"source", source.id()},
                                           {"commit", loaded.commit.id},
                                           {"position", loaded.position},
                                           {"files", status.files},
                                           {"read", loaded.update.files_read},
                                           {"entities", status.entities},
                                           {"put", loaded.update.put.size()},
                                           {"dropped", loaded.update.dropped.size()}});
}

// The branch has a commit that doesn't descend from what is served of it.
void Syncer::note_rewrite(const Source& source, const entity::SourceVersion& next) {
  dependencies_.log.warning("history rewritten: the branch's commit does not descend from the one before",
                            {{"source", source.id()}, {"before", source.commit().id}, {"commit", next.commit}});
  {
    const std::scoped_lock lock(mutex_);
    ++totals_.rewrites[source.id()];
  }
  if (dependencies_.conflicts == nullptr) return;
  dependencies_.conflicts->open({.kind = Conflict::Kind::rewritten_history,
                                 .source = source.id(),
                                 .ours = side(this_instance, source.version()),
                                 .theirs = side(the_remote, next)});
}

void Syncer::succeeded(Source& source, base::SteadyTime started) {
  const auto now = dependencies_.clock.steady();
  if (source.failures > 0) {
    dependencies_.log.info("source answers again", {{"source", source.id()}, {"failures", source.failures}});
  }
  source.failures = 0;
  source.breaker.succeeded();
  source.status.last_error.clear();
  source.status.last_check = started;
  const auto next = started + resilience::jittered(interval_of(source), options_.jitter, dependencies_.random);
  source.due = std::exchange(source.again, false) ? soonest(source) : std::max(now, next);
}

void Syncer::failed(Source& source, base::SteadyTime started, const base::Error& error) {
  const auto now = dependencies_.clock.steady();
  ++source.failures;
  source.failure = error.code;
  ++source.status.failures;
  source.status.last_error = error.message;
  source.again = false;
  source.freshness->failed(started);
  source.breaker.failed(now);
  const bool open = source.breaker.state() == resilience::CircuitBreaker::State::open;
  source.due = open ? source.breaker.retry_at() : now + options_.backoff.delay(source.failures, dependencies_.random);
  dependencies_.log.warning(open ? "source failed, its circuit breaker is open" : "source failed",
                            {{"source", source.id()},
                             {"code", base::name(error.code)},
                             {"error", error.message},
                             {"failures", source.failures},
                             {"retry_seconds", base::in_seconds(source.due - now)}});
}

// What is served is what the remote had when the check began.
void Syncer::current(Source& source, base::SteadyTime started) {
  source.deferred.reset();
  source.freshness->checked(started);
  if (dependencies_.conflicts != nullptr) {
    dependencies_.conflicts->settle(Conflict::Kind::rewritten_history, source.version());
  }
  if (dependencies_.shared != nullptr) dependencies_.shared->confirmed(source.id(), source.commit().id, started);
  // The mirror lacks it yet: with an earlier one it can serve, if need be, and with this one it couldn't.
  if (!source.in_step()) return;
  const auto wall = dependencies_.clock.wall() - (dependencies_.clock.steady() - started);
  const Ground& ground = source.ground;
  const CheckRecord record{ground.branch, ground.commit.id, ground.position,
                           std::chrono::time_point_cast<base::WallTime::duration>(wall)};
  if (auto written = write_record(source.record_file, record); !written) {
    dependencies_.log.warning("check not recorded", {{"source", source.id()}, {"error", written.error().message}});
  }
}

catalog::Degraded Syncer::degraded(const Source& source) const {
  if (source.held) return catalog::Degraded::held;
  if (source.failures > 0 && source.failure == base::Code::no_space) return catalog::Degraded::disk_full;
  if (!source.answered) return catalog::Degraded::mirror;
  if (source.failures == 0) return catalog::Degraded::no;
  return source.breaker.state() == resilience::CircuitBreaker::State::closed ? catalog::Degraded::git_unreachable
                                                                             : catalog::Degraded::git_open;
}

}  // namespace aureacore::sync
