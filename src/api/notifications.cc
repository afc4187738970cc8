// GET /api/v1/notifications: who is told of changes, and what couldn't be delivered.
#include <chrono>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "feed/events.h"
#include "notify/notifier.h"

namespace aureacore::api {
namespace {

void write(const notify::DeadLetter& letter, base::JsonWriter& json) {
  const auto time = std::chrono::floor<std::chrono::seconds>(letter.time.time_since_epoch()).count();
  json.begin_object();
  json.member("id", letter.id);
  json.member("version", letter.version);
  json.member("error", letter.error);
  json.member("attempts", static_cast<std::int64_t>(letter.attempts));
  json.member("time", feed::timestamp(time));
  json.end_object();
}

void write(const notify::CourierStatus& target, base::JsonWriter& json) {
  json.begin_object();
  json.member("name", target.name);
  json.member("origin", target.origin);
  json.key("filter");
  json.begin_array();
  for (const std::string& filter : target.filters) json.string(filter);
  json.end_array();
  json.member("criticality", target.critical ? "critical" : "all");
  json.member("sends", target.sends);
  for (const auto& [name, count] :
       {std::pair{"waiting", std::uint64_t{target.waiting}}, std::pair{"delivered", target.delivered},
        std::pair{"failures", target.failures}, std::pair{"settledElsewhere", target.settled_elsewhere},
        std::pair{"dead", target.dead}}) {
    json.member(name, static_cast<std::int64_t>(count));
  }
  json.member("lastError", target.last_error);
  json.member("lastDelivered", target.last_delivered);
  json.key("deadLetters");
  json.begin_array();
  for (const notify::DeadLetter& letter : target.dead_letters) write(letter, json);
  json.end_array();
  json.end_object();
}

}  // namespace

void get_notifications(Call& call) {
  if (const auto known = call.params.only({}); !known) return call.fail(known.error());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("items");
  json.begin_array();
  if (call.context().notifier != nullptr) {
    for (const notify::CourierStatus& target : call.context().notifier->status()) write(target, json);
  }
  json.end_array();
  json.end_object();
  send_live(call, 200, json_type, body);
}

}  // namespace aureacore::api
