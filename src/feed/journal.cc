#include "feed/journal.h"

#include <algorithm>

namespace aureacore::feed {

PublicationPtr Journal::take(catalog::SnapshotPtr next) {
  if (current_ == nullptr) {
    current_ = std::move(next);
    return nullptr;
  }
  PublicationPtr publication = compare(*current_, *next, limits_.event_changes);
  current_ = std::move(next);
  if (publication->previous == publication->token && !publication->restates()) return nullptr;
  if (publication->breaks()) {
    restart(*publication);
  } else {
    keep(publication);
  }
  return publication;
}

void Journal::keep(PublicationPtr publication) {
  changes_ += publication->changes.size();
  log_.push_back(std::move(publication));
  while (log_.size() > limits_.publications || changes_ > limits_.changes) {
    changes_ -= log_.front()->changes.size();
    log_.pop_front();
  }
}

void Journal::restart(const Publication& publication) {
  log_.clear();
  changes_ = 0;
  if (!publication.restates()) return;
  restated_.push_back(publication.token);
  if (restated_.size() > limits_.restated) restated_.pop_front();
}

bool Journal::restated(std::string_view token) const { return std::ranges::find(restated_, token) != restated_.end(); }

Way Journal::way_from(std::string_view token, const Find& find) const {
  // Which of the two that this token named was seen can't be told.
  if (restated(token)) return {};
  if (token == current_->token()) return {.kind = Way::Kind::known, .publications = {}};
  // The last of that token: a branch that was rewritten may have come back to where it was.
  const auto at = std::ranges::find(log_.rbegin(), log_.rend(), token, &Publication::previous);
  if (at != log_.rend()) return {.kind = Way::Kind::known, .publications = {std::prev(at.base()), log_.end()}};
  if (const catalog::SnapshotPtr held = find(token)) {
    auto whole = compare(*held, *current_, limits_.event_changes);
    if (whole->breaks()) return {};
    return {.kind = Way::Kind::known, .publications = {std::move(whole)}};
  }
  const bool ahead = entity::commits_of(token) > entity::commits_of(current_->token());
  return {.kind = ahead ? Way::Kind::ahead : Way::Kind::unknown, .publications = {}};
}

}  // namespace aureacore::feed
