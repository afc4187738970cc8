// GET /api/v1/watch: the stream of changes, as Server-Sent Events. The feed's thread answers; a stream then lives on its
// connection, as a body that waits for the feed's word.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/text.h"
#include "entity/version.h"
#include "feed/feed.h"

namespace aureacore::api {
namespace {

constexpr std::string_view event_stream = "text/event-stream; charset=utf-8";

// Ends when its client may read no more; at its next event, a bookmark at the latest.
class WatchBody final : public http::Body {
 public:
  WatchBody(feed::Subscription subscription, auth::Stay stay, const base::Clock& clock)
      : subscription_(std::move(subscription)), stay_(stay), clock_(clock) {}

  bool produce(http::Output& out, std::size_t budget) override {
    const auto append = [&out](std::string_view bytes) { out.append(bytes); };
    if (!stay_.over(clock_)) return subscription_.take(budget, append);
    subscription_.end(append);
    return false;
  }
  [[nodiscard]] bool waits() const override { return !subscription_.ready() && !stay_.over(clock_); }
  [[nodiscard]] bool urgent() const override { return subscription_.critical(); }

 private:
  feed::Subscription subscription_;
  const auth::Stay stay_;
  const base::Clock& clock_;
};

// EventSource sends the header by itself when it connects again; the parameter is for whoever can't set headers.
std::string last_event(const Call& call) {
  for (const http::Header& header : call.request.headers) {
    if (base::equal_ignoring_case(header.name, "last-event-id")) return std::string(header.value);
  }
  const std::string* parameter = call.params.find("lastEventId");
  return parameter == nullptr ? std::string() : *parameter;
}

base::Result<bool> read_criticality(const Call& call) {
  const std::string* criticality = call.params.find("criticality");
  if (criticality == nullptr) return false;
  if (*criticality == "critical") return true;
  return base::fail(base::Code::invalid, "expected critical as criticality, found \"{}\"",
                    base::printable(*criticality));
}

base::Result<feed::Feed::Wish> read(const Call& call) {
  constexpr std::array<std::string_view, 3> known{"filter", "criticality", "lastEventId"};
  if (auto only = call.params.only(known); !only) return std::unexpected(only.error());
  const auto critical = read_criticality(call);
  if (!critical) return std::unexpected(critical.error());
  auto filter = feed::Filter::parse(call.params.all("filter"), *critical);
  if (!filter) return std::unexpected(filter.error());
  std::string after = last_event(call);
  if (!after.empty() && !entity::is_token(after)) {
    return base::fail(base::Code::invalid, "expected an event's id or a version as Last-Event-ID, found \"{}\"",
                      base::printable(after));
  }
  return feed::Feed::Wish{.filter = *std::move(filter), .after = std::move(after)};
}

void write_head(const std::string& version, base::WallTime now, http::Response& response) {
  response.start(200);
  response.header("Content-Type", event_stream);
  response.header("Date", http_date(now));
  response.header("Cache-Control", "no-store");
  response.header("AureaCore-Version", version);
  response.header("X-Accel-Buffering", "no");  // asks nginx to pass events on as they come
  response.close();                            // behind its end
}

void refuse(const base::Clock& clock, const http::Request& request, http::Response& response) {
  const std::string date = http_date(clock.wall());
  constexpr int retry_after_seconds = 2;
  send_problem(busy(), {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = retry_after_seconds},
               request, response);
}

// Answers on the feed's thread.
class Answering {
 public:
  Answering(const Call& call, http::Later later)
      : request_(std::make_unique<http::OwnedRequest>(call.request)),
        later_(std::move(later)),
        stay_(call.worker.stay()),
        clock_(call.context().clock) {}

  void operator()(std::optional<feed::Subscription> subscription) {
    if (later_.cancelled()) return;
    http::Answer answer;
    http::Response response(request_->get(), answer);
    if (subscription) {
      write_head(subscription->version(), clock_.wall(), response);
      response.stream(std::make_unique<WatchBody>(*std::move(subscription), stay_, clock_), -1);
    } else {
      refuse(clock_, request_->get(), response);
    }
    later_.complete(std::move(answer));
  }

 private:
  std::unique_ptr<const http::OwnedRequest> request_;
  http::Later later_;
  auth::Stay stay_;
  const base::Clock& clock_;
};

}  // namespace

void get_watch(Call& call) {
  auto wish = read(call);
  if (!wish) return call.fail(wish.error());
  if (call.snapshot == nullptr) return call.fail(not_ready());
  if (call.context().feed == nullptr || !call.response.can_defer()) return call.fail(busy());
  if (call.request.method == http::Method::head) {
    write_head(call.snapshot->token(), call.context().clock.wall(), call.response);
    return call.response.stream(nullptr, -1);
  }
  call.context().feed->subscribe(*std::move(wish), Answering(call, call.response.defer()));
}

}  // namespace aureacore::api
