// POST /api/v1/sources/{id}/release: an operator lets a held update of a source pass.
#include <fmt/core.h>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view expected_commit =
    "expected the held commit, as /api/v1/sources names it, as \"commit\" in the body";

Problem not_held(const std::string& source) {
  return {.status = 409,
          .type = "nothing-held",
          .title = "Nothing of the source is held",
          .detail = fmt::format("expected an update of {} that is held back, found none", source)};
}

Problem other_held(Call& call, const std::string& source, std::string_view asked) {
  std::string held = "none";
  for (const sync::SourceStatus& status : call.context().sync.sources()) {
    if (status.id == source && status.held) held = status.held->commit;
  }
  return {.status = 409,
          .type = "another-held",
          .title = "Another commit of the source is held",
          .detail = fmt::format("{}, found {} while {} is held", expected_commit, base::printable(asked), held)};
}

void send_released(Call& call, const std::string& source, std::string_view commit) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.member("source", source);
  json.member("commit", commit);
  json.end_object();
  send_live(call, 202, json_type, body);
}

}  // namespace

void post_release(Call& call) {
  if (const auto known = call.params.only({}); !known) return call.fail(known.error());
  const auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  const auto commit = body->string("commit");
  if (!commit) return call.fail(commit.error());
  if (!*commit) return call.fail({base::Code::invalid, fmt::format("{}, found none", expected_commit)});
  const std::string& source = call.path[0];
  switch (call.context().sync.release(source, **commit)) {
    case sync::Release::released:
      return send_released(call, source, **commit);
    case sync::Release::unknown:
      return call.fail(not_found(fmt::format("expected the id of a source, found {}", base::printable(source))));
    case sync::Release::nothing:
      return call.fail(not_held(source));
    case sync::Release::other:
      return call.fail(other_held(call, source, **commit));
  }
}

}  // namespace aureacore::api
