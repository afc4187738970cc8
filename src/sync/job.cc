#include "sync/job.h"

#include <utility>

#include "base/heap.h"
#include "catalog/difference.h"
#include "catalog/editor.h"

namespace aureacore::sync {
namespace {

class Performer {
  template <class Work>
  auto timed(const char* operation, Work work) {
    const auto began = context_.clock.steady();
    auto result = work();
    context_.commands.record(context_.clock.steady() - began, operation);
    return result;
  }

 public:
  Performer(const Job& job, const JobContext& context)
      : source_(*job.source), job_(job), context_(context), stop_(job.stop.get_token()) {}

  base::Status list(Outcome& outcome) {
    auto tip = timed("list", [&] { return source_.connection.remote->advertised(stop_); });
    if (!tip) return std::unexpected(tip.error());
    outcome.tip = std::move(*tip);
    if (source_.connection.mirrored) outcome.mirrored = source_.connection.mirrored();
    return {};
  }

  base::Status load(Outcome& outcome) {
    const auto record = read_record(source_.record_file);
    if (!record) return base::fail(base::Code::not_found, "no record of an earlier check");
    const auto offline = [](const std::vector<std::string>& blobs) {
      return base::Status(base::fail(base::Code::unavailable, "the mirror lacks {} blobs", blobs.size()));
    };
    return plan_fresh({record->branch, record->commit}, offline, outcome);
  }

  base::Status update(Outcome& outcome) {
    // What is served already has only to be brought again.
    const bool is_new = job_.tip.commit != job_.from.commit.id;
    if (context_.shared != nullptr && is_new && !context_.shared->acquire(source_.id(), job_.from.commit.id) &&
        job_.patient) {
      outcome.deferred = true;
      return {};
    }
    const auto status = fetch_and_plan(outcome);
    if (outcome.loaded) outcome.loaded->checked = job_.started;
    if (!status && context_.shared != nullptr) context_.shared->release(source_.id());
    return status;
  }

  // On a whole catalog, mostly.
  base::Status compare(Outcome& outcome) const {
    if (stop_.stop_requested()) return base::fail(base::Code::unavailable, "stopped");
    outcome.compared = base::apart([&] { return sync::compare(job_.served, source_.id(), *job_.from.tree); });
    return {};
  }

  base::Status tidy() {
    return timed("tidy", [&] { return source_.connection.remote->tidy(stop_); });
  }

  base::Status fetch_and_plan(Outcome& outcome) {
    report(Progress::Stage::fetching);
    const auto began = context_.clock.steady();
    auto fetched = timed("fetch", [&] { return source_.connection.remote->fetch(job_.tip, stop_); });
    if (!fetched) return fetched;
    report(Progress::Stage::fetched, 0, 0, context_.clock.steady() - began);
    const auto bring = [this](const std::vector<std::string>& blobs) {
      return timed("fetch_blobs", [&] { return source_.connection.remote->fetch_blobs(blobs, stop_); });
    };
    return plan(bring, outcome);
  }

 private:
  void report(Progress::Stage stage, std::size_t done = 0, std::size_t total = 0, base::Duration took = {}) const {
    if (context_.progress) context_.progress({stage, source_.id(), done, total, took});
  }

  SourceTree::PlanRequest request(const git::Advertised& tip, BringBlobs bring) const {
    const auto progress = [this](std::size_t done, std::size_t total) {
      report(Progress::Stage::reading, done, total);
    };
    return {source_.mirror, tip.commit, std::move(bring), progress, stop_};
  }

  // From what is loaded where that is possible, else from nothing.
  base::Status plan(const BringBlobs& bring, Outcome& outcome) {
    const Ground& from = job_.from;
    if (!from.tree || from.gaps || from.tree_branch != job_.tip.branch) return plan_fresh(job_.tip, bring, outcome);
    const auto began = context_.clock.steady();
    auto update = from.tree->plan(request(job_.tip, bring));
    // The mirror was made anew and has no longer what was loaded from the one before.
    if (!update && update.error().code == base::Code::not_found) return plan_fresh(job_.tip, bring, outcome);
    if (!update) return std::unexpected(update.error());
    report(Progress::Stage::read, update->files_read, update->files_read, context_.clock.steady() - began);
    return describe_commit({.tree = from.tree, .update = std::move(*update), .branch = job_.tip.branch}, outcome);
  }

  base::Status plan_fresh(const git::Advertised& tip, const BringBlobs& bring, Outcome& outcome) {
    const auto began = context_.clock.steady();
    auto options = source_.options.tree;
    options.links = definition::make_links(source_.options.remote.url.text, tip.branch);
    auto tree = std::make_shared<SourceTree>(std::move(options));
    auto update = tree->plan(request(tip, bring));
    if (!update) return std::unexpected(update.error());
    report(Progress::Stage::read, update->files_read, update->files_read, context_.clock.steady() - began);
    tree->commit(*update);
    if (job_.from.tree) replace(*update, job_.from.tree->removal());
    return describe_commit({.tree = std::move(tree), .update = std::move(*update), .branch = tip.branch}, outcome);
  }

  base::Status describe_commit(Loaded loaded, Outcome& outcome) {
    auto repository = git::Repository::open(source_.mirror);
    if (!repository) return std::unexpected(repository.error());
    const std::string& before = job_.from.commit.id;
    auto commit = repository->commit(loaded.update.commit);
    if (!commit) return std::unexpected(commit.error());
    loaded.commit = std::move(*commit);
    std::optional<std::pair<std::string, std::uint64_t>> known;
    if (!before.empty()) known.emplace(before, job_.from.position);
    auto position = repository->position(loaded.commit.id, known);
    if (!position) return std::unexpected(position.error());
    loaded.position = *position;
    if (!before.empty()) {
      const auto descends = repository->descends(loaded.commit.id, before);
      loaded.rewritten = !descends.value_or(false);
    }
    outcome.loaded = std::move(loaded);
    outcome.partial_clone = source_.connection.partial && source_.connection.partial();
    outcome.mirror_bytes = source_.connection.mirror_bytes ? source_.connection.mirror_bytes() : 0;
    return {};
  }

  Source& source_;
  const Job& job_;
  const JobContext& context_;
  const std::stop_token stop_;
};

}  // namespace

Comparison compare(const catalog::SnapshotPtr& served, const std::string& source, const SourceTree& tree) {
  catalog::Editor editor(served);
  Comparison found;
  found.shared = editor.replace_source(source, tree.contents());
  auto next = editor.finish();
  const bool same = catalog::difference(*served, *next).empty() && served->diagnostics() == next->diagnostics();
  if (!same) found.right = std::move(next);
  return found;
}

Outcome perform(Job job, const JobContext& context) {
  const std::stop_callback forward(job.source->stop.get_token(), [&job] { job.stop.request_stop(); });
  Outcome outcome;
  Performer performer(job, context);
  switch (job.task) {
    case Task::load:
      outcome.status = performer.load(outcome);
      break;
    case Task::list:
      outcome.status = performer.list(outcome);
      break;
    case Task::update:
      outcome.status = performer.update(outcome);
      break;
    case Task::validate:
      outcome.status = performer.fetch_and_plan(outcome);
      break;
    case Task::compare:
      outcome.status = performer.compare(outcome);
      break;
    case Task::tidy:
      outcome.status = performer.tidy();
      break;
  }
  outcome.cut = !outcome.status && job.stop.stop_requested();
  outcome.job = job;
  return outcome;
}

}  // namespace aureacore::sync
