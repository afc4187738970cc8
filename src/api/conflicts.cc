// GET /api/v1/conflicts: where two versions stood against each other, and what the remote made of it.
#include "sync/conflicts.h"

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"

namespace aureacore::api {
namespace {

using sync::Conflict;

void write(const Conflict::Side& side, base::JsonWriter& json) {
  json.begin_object();
  json.member("who", side.who);
  if (!side.commit.empty()) {
    json.member("position", static_cast<std::int64_t>(side.position));
    json.member("commit", side.commit);
  }
  if (!side.digest.empty()) json.member("digest", side.digest);
  json.end_object();
}

void write(const Conflict& conflict, base::SteadyTime now, base::JsonWriter& json) {
  json.begin_object();
  json.member("kind", name(conflict.kind));
  json.member("source", conflict.source);
  json.key("ours");
  write(conflict.ours, json);
  json.key("theirs");
  write(conflict.theirs, json);
  json.key("sinceSeconds");
  json.number(base::in_seconds(now - conflict.since));
  json.member("outcome", name(conflict.outcome));
  if (conflict.outcome != Conflict::Outcome::open) {
    json.key("settledSeconds");
    json.number(base::in_seconds(now - conflict.settled));
  }
  json.end_object();
}

}  // namespace

void get_conflicts(Call& call) {
  if (const auto known = call.params.only({}); !known) return call.fail(known.error());
  const auto* conflicts = call.context().conflicts;
  const base::SteadyTime now = call.context().clock.steady();
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("items");
  json.begin_array();
  sync::Conflicts::Counts counts;
  if (conflicts != nullptr) {
    counts = conflicts->counts();
    for (const Conflict& conflict : conflicts->list()) write(conflict, now, json);
  }
  json.end_array();
  json.member("open", static_cast<std::int64_t>(counts.open));
  json.member("total", static_cast<std::int64_t>(counts.total));
  json.end_object();
  send_live(call, 200, json_type, body);
}

}  // namespace aureacore::api
