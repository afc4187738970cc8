// What the scheduler makes of the outcome of a job.
#include <algorithm>
#include <utility>

#include "sync/syncer.h"

namespace aureacore::sync {

void Syncer::handle(Outcome outcome) {
  const SourcePtr source = outcome.job.source;
  (outcome.job.task == Task::list ? source->listing : source->working) = false;
  if (source->retired) return;
  switch (outcome.job.task) {
    case Task::load:
      handle_load(*source, outcome);
      break;
    case Task::list:
      handle_list(source, outcome);
      break;
    case Task::update:
      handle_update(*source, outcome);
      if (outcome.status) start_tidying(source);
      break;
    case Task::tidy:
      if (std::exchange(source->again, false)) source->due = soonest(*source);
      if (!outcome.status) {
        dependencies_.log.warning("mirror not tidied",
                                  {{"source", source->id()}, {"error", outcome.status.error().message}});
      }
      break;
  }
  // A tip that was listed while the mirror was being loaded.
  if (!source->working && source->found) {
    const auto [tip, started] = *std::exchange(source->found, std::nullopt);
    found(source, tip, started);
  }
  source->freshness->set_degraded(degraded(*source));
}

void Syncer::handle_load(Source& source, Outcome& outcome) {
  if (!outcome.status) {
    dependencies_.log.info("mirror not used", {{"source", source.id()}, {"reason", outcome.status.error().message}});
    return;
  }
  note_mirror(source, outcome);
  const auto record = read_record(source.record_file);
  const auto now = dependencies_.clock.steady();
  // A clock that was set back since must not make the check look as if it were still to come.
  const auto age = record ? dependencies_.clock.wall() - record->checked : base::Duration(0);
  source.freshness->checked(now - std::max<base::Duration>(age, base::Duration(0)));
  accept(source, std::move(*outcome.loaded));
}

void Syncer::handle_list(const SourcePtr& source, const Outcome& outcome) {
  source->listed = true;
  ++source->status.checks;
  if (!outcome.status) return failed(*source, outcome.job.started, outcome.status.error());
  source->answered = true;
  if (source->working) {
    source->found.emplace(outcome.tip, outcome.job.started);
  } else {
    note_lost_mirror(*source, outcome);
    found(source, outcome.tip, outcome.job.started);
  }
}

// Somebody has deleted it, or it could not be opened and was begun anew: with nothing in it a start without the remote would have
// nothing to serve.
void Syncer::note_lost_mirror(Source& source, const Outcome& outcome) {
  if (!outcome.mirrored || outcome.tip.commit != source.commit.id || *outcome.mirrored == source.commit.id) return;
  source.gaps = true;
  dependencies_.log.warning("mirror lost, it is fetched again",
                            {{"source", source.id()}, {"mirror", source.mirror.string()}});
}

void Syncer::found(const SourcePtr& source, const git::Advertised& tip, base::SteadyTime started) {
  if (tip.commit == source->commit.id && tip.branch == source->branch && !source->gaps) {
    source->held.clear();
    succeeded(*source, started);
    current(*source, started);
  } else if (tip.commit == source->held) {
    succeeded(*source, started);
  } else {
    source->working = true;
    pool_->submit({source, Task::update, tip, started});
  }
}

void Syncer::handle_update(Source& source, Outcome& outcome) {
  if (!outcome.status) {
    if (outcome.status.error().code == base::Code::corrupt) discard_mirror(source);
    return failed(source, outcome.job.started, outcome.status.error());
  }
  note_mirror(source, outcome);
  succeeded(source, outcome.job.started);
  updates_.record(dependencies_.clock.steady() - outcome.job.started);
  if (!hold(source, *outcome.loaded)) accept(source, std::move(*outcome.loaded));
}

// Mostly nothing to do, now and then a minute's work; it begins when what was fetched is about to be served.
void Syncer::start_tidying(const SourcePtr& source) {
  source->working = true;
  pool_->submit({source, Task::tidy, {}, dependencies_.clock.steady()});
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

bool Syncer::hold(Source& source, const Loaded& loaded) {
  const Update& update = loaded.update;
  const auto most = options_.guard.share * static_cast<double>(update.definitions_before);
  if (update.entities_gone <= options_.guard.count || static_cast<double>(update.entities_gone) <= most) return false;
  source.held = update.commit;
  dependencies_.log.warning("update held back: it would take away too much; a commit that does not is taken as usual",
                            {{"source", source.id()},
                             {"commit", update.commit},
                             {"gone", update.entities_gone},
                             {"of", update.definitions_before}});
  const std::scoped_lock lock(mutex_);
  ++totals_.held[source.id()];
  return true;
}

void Syncer::accept(Source& source, Loaded loaded) {
  if (loaded.tree == source.tree) source.tree->commit(loaded.update);
  source.tree = loaded.tree;
  source.branch = loaded.branch;
  source.commit = loaded.commit;
  source.position = loaded.position;
  source.gaps = loaded.update.gaps && !loaded.checked;
  source.held.clear();
  loaded.files = source.tree->table().records.size();
  // The records are in the tree; the update has only what the catalog needs from here on.
  loaded.update.records.clear();
  loaded.update.globs.clear();
  if (loaded.rewritten) note_rewrite(source);
  auto& status = source.status;
  status.loaded = true;
  status.branch = loaded.branch;
  status.commit = loaded.commit.id;
  status.position = loaded.position;
  status.files = loaded.files;
  status.entities = source.tree->table().definitions;
  dependencies_.log.info("source loaded", {{"source", source.id()},
                                           {"commit", loaded.commit.id},
                                           {"position", loaded.position},
                                           {"files", loaded.files},
                                           {"read", loaded.update.files_read},
                                           {"entities", status.entities},
                                           {"put", loaded.update.put.size()},
                                           {"dropped", loaded.update.dropped.size()}});
  source.ready.push_back(std::move(loaded));
}

void Syncer::note_rewrite(const Source& source) {
  dependencies_.log.warning("history rewritten: the branch's commit does not descend from the one before",
                            {{"source", source.id()}, {"commit", source.commit.id}});
  const std::scoped_lock lock(mutex_);
  ++totals_.rewrites[source.id()];
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
  const auto next = started + resilience::jittered(source.options.interval, options_.jitter, dependencies_.random);
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
                             {"retry_seconds", std::chrono::duration<double>(source.due - now).count()}});
}

// What is served is what the remote had when the check began.
void Syncer::current(Source& source, base::SteadyTime started) {
  source.freshness->checked(started);
  const auto wall = dependencies_.clock.wall() - (dependencies_.clock.steady() - started);
  const CheckRecord record{source.branch, source.commit.id, source.position,
                           std::chrono::time_point_cast<base::WallTime::duration>(wall)};
  if (auto written = write_record(source.record_file, record); !written) {
    dependencies_.log.warning("check not recorded", {{"source", source.id()}, {"error", written.error().message}});
  }
}

catalog::Degraded Syncer::degraded(const Source& source) const {
  if (!source.held.empty()) return catalog::Degraded::held;
  if (source.failures > 0 && source.failure == base::Code::no_space) return catalog::Degraded::disk_full;
  if (!source.answered) return catalog::Degraded::mirror;
  if (source.failures == 0) return catalog::Degraded::no;
  return source.breaker.state() == resilience::CircuitBreaker::State::closed ? catalog::Degraded::git_unreachable
                                                                             : catalog::Degraded::git_open;
}

}  // namespace aureacore::sync
