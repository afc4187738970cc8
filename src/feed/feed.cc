#include "feed/feed.h"

#include <algorithm>
#include <iterator>

#include "base/priority.h"
#include "feed/events.h"

namespace aureacore::feed {

Feed::Feed(FeedOptions options, Dependencies dependencies)
    : options_(options), dependencies_(std::move(dependencies)), journal_(options.journal) {}

Feed::~Feed() { stop(); }

void Feed::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Feed::stop() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  end();
}

void Feed::published(catalog::SnapshotPtr snapshot) {
  {
    const std::scoped_lock lock(mutex_);
    auto& versions = inbox_.versions;
    // The one behind it is compared with the one before it: nothing is lost but the border between two commits.
    if (versions.size() == options_.waiting_versions) versions.pop_back();
    versions.push_back(std::move(snapshot));
  }
  changed_.notify_all();
}

void Feed::subscribe(Wish wish, Answer answer) {
  {
    const std::scoped_lock lock(mutex_);
    const auto clients = static_cast<std::size_t>(totals_->clients.load(std::memory_order_relaxed));
    if (!stopped_ && clients + waiting_.load(std::memory_order_relaxed) < options_.watchers) {
      waiting_.fetch_add(1, std::memory_order_relaxed);
      inbox_.asking.push_back({std::move(wish), std::move(answer), dependencies_.clock.steady()});
      changed_.notify_all();
      return;
    }
  }
  totals_->refused.fetch_add(1, std::memory_order_relaxed);
  answer(std::nullopt);
}

void Feed::run(const std::stop_token& stop) {
  base::lower_priority();
  beat_ = dependencies_.clock.steady() + options_.heartbeat;
  while (!stop.stop_requested()) {
    Inbox inbox = wait(stop);
    for (const auto& version : inbox.versions) publish(version);
    auto asking = std::exchange(ahead_, {});
    std::ranges::move(inbox.asking, std::back_inserter(asking));
    answer(std::move(asking));
    if (dependencies_.clock.steady() >= beat_) beat();
  }
}

Feed::Inbox Feed::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  auto due = beat_;
  for (const Asking& asking : ahead_) due = std::min(due, asking.since + options_.patience);
  changed_.wait_for(lock, stop, due - dependencies_.clock.steady(),
                    [this] { return !inbox_.versions.empty() || !inbox_.asking.empty(); });
  return std::exchange(inbox_, {});
}

void Feed::publish(const catalog::SnapshotPtr& version) {
  beginnings_.clear();
  const PublicationPtr publication = journal_.take(version);
  if (publication == nullptr) return;
  if (publication->breaks()) {
    push_reset(*publication);
  } else {
    push(*publication);
  }
  if (dependencies_.follow) dependencies_.follow(publication);
}

// Those of critical entities first, and on their way before the others are rendered.
void Feed::push(const Publication& publication) {
  for (const bool critical : {true, false}) {
    std::vector<Stream*> streams;
    std::vector<const Filter*> filters;
    for (const auto& [key, stream] : streams_) {
      if (stream->filter().critical() != critical) continue;
      streams.push_back(stream.get());
      filters.push_back(&stream->filter());
    }
    const auto views = looker_.look(publication, filters);
    bool pushed = false;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (views[i].empty()) continue;
      pushed = true;
      streams[i]->push(change_event(publication, views[i]), publication.token);
      totals_->changes.fetch_add(1, std::memory_order_relaxed);
    }
    if (pushed) dependencies_.wake();
  }
}

void Feed::push_reset(const Publication& publication) {
  for (const auto& [key, stream] : streams_) {
    stream->push(reset_event(publication.token, publication.too_large ? "too many changes" : "configuration changed"),
                 publication.token);
  }
  totals_->resets.fetch_add(static_cast<std::uint64_t>(totals_->clients.load(std::memory_order_relaxed)),
                            std::memory_order_relaxed);
  dependencies_.wake();
}

