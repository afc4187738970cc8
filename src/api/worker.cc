#include "api/worker.h"

#include <fmt/core.h>

#include "api/access_log.h"
#include "api/answer.h"
#include "api/background.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr int retry_after_seconds = 2;

// See http::Handler.
constexpr base::Duration tick_interval = std::chrono::milliseconds(100);

// Entities: half a millisecond's work.
constexpr std::size_t quick_scan = 500;

class Question final : public Background::Task {
 public:
  Question(const Call& call, http::Later later)
      : request_(call.request),
        later_(std::move(later)),
        snapshot_(call.worker.reader().hold()),
        settled_(call.settled) {}

  bool work(Worker& worker) override {
    if (begun_.test_and_set() || later_.cancelled()) return false;
    worker.pin(snapshot_);
    http::Answer answer;
    http::Response response(request_.get(), answer);
    worker.answer_settled(settled_, request_.get(), response);
    if (response.finished()) later_.complete(std::move(answer));
    return false;
  }

 private:
  const http::OwnedRequest request_;
  http::Later later_;
  const catalog::SnapshotPtr snapshot_;
  const Settled settled_;
  std::atomic_flag begun_;
};

// Does it at the end of the block, however that is left.
template <class Work>
class Finally {
 public:
  explicit Finally(Work work) : work_(std::move(work)) {}
  ~Finally() { work_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  Work work_;
};

Problem method_not_allowed(const http::Request& request, std::string_view allow) {
  return {.status = 405,
          .type = "method-not-allowed",
          .title = "The method is not allowed here",
          .detail = fmt::format("expected {} for {}, found {}", allow, base::printable(request.path),
                                base::printable(request.method_name))};
}

}  // namespace

std::shared_ptr<Background::Task> make_question(const Call& call, http::Later later) {
  return std::make_shared<Question>(call, std::move(later));
}

const Label& Call::label() {
  if (!pinned && settled.checked) pinned = worker.labels().of_pinned(*snapshot, *settled.checked, settled.found);
  if (pinned) return *pinned;
  return worker.labels().of_all(*snapshot, worker.reader().generation());
}

void Call::write_label(const Label& label) {
  worker.count(label.stale ? CacheResult::stale : CacheResult::hit);
  if (settled.level.empty() && !settled.no_cache && settled.preference.empty()) return response.block(label.lines);
  response.block(label_lines(label));
}

std::string Call::label_lines(const Label& label) const {
  std::string lines;
  if (!settled.preference.empty()) lines += fmt::format("Preference-Applied: {}\r\n", settled.preference);
  lines += label.without_consistency(settled.no_cache);
  if (settled.level.empty()) return lines += std::string_view(label.lines).substr(label.consistency);
  lines += fmt::format("AureaCore-Consistency: {}", settled.level);
  if (!label.degraded.empty()) lines += fmt::format("; degraded=\"{}\"", label.degraded);
  return lines += "\r\n";
}

bool Call::defer() {
  Background* const background = context().background;
  if (worker.in_background() || background == nullptr || !response.can_defer()) return false;
  if (const auto pressure = background->pressure()) {
    shed(*pressure);
    return true;
  }
  background->submit(make_question(*this, response.defer()));
  return true;
}

bool Call::defer_large(std::size_t count) { return count > quick_scan && defer(); }

bool Call::defer_scan(const query::Query& query) { return query::scans(query) && defer_large(snapshot->size()); }

void Call::fail(const Problem& problem, std::string_view allow) {
  const std::string date = http_date(context().clock.wall());
  ProblemContext about{.version = {}, .label = {}, .date = date, .allow = allow, .retry_after = {}};
  if (snapshot != nullptr) about.version = snapshot->token();
  if (problem.status == 503) about.retry_after = retry_after_seconds;
  send_problem(problem, about, request, response);
}

void Call::shed(Shed reason) {
  worker.count(reason);
  fail(busy());
}

void Call::fail_absent(std::string detail) {
  const Label& current = label();
  worker.count(current.stale ? CacheResult::stale : CacheResult::hit);
  detail += fmt::format(" in version {}", snapshot->token());
  const std::string lines = label_lines(current);
  send_problem(not_found(std::move(detail)),
               {.version = snapshot->token(), .label = lines, .date = {}, .allow = {}, .retry_after = {}}, request,
               response);
}

void Worker::handle(const http::Request& request, http::Response& response) {
  parts_.clear();
  dispatch(request, response);
}

// Ticks come at their time as long as the connections have their turns at theirs.
void Worker::watch_pace() {
  const base::SteadyTime now = context_.clock.steady();
  const base::Duration late = ticked_ == base::SteadyTime{} ? base::Duration(0) : now - ticked_ - tick_interval;
  behind_ = late > context_.load.worker_lag && costly_ > context_.load.worker_costly;
  ticked_ = now;
  costly_ = 0;
}

void Worker::tick() {
  counters_.tick();
  follow_policy();
  watch_pace();
  labels_.tick();
  reader_.current();  // an idle worker must not pin an old snapshot
}

void Worker::refuse(int status, std::string_view why, http::Response& response) {
  counters_.count(route_count() - 1, status);
  const std::string date = http_date(context_.clock.wall());
  const Problem problem{.status = status, .type = "refused", .title = http::reason(status), .detail = std::string(why)};
  const http::Request nameless;
  send_problem(problem, {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = {}}, nameless, response);
}

