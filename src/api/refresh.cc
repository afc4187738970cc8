// POST /refresh: asks for a check of the source that an entity comes from.
#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/text.h"
#include "entity/reference.h"

namespace aureacore::api {

void post_refresh(Call& call) {
  auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  auto ref = body->string("entityRef");
  if (!ref) return call.fail(ref.error());
  if (!*ref) return call.fail({base::Code::invalid, "expected a string as \"entityRef\" in the body, found none"});
  const auto reference = entity::parse_reference(**ref, {.kind = {}, .name_space = "default"});
  if (!reference) return call.fail(reference.error());
  const catalog::Entity* entity = call.snapshot->find(reference->canonical());
  if (entity == nullptr || !call.context().sync.refresh(entity->definition->place.file->source)) {
    return call.fail_absent(
        fmt::format("expected an entity whose source can be refreshed, found none at {}", base::printable(**ref)));
  }
  send_live(call, 200, json_type, "");
}

}  // namespace aureacore::api
