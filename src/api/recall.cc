#include "api/recall.h"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "api/background.h"
#include "api/batch.h"

namespace aureacore::api {
namespace {

Problem untold(const std::string& token, const std::string& reason) {
  return {
      .status = 503,
      .type = "version-unavailable",
      .title = "The version can't be had now",
      .detail = fmt::format("expected {} from the shared copy or from Git, found: {}; ask again later", token, reason)};
}

// A request that is answered once its version was found, from it.
class Recall final : public Background::Task {
 public:
  Recall(const Call& call, http::Later later, std::string token, Settled settled, Problem gone)
      : context_(call.context()),
        request_(call.request),
        later_(std::move(later)),
        token_(std::move(token)),
        settled_(std::move(settled)),
        gone_(std::move(gone)) {}

  // Before it is submitted.
  void found(const base::Result<sync::Recalled>& result) {
    if (result) {
      snapshot_ = result->snapshot;
      settled_.checked = result->checked;
      settled_.found = result->origin == sync::Recalled::Origin::git ? Labels::Found::in_git : Labels::Found::in_store;
    } else {
      failed_ = result.error();
    }
  }

  bool work(Worker& worker) override {
    if (begun_.test_and_set() || later_.cancelled()) return false;
    const http::Request& request = request_.get();
    http::Answer answer;
    http::Response response(request, answer);
    const auto route = match_route(request.method, request.path).route;
    if (failed_) {
      const bool gone = failed_->code == base::Code::not_found;
      const Problem problem = gone ? gone_ : untold(token_, failed_->message);
      worker.unpin();
      worker.answer_deferred(route, request, response, [&](Call& call) { call.fail(problem); });
    } else if (route == batch_route()) {
      worker.pin(snapshot_);
      Call call = worker.begin(request, response);
      call.settled = settled_;
      context_.background->submit(std::make_shared<Batch>(call, std::move(later_)));
      return false;
    } else {
      worker.pin(snapshot_);
      worker.answer_settled(settled_, request, response);
    }
    if (response.finished()) later_.complete(std::move(answer));
    return false;
  }

 private:
  const Context& context_;
  const http::OwnedRequest request_;
  http::Later later_;
  const std::string token_;
  Settled settled_;
  const Problem gone_;
  catalog::SnapshotPtr snapshot_;      // null: not found
  std::optional<base::Error> failed_;  // why
  std::atomic_flag begun_;
};

}  // namespace

std::optional<sync::Recalled> recall(Call& call, const std::string& token, const Settled& settled,
                                     const Problem& gone) {
  sync::Archive* const archive = call.context().archive;
  if (archive == nullptr || call.context().background == nullptr) return call.fail(gone), std::nullopt;
  if (auto held = archive->held(token)) return held;
  if (settled.ask.only_if_cached || !call.response.can_defer()) return call.fail(gone), std::nullopt;
  if (const auto pressure = call.context().background->pressure()) return call.shed(*pressure), std::nullopt;
  const auto waiting = std::make_shared<Recall>(call, call.response.defer(), token, settled, gone);
  Background* const background = call.context().background;
  const auto answer = [waiting, background](const base::Result<sync::Recalled>& result) {
    waiting->found(result);
    background->submit(waiting);
  };
  if (!archive->recall(token, answer)) answer(base::fail(base::Code::unavailable, "too many versions are asked for"));
  return std::nullopt;
}

}  // namespace aureacore::api
