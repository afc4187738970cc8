// GET /api/v1/status and /api/v1/sources: the state of this instance.
#include <chrono>
#include <utility>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"

namespace aureacore::api {
namespace {

// Times are relative: seconds since, seconds until.
void write_times(const sync::SourceStatus& source, base::SteadyTime now, base::JsonWriter& json) {
  json.key("intervalSeconds");
  json.number(base::in_seconds(source.interval));
  json.key("ageSeconds");
  if (source.last_check) {
    json.number(base::in_seconds(now - *source.last_check));
  } else {
    json.null();
  }
  json.key("nextCheckSeconds");
  if (source.next_check) {
    json.number(std::max(0.0, base::in_seconds(*source.next_check - now)));
  } else {
    json.null();
  }
}

// The update that waits for somebody to release it.
void write_held(const std::optional<sync::Held>& held, base::JsonWriter& json) {
  if (!held) return json.null();
  json.begin_object();
  json.member("commit", held->commit);
  json.member("gone", static_cast<std::int64_t>(held->gone));
  json.member("of", static_cast<std::int64_t>(held->of));
  json.end_object();
}

void write(const sync::SourceStatus& source, base::SteadyTime now, base::JsonWriter& json) {
  const auto count = [&](std::string_view name, std::uint64_t value) {
    json.member(name, static_cast<std::int64_t>(value));
  };
  json.begin_object();
  json.member("id", source.id);
  json.member("url", source.url);
  json.member("branch", source.branch);
  json.member("loaded", source.loaded);
  json.member("commit", source.commit);
  count("position", source.position);
  count("files", source.files);
  count("entities", source.entities);
  json.member("degraded", name(source.degraded));
  json.member("lastError", source.last_error);
  write_times(source, now, json);
  count("checks", source.checks);
  count("failures", source.failures);
  count("consecutiveFailures", source.consecutive_failures);
  json.member("breaker", source.breaker);
  json.member("criticality", source.criticality);
  json.member("partialClone", source.partial_clone);
  count("mirrorBytes", source.mirror_bytes);
  json.key("held");
  write_held(source.held, json);
  json.end_object();
}

void write_sources(Call& call, base::JsonWriter& json) {
  const base::SteadyTime now = call.context().clock.steady();
  json.begin_array();
  for (const sync::SourceStatus& source : call.context().sync.sources()) write(source, now, json);
  json.end_array();
}

void write(const sync::Member& member, base::JsonWriter& json) {
  json.begin_object();
  json.member("instance", member.instance);
  json.member("release", member.release);
  json.member("version", member.version);
  json.member("digest", member.digest);
  json.member("catalog", member.catalog);
  json.key("ageSeconds");
  json.number(base::in_seconds(member.age));
  json.member("state", member.state);
  json.member("degraded", member.degraded);
  json.end_object();
}

void write_size(const sync::SharedStatus& shared, base::JsonWriter& json) {
  const auto& [entities, json_bytes, parts, stored_bytes] = shared.size;
  for (const auto& [name, count] : {std::pair{"entities", entities}, std::pair{"jsonBytes", json_bytes},
                                    std::pair{"parts", parts}, std::pair{"storedBytes", stored_bytes}}) {
    json.member(name, static_cast<std::int64_t>(count));
  }
}

void write_servers(const Context& context, base::JsonWriter& json) {
  json.key("servers");
  json.begin_array();
  if (context.cache_servers) {
    for (const auto& [server, breaker] : context.cache_servers()) {
      json.begin_object();
      json.member("server", server);
      json.member("breaker", breaker);
      json.end_object();
    }
  }
  json.end_array();
}

void write_shared(const Context& context, base::JsonWriter& json) {
  const sync::SharedStatus shared = context.shared->status();
  json.begin_object();
  json.member("address", context.cache);
  json.member("state", name(shared.state));
  json.member("catalog", shared.catalog);
  json.member("digest", shared.digest);
  json.member("lastError", shared.last_error);
  json.key("lastSuccessSeconds");
  if (shared.last_success) {
    json.number(base::in_seconds(context.clock.steady() - *shared.last_success));
  } else {
    json.null();
  }
  for (const auto& [name, count] :
       {std::pair{"adopted", shared.adopted}, std::pair{"refused", shared.refused},
        std::pair{"headsMoved", shared.moved}, std::pair{"partsRestored", shared.restored},
        std::pair{"fetchesDeferred", shared.deferred}, std::pair{"failures", shared.failures},
        std::pair{"disagreements", shared.disagreements}}) {
    json.member(name, static_cast<std::int64_t>(count));
  }
  write_size(shared, json);
  write_servers(context, json);
  json.key("fleet");
  json.begin_array();
  for (const auto& member : shared.fleet) write(member, json);
  json.end_array();
  json.end_object();
}

bool only(Call& call, std::span<const std::string_view> names) {
  const auto known = call.params.only(names);
  if (!known) call.fail(known.error());
  return known.has_value();
}

}  // namespace

void get_status(Call& call) {
  if (!only(call, {})) return;
  const Context& context = call.context();
  const bool draining = context.draining != nullptr && context.draining->load(std::memory_order_relaxed);
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.member("release", context.release);
  json.member("ready", call.snapshot != nullptr && !draining);
  json.member("draining", draining);
  json.key("uptimeSeconds");
  json.number(base::in_seconds(context.clock.steady() - context.started));
  json.key("version");
  if (call.snapshot == nullptr) {
    json.null();
  } else {
    json.string(call.snapshot->token());
    json.member("entities", static_cast<std::int64_t>(call.snapshot->size()));
    json.member("publications", static_cast<std::int64_t>(call.worker.reader().generation()));
  }
  if (context.shared != nullptr) {
    json.key("cache");
    write_shared(context, json);
  }
  if (context.conflicts != nullptr) {
    const auto counts = context.conflicts->counts();
    json.key("conflicts");
    json.begin_object();
    json.member("open", static_cast<std::int64_t>(counts.open));
    json.member("total", static_cast<std::int64_t>(counts.total));
    json.end_object();
  }
  json.key("sources");
  write_sources(call, json);
  json.end_object();
  send_live(call, 200, json_type, body);
}

void get_sources(Call& call) {
  if (!only(call, {})) return;
  std::string body = "{\"items\":";
  base::JsonWriter json(body);
  write_sources(call, json);
  body += "}";
  send_live(call, 200, json_type, body);
}

}  // namespace aureacore::api
