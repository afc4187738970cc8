#include "api/hook_desk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "api/barrier.h"
#include "api/hook_receipt.h"
#include "api/preference.h"
#include "api/requirement.h"
#include "api/worker.h"
#include "base/hash.h"

namespace aureacore::api {
namespace {

using hooks::Verdict;

// With nobody telling, hints and pushes that are followed are looked at so often at least.
constexpr std::chrono::milliseconds longest_pause{1'000};

hooks::Request view(const http::Request& request) {
  hooks::Request seen{.headers = {}, .body = request.body};
  seen.headers.reserve(request.headers.size());
  for (const http::Header& header : request.headers) seen.headers.push_back({header.name, header.value});
  return seen;
}

std::string digest(std::string_view bytes) {
  const auto hex = base::hash128(bytes).hex();
  return {hex.data(), hex.size()};
}

entity::PushToken make_token(std::uint64_t nonce, const Verdict& verdict) {
  std::vector<entity::PushToken::Push> pushes;
  // For whoever has proven nothing it names no source.
  if (verdict.proven) {
    for (const hooks::Match& match : verdict.matches) pushes.push_back({match.source, match.commit});
  }
  return {nonce, pushes};
}

void answer(Worker& worker, const http::Request& request, http::Later& later, const std::function<void(Call&)>& write) {
  http::Answer made;
  http::Response response(request, made);
  worker.answer_deferred(match_route(request.method, request.path).route, request, response, write);
  later.complete(std::move(made));
}

}  // namespace

HookDesk::HookDesk(Dependencies dependencies, unsigned worker)
    : dependencies_(std::move(dependencies)),
      context_(dependencies_.context),
      worker_(worker),
      targets_(dependencies_.targets ? dependencies_.targets : std::make_shared<const hooks::Targets>()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

HookDesk::~HookDesk() { stop(); }

void HookDesk::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void HookDesk::set_targets(std::shared_ptr<const hooks::Targets> targets) {
  const std::scoped_lock lock(mutex_);
  targets_ = std::move(targets);
}

bool HookDesk::full() const {
  const std::scoped_lock lock(mutex_);
  return stopped_ || incoming_.size() >= max_waiting || incoming_bytes_ >= max_waiting_bytes;
}

void HookDesk::submit(const http::Request& request, http::Later later) {
  auto owned = std::make_unique<const http::OwnedRequest>(request);
  const std::scoped_lock lock(mutex_);
  if (stopped_) return;  // letting go of `later` answers it
  incoming_bytes_ += request.body.size();
  incoming_.push_back({std::move(owned), std::move(later), context_.clock.steady()});
  changed_.notify_one();
}

void HookDesk::notify() {
  const std::scoped_lock lock(mutex_);
  notified_ = true;
  changed_.notify_one();
}

std::deque<HookDesk::Incoming> HookDesk::take(const std::stop_token& stop) {
  const auto due = hints_.next_due();
  const auto now = context_.clock.steady();
  const base::Duration idle = longest_pause;
  const auto time = due == base::SteadyTime::max() ? idle : std::clamp(due - now, base::Duration(0), idle);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return !incoming_.empty() || (notified_ && !followed_.empty()); });
  notified_ = false;
  incoming_bytes_ = 0;
  return std::exchange(incoming_, {});
}

void HookDesk::run(const std::stop_token& stop) {
  Worker worker(context_, worker_, Worker::Place::background);
  while (!stop.stop_requested()) {
    for (Incoming& incoming : take(stop)) {
      if (stop.stop_requested()) return;
      take_in(worker, incoming);
      check_due_hints();
    }
    check_due_hints();
    worker.tick();
    look_at_followed();
  }
}

void HookDesk::take_in(Worker& worker, Incoming& incoming) {
  std::shared_ptr<const hooks::Targets> targets;
  {
    const std::scoped_lock lock(mutex_);
    targets = targets_;
  }
  const catalog::SnapshotPtr snapshot = worker.reader().hold();
  const auto branch_of = [&](const std::string& source) {
    const auto* const state = snapshot ? snapshot->source(source) : nullptr;
    return state == nullptr ? std::string() : state->branch;
  };
  const http::Request& request = incoming.request->get();
  const Verdict verdict = hooks::judge(view(request), *targets, branch_of, context_.clock.wall());
  switch (verdict.outcome) {
    case Verdict::Outcome::accepted:
      return accept(worker, incoming, verdict);
    case Verdict::Outcome::ignored: {
      count(verdict, Result::ignored);
      // Nobody who has proven nothing can tell it from what is accepted.
      std::string version = snapshot ? snapshot->token() : std::string();
      if (!verdict.proven) version = make_token(dependencies_.nonce(), verdict).text();
      const Receipt receipt{.result = name(verdict.proven ? Result::ignored : Result::accepted), .version = version};
      return answer(worker, request, incoming.later, [&](Call& call) { send_receipt(call, verdict, receipt); });
    }
    case Verdict::Outcome::unproven:
    case Verdict::Outcome::old:
    case Verdict::Outcome::malformed:
      break;
  }
  refuse(worker, incoming, verdict);
}

void HookDesk::refuse(Worker& worker, Incoming& incoming, const Verdict& verdict) {
  const bool old = verdict.outcome == Verdict::Outcome::old;
  const auto result = verdict.outcome == Verdict::Outcome::malformed ? Result::malformed : Result::unproven;
  count(verdict, old ? Result::old : result);
  const auto now = context_.clock.steady();
  // Anybody can send them, as many as they like.
  if (now >= log_due_) {
    log_due_ = now + log_interval;
    context_.log.warning("webhook refused; further ones in the next seconds are only counted",
                         {{"sender", hooks::name(verdict.event.sender)}, {"why", name(old ? Result::old : result)}});
  }
  answer(worker, incoming.request->get(), incoming.later, [&](Call& call) { send_refusal(call, verdict); });
}

void HookDesk::accept(Worker& worker, Incoming& incoming, const Verdict& verdict) {
  const auto now = context_.clock.steady();
  const http::Request& request = incoming.request->get();
  const bool repeated = verdict.proven && is_repeated(verdict, now);
  const auto push = make_token(dependencies_.nonce(), verdict);
  count(verdict, repeated ? Result::duplicate : Result::accepted);
  if (!repeated) {
    // An id that isn't signed can be another one with the same body: such a body is believed once, later it is a hint.
    const bool known = !verdict.id_proven && bodies_.note(digest(request.body), now);
    for (const hooks::Match& match : verdict.matches) {
      if (verdict.proven && !known) {
        context_.sync.refresh(match.source);
      } else {
        hints_.want(match.source, now);
      }
    }
    follow(push, incoming.arrived);
    if (wait_until_served(incoming, verdict, push.text())) return;
  }
  const Receipt receipt{.result = name(repeated ? Result::duplicate : Result::accepted), .version = push.text()};
  answer(worker, request, incoming.later, [&](Call& call) { send_receipt(call, verdict, receipt); });
}

void HookDesk::check_due_hints() {
  for (const std::string& source : hints_.take_due(context_.clock.steady())) context_.sync.refresh(source);
}

bool HookDesk::is_repeated(const Verdict& verdict, base::SteadyTime now) {
  if (verdict.event.delivery.empty()) return false;
  const std::string delivery = digest(fmt::format("{} {}", hooks::name(verdict.event.sender), verdict.event.delivery));
  return deliveries_.note(delivery, now) || is_claimed_elsewhere(delivery, now);
}

// Whether another instance has had it.
bool HookDesk::is_claimed_elsewhere(const std::string& delivery, base::SteadyTime now) {
  if (context_.shared == nullptr || now < store_due_) return false;
  const auto first = context_.shared->claim("hook:" + delivery, ++claims_, hooks::Seen::window);
  if (!first) store_due_ = now + store_pause;
  return first && !*first;
}

// Hands it to the barrier if the sender wants to wait; true: it will be answered there.
bool HookDesk::wait_until_served(Incoming& incoming, const Verdict& verdict, const std::string& token) {
  const http::Request& request = incoming.request->get();
  const auto wait = preferred_wait(request);
  Barrier* const barrier = context_.barrier;
  if (!wait || barrier == nullptr || barrier->full() || context_.slot.generation() == 0) return false;
  const auto now = context_.clock.steady();
  const auto ending = [verdict, token](Call& call, bool met) {
    const Receipt receipt{
        .result = name(Result::accepted), .version = met ? call.snapshot->token() : token, .served = met};
    send_receipt(call, verdict, receipt);
  };
  barrier->submit({.ask = {.level = query::Level::session, .version = token},
                   .since = incoming.arrived,
                   .arrived = incoming.arrived,
                   .deadline = now + *wait,
                   .preference = fmt::format("wait={}", wait->count()),
                   .ending = ending},
                  request, std::move(incoming.later));
  return true;
}

void HookDesk::follow(entity::PushToken push, base::SteadyTime arrived) {
  if (dependencies_.propagation != nullptr && followed_.size() < max_followed) {
    followed_.push_back({std::move(push), arrived});
  }
}

void HookDesk::look_at_followed() {
  if (followed_.empty() || context_.slot.generation() == 0) return;
  const auto now = context_.clock.steady();
  const auto snapshot = context_.slot.latest();
  std::erase_if(followed_, [&](const Followed& followed) {
    const bool served = prospect(*snapshot, followed.push, followed.arrived, followed.arrived).missing == nullptr;
    if (served) dependencies_.propagation->record(now - followed.arrived, "webhook");
    return served || now - followed.arrived > longest_follow;
  });
}

}  // namespace aureacore::api
