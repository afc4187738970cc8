// Which consistency level a request asks for, and what is done for it: nothing, another version, or a wait at the barrier.
#include <fmt/core.h>

#include "api/barrier.h"
#include "api/preference.h"
#include "api/recall.h"
#include "api/requirement.h"
#include "api/worker.h"

namespace aureacore::api {
namespace {

using query::Ask;
using query::Level;

Problem gone(const Ask& ask, const std::string& current) {
  return {.status = 410,
          .type = "version-gone",
          .title = "The version is no longer held",
          .detail = fmt::format("expected a version that is still held, found {}; the catalog is at {} by now",
                                ask.version, current)};
}

Problem not_cached(const Ask& ask) {
  return {.status = 504,
          .type = "not-cached",
          .title = "That takes more than what is cached",
          .detail = fmt::format("expected {} with only-if-cached, found a catalog that would have to be checked at its "
                                "remotes for it",
                                Settled(ask).level)};
}

Problem inside_a_batch() {
  return {.status = 400,
          .type = "operation",
          .title = "The operation is not for a batch",
          .detail =
              "expected the consistency level with the batch itself, found one with an operation: all operations of a "
              "batch are answered from one version"};
}

}  // namespace

bool Worker::settle_level(Call& call) {
  if (settled_ != nullptr) {
    call.settled = *settled_;
    return true;
  }
  const std::string* parameter = call.params.find("consistency");
  if (!call.conditions.ask_for_level() && parameter == nullptr) return true;
  const auto ask = query::parse_ask(call.conditions.consistency, parameter == nullptr ? std::string_view{} : *parameter,
                                    call.conditions.cache_control);
  if (!ask) {
    call.fail(ask.error());
    return false;
  }
  if (ask->level == Level::eventual) return true;
  if (in_background()) {  // where only a batch's operations come with nothing settled
    call.fail(inside_a_batch());
    return false;
  }
  if (ask->level == Level::snapshot) return settle_snapshot(call, *ask);
  const auto since = missing_check(call, *ask);
  if (since) return wait_for_checks(call, *ask, *since);
  call.settled = Settled(*ask);
  return true;
}

// What the call's version lacks for the level. A version that was published meanwhile is taken instead: what was found to be
// served or checked may be of that one.
std::optional<base::SteadyTime> Worker::missing_check(Call& call, const Ask& ask) {
  for (;;) {
    const auto since = required_check(ask, *call.snapshot, context_.slot, context_.clock.steady());
    const bool is_met =
        since && ask.level == Level::session && context_.barrier != nullptr && context_.barrier->has_met(ask.version);
    const catalog::Snapshot* const newest = reader_.current();
    if (newest == call.snapshot) return is_met ? std::nullopt : since;
    call.snapshot = newest;
  }
}

// False: answered with a problem.
bool Worker::settle_snapshot(Call& call, const Ask& ask) {
  if (ask.version != call.snapshot->token()) {
    auto held = context_.slot.find(ask.version);
    if (held.snapshot == nullptr) {
      const auto recalled = recall(call, ask.version, Settled(ask), gone(ask, call.snapshot->token()));
      if (!recalled) return false;
      held = {recalled->snapshot, recalled->checked};
    }
    pin(std::move(held.snapshot));
    pinned_here_ = true;
    call.snapshot = reader_.current();
    call.pinned = labels_.of_pinned(*call.snapshot, held.checked);
    call.settled = Settled(ask);
    call.settled.checked = held.checked;
    return true;
  }
  call.settled = Settled(ask);
  return true;
}

// False: it is not for this call to answer any more.
bool Worker::wait_for_checks(Call& call, const Ask& ask, base::SteadyTime since) {
  Barrier* const barrier = context_.barrier;
  const bool can_wait = barrier != nullptr && call.response.can_defer() && !barrier->full();
  if (ask.only_if_cached) {
    call.fail(not_cached(ask));
  } else if (can_wait) {
    const auto wished = preferred_wait(call.request);
    const auto wait = wished.value_or(Barrier::default_wait);
    const auto now = context_.clock.steady();
    barrier->submit({.ask = ask,
                     .since = since,
                     .arrived = now,
                     .deadline = now + wait,
                     .preference = wished ? fmt::format("wait={}", wait.count()) : std::string()},
                    call.request, call.response.defer());
  } else if (ask.stale_if_error) {
    call.settled = Settled::unmet(ask);
    return true;
  } else {
    call.shed(Shed::barrier_full);
  }
  return false;
}

}  // namespace aureacore::api
