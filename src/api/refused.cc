// What Backstage's API has and this one doesn't do, with what to do instead.
#include <fmt/core.h>

#include "api/endpoints.h"

namespace aureacore::api {

void refuse_write(Call& call) {
  call.fail({.status = 403,
             .type = "read-only",
             .title = "Git is the source of truth",
             .detail =
                 "expected a read: the catalog follows its Git repositories alone; to add, change or remove an entity, "
                 "commit to "
                 "the repository it stands in; to add or remove a repository, change the configuration's sources"});
}

}  // namespace aureacore::api
