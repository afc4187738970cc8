#include "feed/stream.h"

#include "feed/events.h"

namespace aureacore::feed {

void Stream::push(std::string event, std::string_view token) {
  const std::scoped_lock lock(mutex_);
  bytes_ += event.size();
  events_.push_back(std::make_shared<const std::string>(std::move(event)));
  token_ = token;
  while (events_.size() > 1 && bytes_ > kept_bytes_) {
    bytes_ -= events_.front()->size();
    events_.pop_front();
  }
  next_.fetch_add(1, std::memory_order_release);
}

void Stream::end() { ended_.store(true, std::memory_order_release); }

Stream::Bytes Stream::at(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t back = next_.load(std::memory_order_relaxed) - number;  // from the end
  return back == 0 || back > events_.size() ? nullptr : events_[events_.size() - back];
}

std::string Stream::token() const {
  const std::scoped_lock lock(mutex_);
  return token_;
}

Subscription::Subscription(std::shared_ptr<Stream> stream, std::shared_ptr<Totals> totals, Start start)
    : stream_(std::move(stream)), totals_(std::move(totals)), start_(std::move(start)), place_(stream_->next()) {
  totals_->clients.fetch_add(1, std::memory_order_relaxed);
  totals_->subscribed.fetch_add(1, std::memory_order_relaxed);
}

Subscription::~Subscription() {
  if (stream_) totals_->clients.fetch_sub(1, std::memory_order_relaxed);
}

bool Subscription::ready() const { return !begun_ || start_.first || place_ != stream_->next() || stream_->ended(); }

// False: there is more of it.
bool Subscription::take_first(std::size_t budget, std::size_t& taken, const Append& append) {
  if (!std::exchange(begun_, true)) append(retry_hint(start_.retry));
  if (!start_.first) return true;
  const std::string_view part = std::string_view(*start_.first).substr(first_taken_, budget);
  append(part);
  taken = part.size();
  first_taken_ += part.size();
  if (first_taken_ != start_.first->size()) return false;
  start_.first.reset();
  return true;
}

bool Subscription::take(std::size_t budget, const Append& append) {
  std::size_t taken = 0;
  if (!take_first(budget, taken, append)) return true;
  for (; place_ != stream_->next() && taken < budget; ++place_) {
    const Stream::Bytes event = stream_->at(place_);
    if (event == nullptr) {
      totals_->resets.fetch_add(1, std::memory_order_relaxed);
      totals_->dropped.fetch_add(1, std::memory_order_relaxed);
      append(retry_hint(start_.retry));
      append(reset_event(stream_->token(), "too slow"));
      return false;
    }
    append(*event);
    taken += event->size();
    totals_->sent.fetch_add(1, std::memory_order_relaxed);
  }
  if (place_ != stream_->next() || !stream_->ended()) return true;
  end(append);
  return false;
}

void Subscription::end(const Append& append) const {
  // In the midst of an event it would become a part of that, which is dropped as it stands.
  if (first_taken_ == 0 || !start_.first) append(retry_hint(start_.retry));
}

}  // namespace aureacore::feed
