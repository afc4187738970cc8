// What the scheduler does with the shared copy.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "catalog/difference.h"
#include "entity/version_order.h"
#include "sync/syncer.h"

namespace aureacore::sync {
namespace {

constexpr double preparation_jitter = 0.8;

std::vector<SourceOptions> options_of(const std::vector<SourcePtr>& sources) {
  std::vector<SourceOptions> options;
  options.reserve(sources.size());
  for (const auto& source : sources) options.push_back(source->options);
  return options;
}

bool differs(const Source& source, const entity::Version& version) {
  const auto* theirs = version.find(source.id());
  return theirs == nullptr || theirs->commit != source.commit().id || theirs->position != source.ground.position;
}

struct Change {
  std::size_t come = 0;
  std::size_t gone = 0;
};

// By source: how many entities the second has and the first lacks, and the other way round.
std::map<std::string, Change> count_changes(const catalog::Snapshot& from, const catalog::Snapshot& to) {
  std::map<std::string, Change> changes;
  for (const auto& [before, after] : catalog::difference(from, to)) {
    if (before && !after) ++changes[before->definition->place.file->source].gone;
    if (!before && after) ++changes[after->definition->place.file->source].come;
  }
  return changes;
}

// Whether the second has other definitions of the source.
bool touches(const catalog::Snapshot& from, const catalog::Snapshot& to, const std::string& source) {
  const auto is_its = [&](const catalog::EntityPtr& entity) {
    return entity && entity->definition->place.file->source == source;
  };
  return std::ranges::any_of(catalog::difference(from, to),
                             [&](const auto& each) { return is_its(each.before) || is_its(each.after); });
}

}  // namespace

void Syncer::start_sharing() {
  if (dependencies_.archive != nullptr) dependencies_.archive->configure(options_of(sources_));
  if (dependencies_.shared == nullptr) return;
  asking_ = true;
  dependencies_.shared->start(content_name(options_of(sources_)), shared_sources(),
                              {[this](Offer offer) { post(std::move(offer)); }, [this] { post(NothingShared{}); },
                               [this](std::vector<std::string> sources) { post(Doubt{std::move(sources)}); }});
}

void Syncer::configure_sharing() {
  if (dependencies_.shared != nullptr) {
    refuse_offer();
    dependencies_.shared->configure(content_name(options_of(sources_)), shared_sources());
  }
  // Only now, for it asks the shared copy, too.
  if (dependencies_.archive != nullptr) dependencies_.archive->configure(options_of(sources_));
}

SharedCopy::Sources Syncer::shared_sources() const {
  SharedCopy::Sources sources;
  for (const auto& source : sources_) {
    sources[source->id()] = {source->options.interval, source->options.cache_ttl};
  }
  return sources;
}

// Whether all that is served is what this configuration says.
bool Syncer::is_settled() const {
  return removed_.empty() && std::ranges::all_of(sources_, [](const SourcePtr& source) {
           return source->predecessor == nullptr && source->status.loaded;
         });
}

void Syncer::share(const catalog::SnapshotPtr& snapshot, cache::ImagePtr image) {
  if (!is_settled()) return;
  if (dependencies_.archive != nullptr) dependencies_.archive->note(snapshot);
  if (dependencies_.shared != nullptr) dependencies_.shared->served(snapshot, std::move(image));
}

catalog::SnapshotPtr Syncer::served() const { return adopted_ ? adopted_ : dependencies_.slot.latest(); }

void Syncer::handle(NothingShared /*nothing*/) {
  if (!std::exchange(asking_, false)) return;
  for (const auto& source : sources_) {
    start_load(source);
    follow_up(source);
  }
}

void Syncer::handle(const Doubt& doubt) {
  for (const auto& source : doubt.sources) handle(Refresh{source});
}

void Syncer::handle(Offer offer) {
  publish();
  refuse_offer();
  offer_ = std::move(offer);
  offered_ = dependencies_.clock.steady();
  if (offer_->base) return settle_offer();
  if (may_begin_with(*offer_)) {
    adopt(*std::exchange(offer_, std::nullopt));
  } else {
    refuse_offer();
  }
  handle(NothingShared{});
}

// While nothing is served, nothing can go back, unless what we have on disk or have read is something else.
bool Syncer::may_begin_with(const Offer& offer) const {
  if (!is_for_us(offer)) return false;
  const auto version = offer.image->manifest.version();
  return std::ranges::none_of(sources_, [&](const SourcePtr& source) {
    const auto& theirs = *version.find(source->id());
    if (source->predecessor) return true;
    if (source->status.loaded) return differs(*source, version) && source->ground.position >= theirs.position;
    const bool unusable = source->loading_done && !source->working;
    const auto record = read_record(source->record_file);
    return record && !unusable && record->position > theirs.position;
  });
}

// It has the very sources that are configured, and was made beside what is served.
bool Syncer::is_for_us(const Offer& offer) const {
  const auto version = offer.image->manifest.version();
  if (version.components().size() != sources_.size() || offer.base != served()) return false;
  if (offer.base && !is_settled()) return false;
  return std::ranges::all_of(sources_, [&](const SourcePtr& source) { return version.find(source->id()) != nullptr; });
}

std::optional<bool> Syncer::is_proven(const Offer& offer) const {
  if (offer.succeeds) return true;
  const auto version = offer.image->manifest.version();
  bool awaited = false;
  for (const auto& source : sources_) {
    if (!differs(*source, version)) continue;
    const bool is_news = source->tip_started >= source->adopted;
    if (is_news && source->tip && source->tip->commit == version.find(source->id())->commit) continue;
    if (source->tip_started >= offered_) return false;
    awaited = true;
  }
  if (awaited) return std::nullopt;
  return true;
}

void Syncer::settle_offer() {
  if (!offer_) return;
  if (!is_for_us(*offer_)) return refuse_offer();
  const auto proven = is_proven(*offer_);
  if (!proven) {
    const auto version = offer_->image->manifest.version();
    for (const auto& source : sources_) {
      if (differs(*source, version) && source->tip_started < offered_) handle(Refresh{source->id()});
    }
    return;
  }
  if (!*proven || takes_away_too_much(*offer_)) return refuse_offer();
  adopt(*std::exchange(offer_, std::nullopt));
}

void Syncer::refuse_offer() {
  if (!offer_) return;
  const Offer offer = *std::exchange(offer_, std::nullopt);
  dependencies_.shared->refused(offer);
  const auto version = offer.image->manifest.version();
  for (const auto& source : sources_) {
    // What its remote has was to come from there.
    if (source->tip && source->tip->commit != source->commit().id && differs(*source, version)) {
      source->due = std::min(source->due, soonest(*source));
    }
  }
}

bool Syncer::takes_away_too_much(const Offer& offer) {
  const auto version = offer.image->manifest.version();
  auto changes = count_changes(*offer.base, *offer.image->snapshot);
  return std::ranges::any_of(sources_, [&](const SourcePtr& source) {
    const auto gone = changes[source->id()].gone;
    return hold(*source, gone, source->status.entities, version.find(source->id())->commit);
  });
}

void Syncer::adopt(const Offer& offer) {
  const auto began = dependencies_.clock.steady();
  const auto version = offer.image->manifest.version();
  const catalog::Snapshot& snapshot = *offer.image->snapshot;
  std::map<std::string, Change> changes;
  if (offer.base) changes = count_changes(*offer.base, snapshot);
  std::vector<SourcePtr> adopted;
  for (const auto& source : sources_) {
    if (const auto read = offer.freshness.find(source->id()); read != offer.freshness.end()) {
      read->second->follow(*source->freshness);
      source->freshness = read->second;
    }
    if (!differs(*source, version)) continue;
    adopt(*source, snapshot);
    // What was read from the mirror, and not served yet, was another commit: the check that found that one says nothing.
    if (!offer.base) set_age(*source, *snapshot.source(source->id()));
    auto& entities = source->status.entities;
    const auto [come, gone] = changes[source->id()];
    entities =
        offer.base ? entities + come - std::min(gone, entities + come) : snapshot.count_definitions(source->id());
    adopted.push_back(source);
  }
  if (published_) {
    serve(offer.image->snapshot, offer.image, began);
  } else {
    adopted_ = offer.image->snapshot;
    adopted_image_ = offer.image;
    // What was read before is in it.
    for (const auto& source : sources_) source->ready.clear();
  }
  for (const auto& source : sources_) {
    if (source->tip && source->tip->commit == source->commit().id) {
      // What its remote had, when it was last asked.
      current(*source, source->tip_started);
    } else if (std::ranges::find(adopted, source) != adopted.end()) {
      source->tip.reset();
    }
  }
}

void Syncer::adopt(Source& source, const catalog::Snapshot& snapshot) {
  const catalog::SourceState& state = *snapshot.source(source.id());
  const entity::SourceVersion next{source.id(), state.position, state.commit};
  // Where it is further on, the mirror doesn't know its history yet: then no more is known than that it is what the remote has.
  const auto order = entity::compare(source.version(), next, entity::never_rewritten);
  if (!source.commit().id.empty() && order != entity::Order::before) note_rewrite(source, next);
  auto& ground = source.ground;
  ground.branch = state.branch;
  ground.commit = {.id = state.commit, .author = state.author, .subject = state.subject, .time = state.time};
  ground.position = state.position;
  ++ground.turn;
  const auto now = dependencies_.clock.steady();
  source.adopted = now;
  // One that waits for its validation goes on waiting for the same one, however often there is another version.
  if (source.in_step() || source.validation == base::SteadyTime{}) {
    const auto later = resilience::jittered(options_.validation, options_.jitter, dependencies_.random);
    const auto soon = resilience::jittered(options_.preparation, preparation_jitter, dependencies_.random);
    source.validation = now + (ground.tree ? later : std::min(soon, later));
  }
  source.served_from_tree = false;
  source.held.reset();
  source.released.clear();
  source.freshness->set_degraded(degraded(source));
  auto& status = source.status;
  status.loaded = true;
  status.branch = state.branch;
  status.commit = state.commit;
  status.position = state.position;
  status.files = state.files;
  dependencies_.log.info("source taken from the shared copy",
                         {{"source", source.id()}, {"commit", state.commit}, {"position", state.position}});
}

// Nobody knows when its remote was last seen with this commit, unless it was by us: not before the commit was made.
void Syncer::set_age(Source& source, const catalog::SourceState& state) {
  const auto record = read_record(source.record_file);
  const auto now = dependencies_.clock.wall();
  const bool is_known = record && record->commit == state.commit;
  const auto age = is_known ? age_of(record->checked, now) : age_of_commit(state.time, now);
  source.freshness->checked(dependencies_.clock.steady() - age);
}

void Syncer::start_validation(const SourcePtr& source) {
  const auto now = dependencies_.clock.steady();
  source->validation = now + resilience::jittered(options_.validation, options_.jitter, dependencies_.random);
  submit(source, Task::validate, {source->ground.branch, source->commit().id}, now);
}

void Syncer::handle_validation(Source& source, Outcome& outcome) {
  if (!outcome.status && outcome.status.error().code == base::Code::corrupt) discard_mirror(source);
  if (outcome.status) {
    note_mirror(source, outcome);
    return accept(source, std::move(*outcome.loaded), outcome.job.from);
  }
  dependencies_.log.info("shared version not compared with Git's yet",
                         {{"source", source.id()}, {"error", outcome.status.error().message}});
}

// A version of a source whose tree isn't what is served.
void Syncer::take_over(Source& source, Loaded loaded, const Ground& from) {
  auto& ground = source.ground;
  if (loaded.tree == ground.tree) ground.tree->commit(loaded.update);
  ground.tree = loaded.tree;
  ground.tree_branch = loaded.branch;
  ground.gaps = loaded.update.gaps && !loaded.checked;
  loaded.files = ground.tree->table().records.size();
  // The next check brings what is missing, and reads all of it.
  if (ground.gaps) return;
  if (loaded.commit.id == ground.commit.id) return start_comparison(source);
  // What was served meanwhile may be newer: the next check tells.
  if (from.turn == ground.turn && loaded.checked) return replace(source, std::move(loaded));
  if (loaded.checked) source.due = soonest(source);
}

// Beside the scheduler: meanwhile it takes and publishes other versions.
void Syncer::start_comparison(const Source& source) {
  publish();
  submit(*std::ranges::find(sources_, &source, &SourcePtr::get), Task::compare, {}, dependencies_.clock.steady());
}

void Syncer::handle_comparison(Source& source, Outcome& outcome) {
  const Job& job = outcome.job;
  if (!outcome.compared || source.ground.tree != job.from.tree) return;
  auto& found = *outcome.compared;
  const bool is_past = source.ground.turn != job.from.turn;
  const auto beside = served();
  // Most of what is published meanwhile is of other sources.
  if (!is_past && beside != job.served && (found.right || touches(*job.served, *beside, source.id()))) {
    found = base::apart([&] { return compare(beside, source.id(), *job.from.tree); });
  }
  {
    const std::scoped_lock lock(mutex_);
    ++(found.right ? totals_.corrected : totals_.validated)[source.id()];
  }
  if (found.shared.size() >= catalog::Editor::bulk_size) heap_.expect(dependencies_.clock.steady());
  const std::string& commit = job.from.commit.id;
  if (found.right && is_past) {
    // Another version is served by now, and will be read from Git in its turn.
    dependencies_.log.warning("shared version was not what Git says", {{"source", source.id()}, {"commit", commit}});
    return;
  }
  source.ground.tree->share(found.shared);
  if (!is_past) source.served_from_tree = true;
  if (!found.right) {
    dependencies_.log.info("shared version is what Git says", {{"source", source.id()}, {"commit", commit}});
    return;
  }
  dependencies_.log.warning("shared version is not what Git says, Git's is served",
                            {{"source", source.id()}, {"commit", commit}});
  serve_derived(std::move(found.right));
}

void Syncer::replace(Source& source, Loaded loaded) {
  publish();
  const auto before = served();
  auto contents = source.ground.tree->contents();
  std::unordered_set<std::string_view> keys;
  for (const auto& definition : contents.definitions) keys.insert(definition->key);
  const auto had = before->definitions_of(source.id());
  const auto gone = static_cast<std::size_t>(
      std::ranges::count_if(had, [&](const auto& definition) { return !keys.contains(definition->key); }));
  if (hold(source, gone, had.size(), loaded.commit.id)) return;
  catalog::Editor editor(before, options_.seed);
  source.ground.tree->share(editor.replace_source(source.id(), std::move(contents)));
  note_loaded(source, loaded);
  editor.set_source(state_of(source, loaded));
  serve_derived(editor.finish());
  if (loaded.checked) current(source, *loaded.checked);
}

void Syncer::serve_derived(catalog::SnapshotPtr snapshot) {
  if (published_) return serve(std::move(snapshot), nullptr, dependencies_.clock.steady());
  adopted_ = std::move(snapshot);
  adopted_image_ = nullptr;
}

}  // namespace aureacore::sync
