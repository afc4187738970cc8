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

void refuse_later_release(Call& call) {
  call.fail({.status = 501,
             .type = "not-implemented",
             .title = "A later release does this",
             .detail = "expected a look-up: this release doesn't validate what it doesn't store; commit it to a branch "
                       "that a source "
                       "follows, and see what is wrong with it at /api/v1/errors"});
}

}  // namespace aureacore::api
