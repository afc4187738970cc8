#include "notify/courier.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"
#include "base/priority.h"
#include "feed/events.h"
#include "notify/signature.h"

namespace aureacore::notify {
namespace {

constexpr int gone = 410;

bool is_success(int status) { return status >= 200 && status < 300; }

std::string id_of(const std::string& target, const std::string& version) {
  const auto hex = base::hash128(fmt::format("{}\n{}", target, version)).hex();
  return fmt::format("msg_{}", std::string_view(hex.data(), hex.size()));
}

std::string body_of(std::string_view type, base::WallTime now, std::string_view data) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return fmt::format(R"({{"type":"{}","timestamp":"{}","data":{}}})", type, feed::timestamp(seconds), data);
}

}  // namespace

std::optional<Message> make_message(const feed::Publication& publication, std::span<const feed::View> views,
                                    const std::string& target, base::WallTime now) {
  if (views.empty() && !publication.breaks()) return std::nullopt;
  Message message{.id = id_of(target, publication.token), .version = publication.token, .body = {}};
  if (publication.breaks()) {
    message.body =
        body_of("catalog.reset", now,
                fmt::format(R"({{"version":"{}","previous":"{}"}})", publication.token, publication.previous));
  } else {
    message.body = body_of("catalog.changed", now, feed::change_json(publication, views));
  }
  return message;
}

Courier::Courier(Target target, CourierOptions options, Dependencies dependencies)
    : target_(std::move(target)),
      options_(options),
      dependencies_(std::move(dependencies)),
      spool_(dependencies_.spool) {
  status_.name = target_.name;
  status_.origin = origin(target_.url);
  status_.filters = target_.filters;
  status_.critical = target_.filter.critical();
}

Courier::~Courier() { stop(); }

void Courier::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Courier::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  collect();  // so that it is on disk
  if (leased_ && dependencies_.shared != nullptr) dependencies_.shared->release("notify/" + target_.name);
  leased_ = false;
}

void Courier::take(const feed::Publication& publication) {
  auto message =
      make_message(publication, looker_.look(publication, target_.filter), target_.name, dependencies_.clock.wall());
  if (!message) return;
  number(*message);
  {
    const std::scoped_lock lock(mutex_);
    incoming_.push_back(*std::move(message));
  }
  changed_.notify_all();
}

// A version that comes back, of a branch that is rewritten to where it was or of another configuration, is another message:
// the first one is settled, and receivers know its id. Instances that saw the same history count the same.
void Courier::number(Message& message) {
  const auto times = std::ranges::count(told_, message.id);
  told_.push_back(message.id);
  if (told_.size() > options_.waiting) told_.pop_front();
  if (times > 0) message.id += fmt::format("_{}", times + 1);
}

CourierStatus Courier::status() const {
  const std::scoped_lock lock(mutex_);
  CourierStatus status = status_;
  status.waiting += incoming_.size();
  return status;
}

void Courier::run(const std::stop_token& stop) {
  base::lower_priority();
  for (Message& message : spool_.load()) {
    bytes_ += message.body.size();
    queue_.push_back(std::move(message));
  }
  while (!stop.stop_requested()) {
    collect();
    wait(stop, step(stop));
  }
}

void Courier::wait(const std::stop_token& stop, base::SteadyTime due) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, due - dependencies_.clock.steady(), [this] { return !incoming_.empty(); });
}

void Courier::collect() {
  std::vector<Message> incoming;
  {
    const std::scoped_lock lock(mutex_);
    incoming = std::exchange(incoming_, {});
    status_.waiting = queue_.size() + incoming.size();
  }
  for (Message& message : incoming) enqueue(std::move(message));
}

void Courier::enqueue(Message message) {
  if (const auto kept = spool_.keep(message); !kept) {
    dependencies_.log.warning("notification waits in memory alone",
                              {{"target", target_.name}, {"error", kept.error().message}});
  }
  bytes_ += message.body.size();
  queue_.push_back(std::move(message));
  while (queue_.size() > 1 && (queue_.size() > options_.waiting || bytes_ > options_.waiting_bytes)) {
    bury("too many notifications wait", std::exchange(attempts_, 0));
  }
}

