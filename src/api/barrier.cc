#include "api/barrier.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "api/background.h"
#include "api/batch.h"
#include "api/requirement.h"
#include "api/worker.h"
#include "base/priority.h"

namespace aureacore::api {
namespace {

using catalog::SourceState;

// With nobody telling, deadlines and clients that went are looked at so often.
constexpr std::chrono::milliseconds look_interval{50};
constexpr std::chrono::seconds idle_interval{1};

std::string describe(const SourceState& source, base::SteadyTime now) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - source.freshness->last_check()).count();
  const std::string_view degraded = name(source.freshness->degraded());
  return fmt::format("{}, last checked {} s ago{}{}", source.id, age, degraded.empty() ? "" : ", degraded: ", degraded);
}

Problem unmet(const query::Ask& ask, const std::string& why) {
  return {
      .status = 503,
      .type = "consistency-level-unavailable",
      .title = "The consistency level can't be met now",
      .detail = fmt::format("expected {}: every source checked at its remote {}; found {}: ask again later, ask for "
                            "less, or add stale-if-error to Cache-Control to take what is there",
                            Settled(ask).level,
                            ask.level == query::Level::bounded ? fmt::format("in the last {} s", ask.max_age)
                                                               : std::string("after the request came"),
                            why)};
}

}  // namespace

Barrier::Barrier(const Context& context, unsigned worker)
    : context_(context), worker_(worker), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Barrier::~Barrier() { stop(); }

void Barrier::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Barrier::full() const {
  const std::scoped_lock lock(mutex_);
  const LoadLimits& limits = context_.load;
  return stopped_ || waiting() >= limits.waiting ||
         waiting_bytes_.load(std::memory_order_relaxed) >= limits.waiting_bytes;
}

void Barrier::submit(Wish wish, const http::Request& request, http::Later later) {
  const std::scoped_lock lock(mutex_);
  if (stopped_) return;  // letting go of `later` answers it
  auto kept = std::make_unique<http::OwnedRequest>(request);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  waiting_bytes_.fetch_add(kept->bytes(), std::memory_order_relaxed);
  auto push = entity::PushToken::parse(wish.ask.version);
  incoming_.push_back({std::move(wish), std::move(push), std::move(kept), std::move(later)});
  changed_.notify_one();
}

void Barrier::notify() {
  const std::scoped_lock lock(mutex_);
  notified_ = true;
  changed_.notify_one();
}

std::vector<Barrier::Waiting> Barrier::take(const std::stop_token& stop, bool idle) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, idle ? idle_interval : look_interval,
                    [this, idle] { return !incoming_.empty() || (notified_ && !idle); });
  notified_ = false;
  return std::exchange(incoming_, {});
}

void Barrier::run(const std::stop_token& stop) {
  base::lower_priority();
  Worker worker(context_, worker_, Worker::Place::background);
  std::vector<Waiting> waiting;
  const auto keep_undecided = [&](const auto& decided) {
    std::vector<Waiting> left;
    for (Waiting& one : waiting) {
      if (decided(one)) {
        waiting_bytes_.fetch_sub(one.request->bytes(), std::memory_order_relaxed);
      } else {
        left.push_back(std::move(one));
      }
    }
    waiting_.fetch_sub(waiting.size() - left.size(), std::memory_order_relaxed);
    waiting = std::move(left);
  };
  while (!stop.stop_requested()) {
    auto fresh = take(stop, waiting.empty());
    if (!fresh.empty()) ask_for_checks(*context_.slot.latest(), fresh);
    std::ranges::move(fresh, std::back_inserter(waiting));
    if (waiting.empty()) continue;
    worker.tick();             // the policy may have changed
    worker.labels().forget();  // those from before a check make its answers look old
    keep_undecided([&](Waiting& one) { return decide(worker, one); });
  }
  std::ranges::move(take(stop, true), std::back_inserter(waiting));
  keep_undecided([&](Waiting& one) {
    refuse(worker, one, "a server that is about to stop");
    return true;
  });
}

