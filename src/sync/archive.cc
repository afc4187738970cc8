#include "sync/archive.h"

#include <algorithm>
#include <utility>

#include "base/priority.h"
#include "definition/links.h"
#include "git/repository.h"
#include "sync/check_record.h"
#include "sync/source.h"
#include "sync/source_tree.h"

namespace aureacore::sync {
namespace {

using base::Code;
using Origin = Recalled::Origin;

// The latest time at which it surely wasn't past yet: its oldest commit was made by then.
base::SteadyTime made_by(const catalog::Snapshot& snapshot, const base::Clock& clock) {
  const auto now = clock.wall();
  base::Duration age{};
  for (const auto& source : snapshot.sources()) age = std::max(age, age_of_commit(source.time, now));
  return clock.steady() - age;
}

base::Status no_blobs(const std::vector<std::string>& blobs) {
  return base::fail(Code::not_found, "the mirror lacks {} blobs", blobs.size());
}

}  // namespace

Archive::Archive(ArchiveOptions options, const base::Clock& clock, const base::Log& log, const SharedCopy* shared)
    : options_(std::move(options)), clock_(clock), log_(log), shared_(shared), versions_(options_.directory, log) {
  for (unsigned i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) {
      base::lower_priority();
      run(stop);
    });
  }
}

Archive::~Archive() { stop(); }

void Archive::configure(const std::vector<SourceOptions>& sources) {
  versions_.open(content_name(sources));
  std::deque<Recalled> before;  // let go of outside the lock
  const std::scoped_lock lock(mutex_);
  ground_ = {sources, nullptr};
  ++configurations_;
  before = std::exchange(found_, {});
}

void Archive::note(const catalog::SnapshotPtr& snapshot) {
  versions_.note(snapshot->version(), snapshot->token());
  const std::scoped_lock lock(mutex_);
  ground_.served = snapshot;
}

std::optional<Recalled> Archive::held(std::string_view token) const {
  const std::scoped_lock lock(mutex_);
  const auto at = std::ranges::find_if(found_, [&](const Recalled& one) { return one.snapshot->token() == token; });
  return at == found_.end() ? std::nullopt : std::optional(*at);
}

bool Archive::recall(const std::string& token, Done done) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || askers_ == max_waiting) return false;
  ++askers_;
  auto& askers = waiting_[token];
  askers.push_back(std::move(done));
  if (askers.size() == 1) queue_.push_back(token);
  changed_.notify_one();
  return true;
}

void Archive::refuse() {
  std::map<std::string, std::vector<Done>> waiting;
  for (auto& thread : threads_) thread.request_stop();
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    waiting = std::exchange(waiting_, {});
    queue_.clear();
  }
  const base::Result<Recalled> refused = base::fail(Code::unavailable, "the server is about to stop");
  for (const auto& [token, askers] : waiting) {
    for (const auto& done : askers) done(refused);
  }
}

void Archive::stop() {
  refuse();
  threads_.clear();
}

void Archive::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::string token;
    std::uint64_t configuration = 0;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      token = std::move(queue_.front());
      queue_.pop_front();
      configuration = configurations_;
    }
    finish(token, find(token, stop), configuration);
  }
}

void Archive::finish(const std::string& token, const base::Result<Recalled>& result, std::uint64_t configuration) {
  std::vector<Done> askers;
  {
    const std::scoped_lock lock(mutex_);
    // Of the same commits this configuration makes another catalog.
    if (configuration != configurations_) return queue_.push_front(token);
    askers = std::move(waiting_[token]);
    waiting_.erase(token);
    askers_ -= askers.size();
    if (result) {
      ++(result->origin == Origin::store ? totals_.store : totals_.git);
      found_.push_front(*result);
      if (found_.size() > options_.held) found_.pop_back();
    } else {
      ++(result.error().code == Code::not_found ? totals_.gone : totals_.failed);
    }
  }
  if (!result) log_.info("version not found", {{"version", token}, {"reason", result.error().message}});
  for (const auto& done : askers) done(result);
}