// Gives when it is to be called again.
base::SteadyTime Courier::step(const std::stop_token& stop) {
  const base::SteadyTime now = dependencies_.clock.steady();
  if (queue_.empty()) return now + options_.lease;
  if (!has_lease()) {
    drop_settled();
    return now + options_.standby;
  }
  drop_settled();
  if (queue_.empty()) return now;
  // While it waits it keeps the lease.
  if (now < due_) return std::min(due_, now + options_.lease / 3);
  attempt(stop);
  return std::min(due_, now + options_.lease / 3);
}

bool Courier::has_lease() {
  leased_ = dependencies_.shared == nullptr || dependencies_.shared->acquire("notify/" + target_.name, options_.lease);
  note([this](CourierStatus& status) { status.sends = leased_; });
  return leased_;
}

// Whoever sends does so in order: what comes before a settled message is settled. Instances may have skipped each other's
// versions, so the first may be one that nobody else has.
void Courier::drop_settled() {
  if (dependencies_.shared == nullptr) return;
  std::size_t settled = 0;
  if (dependencies_.shared->settled(queue_.back().id)) {
    settled = queue_.size();
  } else {
    while (settled < queue_.size() && dependencies_.shared->settled(queue_[settled].id)) ++settled;
  }
  if (settled == 0) return;
  for (std::size_t i = 0; i < settled; ++i) pop();
  note([&](CourierStatus& status) { status.settled_elsewhere += settled; });
}

void Courier::attempt(const std::stop_token& stop) {
  const auto status = dependencies_.send(post_of(queue_.front()), stop);
  if (stop.stop_requested() && !status) return;  // nobody's failure
  if (status && is_success(*status)) return delivered();
  if (status) return failed(fmt::format("expected a status from 200 to 299, found {}", *status), *status == gone);
  failed(status.error().message, status.error().code == base::Code::denied);
}

void Courier::delivered() {
  const Message message = pop();
  if (dependencies_.shared != nullptr) dependencies_.shared->settle(message.id);
  note([&](CourierStatus& status) {
    ++status.delivered;
    status.last_error.clear();
    status.last_delivered = message.version;
  });
}

void Courier::failed(const std::string& error, bool hopeless) {
  ++attempts_;
  note([&](CourierStatus& status) {
    ++status.failures;
    status.last_error = error;
  });
  if (hopeless || attempts_ >= options_.attempts) return bury(error, attempts_);
  due_ = dependencies_.clock.steady() + options_.backoff.delay(attempts_, dependencies_.random);
}

void Courier::bury(const std::string& error, std::uint32_t attempts) {
  const Message message = pop();
  if (dependencies_.shared != nullptr && leased_) dependencies_.shared->settle(message.id);
  dependencies_.log.error("notification given up", {{"target", target_.name},
                                                    {"id", message.id},
                                                    {"version", message.version},
                                                    {"attempts", attempts},
                                                    {"error", error}});
  note([&](CourierStatus& status) {
    ++status.dead;
    status.dead_letters.push_back({message.id, message.version, error, attempts, dependencies_.clock.wall()});
    if (status.dead_letters.size() > options_.dead_letters) status.dead_letters.erase(status.dead_letters.begin());
  });
}

// The first one has had its time, one way or the other.
Message Courier::pop() {
  Message message = std::move(queue_.front());
  queue_.pop_front();
  bytes_ -= message.body.size();
  spool_.forget(message);
  attempts_ = 0;
  due_ = {};
  note([this](CourierStatus& status) { status.waiting = queue_.size(); });
  return message;
}

Post Courier::post_of(const Message& message) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(dependencies_.clock.wall().time_since_epoch()).count();
  return {.url = target_.url,
          .headers = {"Content-Type: application/json", "User-Agent: AureaCore",
                      fmt::format("webhook-id: {}", message.id), fmt::format("webhook-timestamp: {}", now),
                      fmt::format("webhook-signature: {}", sign(target_.key, message.id, now, message.body))},
          .body = message.body,
          .allow_private = target_.allow_private,
          .time = options_.time,
          .ca_file = target_.ca_file};
}

void Courier::note(const std::function<void(CourierStatus&)>& change) {
  const std::scoped_lock lock(mutex_);
  change(status_);
}

}  // namespace aureacore::notify