void Barrier::ask_for_checks(const catalog::Snapshot& snapshot, const std::vector<Waiting>& fresh) {
  for (const SourceState& source : snapshot.sources()) {
    auto latest = base::SteadyTime::min();
    for (const Waiting& one : fresh) {
      const bool needed = !one.push || (one.push->concerns(source.id) && !one.push->names(source.id, source.commit));
      if (needed) latest = std::max(latest, one.wish.since);
    }
    if (source.freshness->last_check() < latest) context_.sync.refresh(source.id);
  }
}

// True: it waits no more.
bool Barrier::decide(Worker& worker, Waiting& waiting) {
  if (waiting.later.cancelled()) return true;
  const auto now = context_.clock.steady();
  const catalog::SnapshotPtr snapshot = worker.reader().hold();
  // Another instance's version may come by the shared copy before a check is through.
  const auto& ask = waiting.wish.ask;
  const bool has_come = ask.level == query::Level::session && context_.slot.find(ask.version).snapshot != nullptr;
  const auto& [since, arrived] = std::pair(waiting.wish.since, waiting.wish.arrived);
  const auto [hope, missing] =
      waiting.push ? prospect(*snapshot, *waiting.push, since, arrived) : prospect(*snapshot, since, arrived);
  if (missing == nullptr || has_come) {
    note_met(waiting);
    Settled settled(waiting.wish.ask);
    settled.preference = waiting.wish.preference;
    totals_.met.fetch_add(1, std::memory_order_relaxed);
    answer(worker, waiting, settled);
    return true;
  }
  const bool hopeless = hope == Prospect::Hope::none || now >= waiting.wish.deadline;
  if (hopeless) refuse(worker, waiting, describe(*missing, now));
  return hopeless;
}

bool Barrier::has_met(std::string_view push_token) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::find(met_, push_token) != met_.end();
}

void Barrier::note_met(const Waiting& waiting) {
  if (!waiting.push) return;
  const std::scoped_lock lock(mutex_);
  if (std::ranges::find(met_, waiting.wish.ask.version) != met_.end()) return;
  if (met_.size() == max_met) met_.pop_front();
  met_.push_back(waiting.wish.ask.version);
}

void Barrier::end(Worker& worker, Waiting& waiting, bool met) {
  const http::Request& request = waiting.request->get();
  http::Answer answer;
  http::Response response(request, answer);
  worker.answer_deferred(match_route(request.method, request.path).route, request, response, [&](Call& call) {
    call.settled.preference = waiting.wish.preference;
    waiting.wish.ending(call, met);
  });
  waiting.later.complete(std::move(answer));
}

void Barrier::answer(Worker& worker, Waiting& waiting, const Settled& settled) const {
  if (waiting.wish.ending) return end(worker, waiting, true);
  const http::Request& request = waiting.request->get();
  http::Answer answer;
  http::Response response(request, answer);
  const std::size_t route = match_route(request.method, request.path).route;
  const bool costly = context_.background != nullptr && is_costly(route);
  const auto pressure = costly ? context_.background->pressure() : std::nullopt;
  try {
    if (costly && !pressure) {
      Call call = worker.begin(request, response);
      call.settled = settled;
      if (route != batch_route()) return context_.background->submit(make_question(call, std::move(waiting.later)));
      return context_.background->submit(std::make_shared<Batch>(call, std::move(waiting.later)));
    }
    if (pressure) {
      worker.answer_deferred(route, request, response, [&](Call& call) { call.shed(*pressure); });
    } else {
      worker.answer_settled(settled, request, response);
    }
  } catch (const std::exception&) {
    return;  // logged there; letting go of `later` answers it
  }
  waiting.later.complete(std::move(answer));
}

void Barrier::refuse(Worker& worker, Waiting& waiting, const std::string& why) {
  totals_.unmet.fetch_add(1, std::memory_order_relaxed);
  if (waiting.wish.ending) return end(worker, waiting, false);
  if (waiting.wish.ask.stale_if_error) return answer(worker, waiting, Settled::unmet(waiting.wish.ask));
  const http::Request& request = waiting.request->get();
  http::Answer answer;
  http::Response response(request, answer);
  worker.answer_deferred(match_route(request.method, request.path).route, request, response,
                         [&](Call& call) { call.fail(unmet(waiting.wish.ask, why)); });
  waiting.later.complete(std::move(answer));
}

}  // namespace aureacore::api