base::Result<Recalled> Archive::find(const std::string& token, const std::stop_token& stop) const {
  const auto recalled = [&](catalog::SnapshotPtr snapshot, Origin origin) {
    const auto checked = made_by(*snapshot, clock_);
    return Recalled{std::move(snapshot), origin, checked};
  };
  // One that somebody else has just asked for.
  if (const auto before = held(token)) return *before;
  base::Error error{Code::not_found, "nobody remembers which commits it stands for"};
  if (shared_ != nullptr) {
    auto shared = shared_->recall(token, clock_.steady() + options_.store_time);
    if (shared) return recalled(std::move(*shared), Origin::store);
    // What the store can't say now, it may still have.
    if (shared.error().code != Code::not_found && shared.error().code != Code::corrupt) error = shared.error();
  }
  const auto version = versions_.find(token);
  if (!version) return std::unexpected(error);
  auto made = rebuild(*version, stop);
  if (made) return recalled(std::move(*made), Origin::git);
  return std::unexpected(error.code == Code::not_found ? made.error() : error);
}

base::Result<catalog::SnapshotPtr> Archive::rebuild(const entity::Version& version, const std::stop_token& stop) const {
  Ground ground;
  {
    const std::scoped_lock lock(mutex_);
    ground = ground_;
  }
  if (!ground.served) return base::fail(Code::unavailable, "the catalog is not loaded yet");
  if (version.components().size() != ground.sources.size()) {
    return base::fail(Code::not_found, "it has other sources than those that are configured");
  }
  catalog::Editor editor(ground.served, options_.seed);
  for (const auto& options : ground.sources) {
    const auto& id = options.tree.source;
    const auto* component = version.find(id);
    const auto* state = ground.served->source(id);
    if (component == nullptr || state == nullptr) {
      return base::fail(Code::not_found, "it has other sources than those that are configured");
    }
    if (state->commit == component->commit && state->position == component->position) continue;
    if (auto done = replace(editor, options, *component, *state, stop); !done) {
      return std::unexpected(done.error().in(id));
    }
  }
  auto snapshot = editor.finish();
  if (snapshot->version() != version) return base::fail(Code::corrupt, "its commits make another version");
  return snapshot;
}

// Puts what the source had at that commit in the place of what it has now.
base::Status Archive::replace(catalog::Editor& editor, const SourceOptions& options,
                              const entity::SourceVersion& component, catalog::SourceState state,
                              const std::stop_token& stop) const {
  const auto mirror = options_.mirrors / (mirror_name(options) + ".git");
  std::stop_source end;
  const std::stop_callback ended(stop, [&end] { end.request_stop(); });
  const auto deadline = clock_.steady() + options_.time;
  const auto watch = [&](std::size_t /*read*/, std::size_t /*wanted*/) {
    if (clock_.steady() >= deadline) end.request_stop();
  };
  auto tree_options = options.tree;
  tree_options.links = definition::make_links(options.remote.url.text, state.branch);
  SourceTree tree(std::move(tree_options));
  auto update = tree.plan({mirror, component.commit, no_blobs, watch, end.get_token()});
  if (!update) return std::unexpected(update.error());
  // Without all that its history has, it might be another catalog than the one that was served.
  if (update->gaps) return base::fail(Code::not_found, "the mirror lacks earlier versions of broken files");
  tree.commit(*update);
  auto repository = git::Repository::open(mirror);
  if (!repository) return std::unexpected(repository.error());
  auto commit = repository->commit(component.commit);
  if (!commit) return std::unexpected(commit.error());
  state.commit = component.commit;
  state.taken_from = catalog::Tier::none;
  state.freshness = std::make_shared<catalog::Freshness>();
  state.position = component.position;
  state.author = commit->author;
  state.subject = commit->subject;
  state.time = commit->time;
  state.files = tree.table().records.size();
  editor.replace_source(component.source, tree.contents());
  editor.set_source(state);
  return {};
}

Archive::Totals Archive::totals() const {
  const std::scoped_lock lock(mutex_);
  return totals_;
}

void Archive::register_metrics(metrics::Registry& registry) const {
  using Samples = std::vector<metrics::Sample>;
  registry.counter("aureacore_versions_recalled_total",
                   "Earlier versions that were asked for and no longer in memory, by where they were found.", [this] {
                     const auto totals = this->totals();
                     return Samples{{{{"origin", "store"}}, static_cast<double>(totals.store)},
                                    {{{"origin", "git"}}, static_cast<double>(totals.git)},
                                    {{{"origin", "nowhere"}}, static_cast<double>(totals.gone)},
                                    {{{"origin", "unknown"}}, static_cast<double>(totals.failed)}};
                   });
}

}  // namespace aureacore::sync
