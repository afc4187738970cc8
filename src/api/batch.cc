#include "api/batch.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::size_t piece_bytes = 64 << 10;

// What a request line could not carry either.
bool is_target(std::string_view path) {
  return path.starts_with('/') && std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7f; });
}

// The value of a header line that the answer itself wrote; empty where there is none.
std::string_view header_of(const http::Answer& answer, std::string_view name) {
  std::string_view head = answer.headers();
  while (!head.empty()) {
    std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(": ")) continue;
    return line.substr(name.size() + 2);
  }
  return {};
}

// Those that say something of this operation alone; the rest stands at the batch's head.
void write_headers(const http::Answer& answer, std::string_view token, base::JsonWriter& json) {
  constexpr std::array<std::string_view, 5> names{"Content-Type", "ETag", "Link", "Allow", "Retry-After"};
  json.key("headers");
  json.begin_object();
  for (const std::string_view name : names) {
    if (const std::string_view value = header_of(answer, name); !value.empty()) json.member(name, value);
  }
  const std::string_view version = header_of(answer, "AureaCore-Version");
  if (!version.empty() && version != token) json.member("AureaCore-Version", version);  // a cursor's
  json.end_object();
}

void write_body(const http::Answer& answer, base::JsonWriter& json) {
  if (answer.body().empty()) return;
  const std::string_view type = header_of(answer, "Content-Type");
  json.key("body");
  if (type.starts_with("application/json") || type.starts_with("application/problem+json")) {
    json.raw(answer.body());
  } else {
    json.string(answer.body());
  }
}

Problem unfit(std::string detail) {
  return {.status = 400, .type = "operation", .title = "The operation is not for a batch", .detail = std::move(detail)};
}

Problem failed() {
  return {.status = 500,
          .type = "failed",
          .title = "The operation could not be answered",
          .detail = "expected an answer, found a failure of the server's own"};
}

}  // namespace

Batch::Batch(const Call& call, http::Later later)
    : request_(call.request),
      later_(std::move(later)),
      snapshot_(call.worker.reader().hold()),
      settled_(call.settled),
      limits_(call.context().batch),
      begun_(call.context().clock.steady()) {}

bool Batch::work(Worker& worker) {
  worker.pin(snapshot_);
  std::call_once(read_, [&] { read(worker); });
  for (std::size_t i = 0; i < part; ++i) {
    if (!answer_next(worker)) return false;
  }
  return true;
}

void Batch::read(Worker& worker) {
  http::Answer unused;
  http::Response response(request_.get(), unused);
  Call call = worker.begin(request_.get(), response);
  if (auto read = read_operations(call); !read) {
    operations_.clear();
    complete(worker, [&](Call& failed) { failed.fail(read.error()); });
  } else if (operations_.empty()) {
    finish(worker);
  }
}

base::Status Batch::read_operations(Call& call) {
  const auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  simdjson::dom::element member;
  simdjson::dom::array items;
  if (!body->find("requests", member) || member.get(items) != simdjson::SUCCESS) {
    return base::fail(base::Code::invalid, "expected an array as \"requests\" in the body");
  }
  const std::size_t count = items.size();
  if (count > limits_.operations) {
    return base::fail(base::Code::too_large,
                      "expected at most {} operations in a batch (limits.batch_operations), found {}",
                      limits_.operations, count);
  }
  operations_.reserve(count);
  for (const simdjson::dom::element item : items) {
    Operation& operation = operations_.emplace_back();
    simdjson::dom::element id;
    const bool named = item["id"].get(id) == simdjson::SUCCESS && (id.is_string() || id.is_number());
    operation.id = named ? simdjson::minify(id) : std::to_string(operations_.size() - 1);
    std::string_view text;
    if (simdjson::dom::element given; item["body"].get(given) == simdjson::SUCCESS && !given.is_null()) {
      operation.body = simdjson::minify(given);
    }
    operation.method = item["method"].get(text) == simdjson::SUCCESS ? text : "GET";
    if (item["path"].get(text) == simdjson::SUCCESS) operation.path = text;
    if (!is_target(operation.path) || operation.path.size() > max_path_bytes) {
      operation.error = fmt::format(
          "expected an operation as {{\"method\": \"GET\", \"path\": \"/api/…\"}} with a path of at most {} visible "
          "ASCII "
          "characters, found the path \"{}\"",
          max_path_bytes, base::printable(operation.path));
    }
  }
  return {};
}

