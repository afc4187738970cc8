#include "feed/publication.h"

#include <algorithm>

#include "catalog/difference.h"

namespace aureacore::feed {
namespace {

using catalog::Snapshot;
using catalog::SourceState;

std::vector<Commit> compare_commits(const Snapshot& before, const Snapshot& after) {
  std::vector<Commit> commits;
  for (const SourceState& state : after.sources()) {
    const SourceState* was = before.source(state.id);
    if (was != nullptr && was->commit == state.commit) continue;
    commits.push_back({.source = state.id,
                       .previous = was == nullptr ? std::string() : was->commit,
                       .commit = state.commit,
                       .position = state.position,
                       .author = state.author,
                       .subject = state.subject,
                       .time = state.time});
  }
  for (const SourceState& state : before.sources()) {
    if (after.source(state.id) != nullptr) continue;
    commits.push_back(
        {.source = state.id, .previous = state.commit, .commit = {}, .author = {}, .subject = {}, .time = 0});
  }
  std::ranges::sort(commits, {}, &Commit::source);
  return commits;
}

}  // namespace

entity::Criticality Change::criticality() const {
  if (!before) return after->definition->criticality;
  if (!after) return before->definition->criticality;
  return std::max(before->definition->criticality, after->definition->criticality);
}

PublicationPtr compare(const Snapshot& before, const Snapshot& after, std::size_t max_changes) {
  auto publication = std::make_shared<Publication>();
  publication->previous = before.token();
  publication->token = after.token();
  publication->commits = compare_commits(before, after);
  for (const catalog::Difference& each : catalog::difference(before, after)) {
    if (each.before && each.after && each.before->etag == each.after->etag) continue;
    publication->too_large = publication->changes.size() == max_changes;
    if (publication->too_large) break;
    Change change{.before = each.before, .after = each.after, .fields = {}};
    if (each.before && each.after) change.fields = compare_fields(*each.before, *each.after);
    publication->changes.push_back(std::move(change));
  }
  if (publication->too_large) publication->changes.clear();
  std::ranges::sort(publication->changes, [](const Change& a, const Change& b) {
    if (a.criticality() != b.criticality()) return a.criticality() > b.criticality();
    return a.definition().key < b.definition().key;
  });
  return publication;
}

}  // namespace aureacore::feed