// What an endpoint throws is our own mistake (or no memory is left): the server answers 500, and here is why.
void Worker::dispatch(const http::Request& request, http::Response& response) {
  try {
    route(request, response);
  } catch (const std::exception& error) {
    context_.log.error("request failed", {{"method", request.method_name},
                                          {"path", base::printable(request.path)},
                                          {"error", error.what()},
                                          {"request_id", request_id(request)},
                                          {"traceparent", trace_parent(request)}});
    throw;
  }
}

void Worker::route(const http::Request& request, http::Response& response) {
  if (only_here_ && !comes_from_here(request, response)) return;
  if (admits_) return route_guarded(request, response);
  if (look_up_timed(request, response)) return;
  route_matched(match_route(request.method, request.path), request, response);
}

bool Worker::look_up_timed(const http::Request& request, http::Response& response) {
  const bool sampled = counters_.sampled();
  const base::SteadyTime begin = sampled ? context_.clock.steady() : base::SteadyTime{};
  if (!look_up(request, response)) return false;
  if (sampled) counters_.time(by_name_route(), context_.clock.steady() - begin, WorkerRequests::sample_every);
  counters_.count(by_name_route(), response.status());
  return true;
}

void Worker::route_matched(const Match& match, const http::Request& request, http::Response& response) {
  const base::SteadyTime begin = context_.clock.steady();
  const std::size_t route = match.route == Match::none ? route_count() - 1 : match.route;
  if (match.route == Match::none) {
    answer_unmatched(match, request, response);
  } else {
    call(match, request, response);
  }
  if (response.deferred()) return;
  counters_.count(route, response.status());
  counters_.time(route, context_.clock.steady() - begin);
}

Call Worker::begin(const http::Request& request, http::Response& response) {
  return {.worker = *this,
          .request = request,
          .response = response,
          .conditions = read_conditions(request, header_scratch_),
          .path = {},
          .params = {},
          .snapshot = reader_.current(),
          .settled = {},
          .pinned = {}};
}

void Worker::answer_deferred(std::size_t route, const http::Request& request, http::Response& response,
                             const std::function<void(Call&)>& write) {
  Call call = begin(request, response);
  write(call);
  counters_.count(route, response.status());
}

void Worker::answer_settled(const Settled& settled, const http::Request& request, http::Response& response) {
  settled_ = &settled;
  const Finally forget([this] { settled_ = nullptr; });
  handle(request, response);
}

void Worker::pin(catalog::SnapshotPtr snapshot) {
  // A generation of its own, that the slot never counts to: labels are told apart by it.
  constexpr std::uint64_t pinned = std::uint64_t{1} << 63;
  reader_.pin(std::move(snapshot), pinned | ++pins_);
  follow_policy();
  labels_.tick();
}

std::shared_ptr<const graph::Dense> Worker::dense() {
  const catalog::SnapshotPtr snapshot = reader_.hold();
  if (context_.background != nullptr) return context_.background->dense(snapshot);
  return std::make_shared<const graph::Dense>(*snapshot);
}

void Worker::answer_unmatched(const Match& match, const http::Request& request, http::Response& response) {
  Call call = begin(request, response);
  if (!match.known_path) {
    return call.fail(not_found(
        fmt::format("expected a path that /api/v1/openapi.json describes, found {}", base::printable(request.path))));
  }
  if (request.method != http::Method::options) return call.fail(method_not_allowed(request, match.allow), match.allow);
  response.start(204);
  response.header("Allow", match.allow);
  response.header("Date", http_date(context_.clock.wall()));
  response.send({});
}

void Worker::call(const Match& match, const http::Request& request, http::Response& response) {
  const Route& route = route_at(match.route);
  Call call = begin(request, response);
  if (route.needs == Needs::snapshot && call.snapshot == nullptr) {
    count(CacheResult::miss);
    return call.fail(not_ready());
  }
  if (sheds(match.route)) return call.shed(Shed::worker_behind);
  for (std::size_t i = 0; i < match.parameters.size(); ++i) {
    auto decoded = base::percent_decode(match.parameters[i], false);
    if (!decoded) {
      return call.fail(base::Error{base::Code::invalid, fmt::format("expected %XX escapes in the path, found \"{}\"",
                                                                    base::printable(match.parameters[i]))});
    }
    call.path[i] = *std::move(decoded);
  }
  auto params = Params::parse(request.query);
  if (!params) return call.fail(params.error());
  call.params = *std::move(params);
  const Finally let_go([this] {
    if (std::exchange(pinned_here_, false)) unpin();
  });
  if (route.needs == Needs::nothing || settle_level(call)) route.answer(call);
}

// Look-ups go first: while the connections of this worker wait for their turns, nothing costly is begun.
bool Worker::sheds(std::size_t route) {
  if (in_background() || settled_ != nullptr || !is_costly(route)) return false;
  ++costly_;
  return behind_;
}

std::unique_ptr<http::Handler> make_handler(const Context& context, unsigned worker) {
  return std::make_unique<Worker>(context, worker);
}

}  // namespace aureacore::api
