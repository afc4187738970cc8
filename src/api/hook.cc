// POST /api/v1/hooks/git: a webhook of a Git server, or of a tool that knows of pushes.
#include "api/endpoints.h"
#include "api/hook_desk.h"

namespace aureacore::api {

void post_git_hook(Call& call) {
  HookDesk* const desk = call.context().hooks;
  if (desk == nullptr || !call.response.can_defer() || desk->full()) {
    return call.fail(
        Problem{.status = 503,
                .type = "busy",
                .title = "Too much is asked at once",
                .detail = "expected fewer webhooks at a time; those that wait fill the queue: send it again"});
  }
  desk->submit(call.request, call.response.defer());
}

}  // namespace aureacore::api