void Feed::beat() {
  beat_ = dependencies_.clock.steady() + options_.heartbeat;
  forget_unwatched();
  if (journal_.current() == nullptr || streams_.empty()) return;
  const std::string& token = journal_.current()->token();
  for (const auto& [key, stream] : streams_) stream->push(bookmark_event(token), token);
  totals_->bookmarks.fetch_add(streams_.size(), std::memory_order_relaxed);
  dependencies_.wake();
}

void Feed::forget_unwatched() {
  std::erase_if(streams_, [](const auto& entry) { return entry.second.use_count() == 1; });
  std::erase_if(beginnings_, [](const auto& entry) { return entry.second.expired(); });
}

void Feed::answer(std::vector<Asking> asking) {
  for (Asking& each : asking) {
    if (!try_answer(each)) ahead_.push_back(std::move(each));
  }
}

// False: not yet.
bool Feed::try_answer(Asking& asking) {
  if (journal_.current() == nullptr) return false;
  Way way{.kind = Way::Kind::known, .publications = {}};
  if (!asking.wish.after.empty()) way = journal_.way_from(asking.wish.after, dependencies_.find);
  const bool patient = dependencies_.clock.steady() < asking.since + options_.patience;
  if (way.kind == Way::Kind::ahead && patient) return false;
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  auto stream = stream_of(asking.wish.filter);
  if (stream == nullptr) {
    totals_->refused.fetch_add(1, std::memory_order_relaxed);
    asking.answer(std::nullopt);
    return true;
  }
  const auto first = beginning(asking.wish, way);
  totals_->resets.fetch_add(first->is_reset ? 1 : 0, std::memory_order_relaxed);
  asking.answer(Subscription(
      std::move(stream), totals_,
      {.version = journal_.current()->token(), .first = Stream::Bytes(first, &first->text), .retry = next_retry()}));
  return true;
}

std::shared_ptr<const Feed::Beginning> Feed::beginning(const Wish& wish, const Way& way) {
  auto& held = beginnings_[{wish.filter.key(), wish.after}];
  auto made = held.lock();
  if (made == nullptr) {
    made = std::make_shared<const Beginning>(catch_up(wish, way));
    held = made;
  }
  return made;
}

Feed::Beginning Feed::catch_up(const Wish& wish, const Way& way) {
  if (way.kind != Way::Kind::known) return reset("history no longer held");
  std::string events;
  for (const PublicationPtr& publication : way.publications) {
    const auto views = looker_.look(*publication, wish.filter);
    if (!views.empty()) events += change_event(*publication, views);
    if (events.size() > options_.catch_up_bytes) return reset("too many changes");
  }
  return {.text = events + bookmark_event(journal_.current()->token())};
}

Feed::Beginning Feed::reset(std::string_view reason) const {
  const std::string& token = journal_.current()->token();
  return {.text = reset_event(token, reason) + bookmark_event(token), .is_reset = true};
}

std::shared_ptr<Stream> Feed::stream_of(const Filter& filter) {
  const auto at = streams_.find(filter.key());
  if (at != streams_.end()) return at->second;
  if (streams_.size() >= options_.filters) forget_unwatched();
  if (streams_.size() >= options_.filters) return nullptr;
  return streams_.emplace(filter.key(), std::make_shared<Stream>(filter, options_.stream_bytes)).first->second;
}

std::chrono::milliseconds Feed::next_retry() {
  constexpr std::uint64_t step = 2'654'435'761;  // spreads consecutive numbers over any range
  const auto spread = static_cast<std::uint64_t>(options_.retry_spread.count());
  return options_.retry + std::chrono::milliseconds(++number_ * step % (spread + 1));
}

void Feed::end() {
  for (const auto& [key, stream] : streams_) stream->end();
  dependencies_.wake();
  std::vector<Asking> left = std::exchange(ahead_, {});
  {
    const std::scoped_lock lock(mutex_);
    std::ranges::move(std::exchange(inbox_.asking, {}), std::back_inserter(left));
  }
  for (Asking& each : left) each.answer(std::nullopt);
}

}  // namespace aureacore::feed