bool Batch::answer_next(Worker& worker) {
  if (over()) return false;
  const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
  if (index >= operations_.size()) return false;
  Operation& operation = operations_[index];
  answer(worker, operation);
  const std::size_t bytes = bytes_.fetch_add(operation.answer.size()) + operation.answer.size();
  if (bytes > limits_.bytes) {
    complete(worker, [&](Call& call) {
      call.fail(
          {base::Code::too_large,
           fmt::format("expected answers of at most {} bytes from a batch (limits.batch_bytes), found more: ask for "
                       "fewer entities, or for parts of them with fields",
                       limits_.bytes)});
    });
    return false;
  }
  if (answered_.fetch_add(1) + 1 == operations_.size()) finish(worker);
  return true;
}

void Batch::answer(Worker& worker, Operation& operation) const {
  http::Answer answer;
  try {
    ask(worker, operation, answer);
  } catch (...) {
    answer = {};
    refuse(operation, failed(), answer);
  }
  base::JsonWriter json(operation.answer);
  json.begin_object();
  json.key("id");
  json.raw(operation.id);
  json.member("status", static_cast<std::int64_t>(answer.status));
  write_headers(answer, snapshot_->token(), json);
  write_body(answer, json);
  json.end_object();
}

void Batch::ask(Worker& worker, const Operation& operation, http::Answer& answer) const {
  if (!operation.error.empty()) return refuse(operation, unfit(operation.error), answer);
  http::Request request;
  request.method_name = operation.method;
  request.method = http::method_of(operation.method);
  request.target = operation.path;
  request.path = request.target.substr(0, request.target.find('?'));
  if (request.path.size() < request.target.size()) request.query = request.target.substr(request.path.size() + 1);
  request.body = operation.body;
  request.http10 = true;  // so that bodies come as they are, without chunks
  request.keep_alive = false;

  const Match match = match_route(request.method, request.path);
  if (match.route != Match::none) {
    const Route& route = route_at(match.route);
    if (route.needs != Needs::snapshot || route.in_batch == InBatch::no) {
      return refuse(operation,
                    unfit(fmt::format("expected an operation that reads the catalog, found {}: send it as a request of "
                                      "its own",
                                      route_label(match.route))),
                    answer);
    }
  }
  if (worker.context().clock.steady() - begun_ > limits_.time) {
    return refuse(operation,
                  unfit(fmt::format("expected a batch that takes at most {} s, found one that takes longer: send fewer "
                                    "operations at a time",
                                    std::chrono::duration_cast<std::chrono::seconds>(limits_.time).count())),
                  answer);
  }
  http::Response response(request, answer);
  worker.handle(request, response);
  while (answer.rest && answer.bytes.size() <= limits_.bytes) {
    if (!answer.rest->produce(answer.bytes, piece_bytes)) answer.rest.reset();
  }
}

void Batch::refuse(const Operation& operation, const Problem& problem, http::Answer& answer) const {
  http::Request request;
  request.method_name = operation.method;
  request.target = operation.path;
  request.path = request.target;
  http::Response response(request, answer);
  send_problem(problem, {.version = snapshot_->token(), .label = {}, .date = {}, .allow = {}, .retry_after = {}},
               request, response);
}

void Batch::finish(Worker& worker) {
  complete(worker, [&](Call& call) {
    std::vector<std::string_view> parts{"{\"responses\":["};
    for (const Operation& operation : operations_) {
      if (parts.size() > 1) parts.emplace_back(",");
      parts.push_back(operation.answer);
    }
    const std::string end = fmt::format("],\"version\":\"{}\"}}", snapshot_->token());
    parts.push_back(end);
    send_json(call, call.label(), parts);
  });
}

void Batch::complete(Worker& worker, const std::function<void(Call&)>& write) {
  if (over_.exchange(true)) return;
  http::Answer answer;
  http::Response response(request_.get(), answer);
  worker.answer_deferred(batch_route(), request_.get(), response, [&](Call& call) {
    call.settled = settled_;
    write(call);
  });
  later_.complete(std::move(answer));
}

void post_batch(Call& call) {
  constexpr std::array<std::string_view, 1> names{"consistency"};
  if (auto only = call.params.only(names); !only) return call.fail(only.error());
  Background* const background = call.context().background;
  if (background == nullptr || !call.response.can_defer()) return call.fail(busy());
  if (const auto pressure = background->pressure()) return call.shed(*pressure);
  background->submit(std::make_shared<Batch>(call, call.response.defer()));
}

}  // namespace aureacore::api
