#include "redis/verdict.h"

namespace aureacore::redis {
namespace {

using Next = Verdict::Next;

bool may_ask_other(const Attempt& attempt) {
  return attempt.access != Access::write && !attempt.other_tried && attempt.side == first_side(attempt.access);
}

Verdict judge_failure(const Attempt& attempt) {
  if (may_ask_other(attempt)) return {.next = Next::other};
  // What may have been done isn't done again.
  if (attempt.access == Access::write && attempt.sent) return {.next = Next::done};
  return {.next = Next::look};
}

// The server has refused: whatever the command, it was not done.
Verdict judge_refusal(const Attempt& attempt, const Reply& reply) {
  if (auto redirection = read_redirection(reply, attempt.endpoint)) {
    return {.next = Next::redirect, .redirection = std::move(redirection)};
  }
  if (reply.is_error("MOVED") || reply.is_error("ASK") || reply.is_error("READONLY")) return {.next = Next::look};
  if (reply.is_error("TRYAGAIN")) return {.next = Next::wait};
  if (reply.is_error("LOADING") || reply.is_error("MASTERDOWN") || reply.is_error("CLUSTERDOWN")) {
    return {.next = may_ask_other(attempt) ? Next::other : Next::wait};
  }
  return {};
}

}  // namespace

Verdict judge(const Attempt& attempt, const base::Result<Reply>& outcome) {
  if (!outcome) return judge_failure(attempt);
  if (outcome->is_error()) return judge_refusal(attempt, *outcome);
  // A replica may lag behind.
  const bool lacks = outcome->is_null() && attempt.side == Side::replica && attempt.access == Access::read;
  return {.next = lacks ? Next::other : Next::done};
}

}  // namespace aureacore::redis
