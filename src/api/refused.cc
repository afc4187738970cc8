// What Backstage's API has and this one doesn't do, with what to do instead.
#include <fmt/core.h>

#include "api/endpoints.h"
#include "api/locations.h"

namespace aureacore::api {
namespace {

void refuse(Call& call, std::string_view instead) {
  call.fail({.status = 403,
             .type = "read-only",
             .title = "Git is the source of truth",
             .detail = fmt::format("expected a read: the catalog follows its Git repositories alone; {}", instead)});
}

}  // namespace

void refuse_entity_write(Call& call) {
  const catalog::Entity* entity = call.snapshot == nullptr ? nullptr : call.snapshot->find_uid(call.path[0]);
  const catalog::SourceState* source =
      entity == nullptr ? nullptr : call.snapshot->source(entity->definition->place.file->source);
  if (source == nullptr) return refuse(call, "to remove an entity, commit to the repository that it stands in");
  refuse(call, fmt::format("to remove {}, take it out of {} with a commit to {}", entity->key(),
                           entity->definition->place.file->path, location_target(*source)));
}

void refuse_location_write(Call& call) {
  const catalog::SourceState* source = call.snapshot == nullptr ? nullptr : call.snapshot->source(call.path[0]);
  if (source == nullptr) return refuse(call, "to add a location, add its repository to the configuration's sources");
  refuse(call, fmt::format("to change or remove the location {}, change the source of that id in the configuration's "
                           "sources",
                           source->id));
}

}  // namespace aureacore::api
