// One entity: by name (when the fast way doesn't do), by uid, with its ancestry.
#include <fmt/core.h>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

const catalog::Entity* find(const Call& call) {
  return call.snapshot->find(entity::Reference{call.path[0], call.path[1], call.path[2]}.canonical());
}

void fail_nameless(Call& call) {
  call.fail_absent(fmt::format("expected an entity, found none of kind {} named {} in the namespace {}",
                               base::printable(call.path[0]), base::printable(call.path[2]),
                               base::printable(call.path[1])));
}

}  // namespace

void get_entity_by_name(Call& call) {
  const catalog::Entity* found = find(call);
  if (found == nullptr) return fail_nameless(call);
  send_entity(call, *found);
}

void get_entity_by_uid(Call& call) {
  const catalog::Entity* found = call.snapshot->find_uid(call.path[0]);
  if (found == nullptr) {
    return call.fail_absent(
        fmt::format("expected an entity, found none with the uid {}", base::printable(call.path[0])));
  }
  send_entity(call, *found);
}

// Entities come from files of a source here, not from other entities: each is the root of its own ancestry.
void get_entity_ancestry(Call& call) {
  const catalog::Entity* found = find(call);
  if (found == nullptr) return fail_nameless(call);
  std::string before = "{\"rootEntityRef\":";
  base::append_json_string(before, found->key());
  before += ",\"items\":[{\"entity\":";
  auto& parts = call.worker.parts();
  parts.push_back(before);
  for (const std::string_view part : found->json()) parts.push_back(part);
  parts.emplace_back(",\"parentEntityRefs\":[]}]}");
  send_json(call, label_of(call, *found), parts);
}

}  // namespace aureacore::api
