#include "api/problem.h"

#include <fmt/core.h>

#include "base/json.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view catalog_prefix = "/api/catalog";
// Argo CD shows an error's member "message".
constexpr std::string_view argo_path = "/api/v1/getparams.execute";

// The names by which Backstage's clients tell errors apart.
std::string_view backstage_name(int status) {
  switch (status) {
    case 400:
      return "InputError";
    case 401:
      return "AuthenticationError";
    case 403:
      return "NotAllowedError";
    case 404:
      return "NotFoundError";
    case 409:
      return "ConflictError";
    case 501:
      return "NotImplementedError";
    case 503:
      return "ServiceUnavailableError";
    default:
      return "Error";
  }
}

void write_backstage(base::JsonWriter& json, const Problem& problem, const http::Request& request) {
  json.key("error");
  json.begin_object();
  json.member("name", backstage_name(problem.status));
  json.member("message", problem.detail);
  json.end_object();
  json.key("request");
  json.begin_object();
  json.member("method", base::printable(request.method_name));
  json.member("url", base::printable(request.target, 2000));
  json.end_object();
  json.key("response");
  json.begin_object();
  json.member("statusCode", static_cast<std::int64_t>(problem.status));
  json.end_object();
}

std::string render(const Problem& problem, const ProblemContext& context, const http::Request& request,
                   bool backstage) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  if (backstage) write_backstage(json, problem, request);
  json.member("type", fmt::format("urn:aureacore:problem:{}", problem.type));
  json.member("title", problem.title);
  json.member("status", static_cast<std::int64_t>(problem.status));
  json.member("detail", problem.detail);
  if (request.path == argo_path) json.member("message", problem.detail);
  if (!context.version.empty()) json.member("version", context.version);
  if (context.retry_after) json.member("retryAfter", static_cast<std::int64_t>(*context.retry_after));
  json.end_object();
  return body;
}

void write_head(const ProblemContext& context, http::Response& response) {
  if (!context.label.empty()) {
    response.block(context.label);
  } else {
    if (!context.date.empty()) response.header("Date", context.date);
    response.header("Cache-Control", "no-store");
    if (!context.version.empty()) response.header("AureaCore-Version", context.version);
  }
  if (!context.allow.empty()) response.header("Allow", context.allow);
  if (context.retry_after) response.header("Retry-After", std::to_string(*context.retry_after));
  response.block(context.lines);
}

}  // namespace

Problem bad_request(const base::Error& error) {
  const bool large = error.code == base::Code::too_large;
  return {.status = 400,
          .type = large ? "limit" : "bad-request",
          .title = large ? "A limit was passed" : "The request is not well-formed",
          .detail = error.message};
}

Problem not_found(std::string detail) {
  return {.status = 404, .type = "not-found", .title = "There is no such thing", .detail = std::move(detail)};
}

Problem not_ready() {
  return {.status = 503,
          .type = "not-ready",
          .title = "The catalog is not loaded yet",
          .detail =
              "expected a catalog to answer from; its sources are being read for the first time (see /readyz?verbose)"};
}

Problem busy() {
  return {.status = 503,
          .type = "busy",
          .title = "Too much is asked at once",
          .detail =
              "expected fewer questions at a time than are under way: try again later, by less at once; look-ups by "
              "name are answered meanwhile"};
}

void send_problem(const Problem& problem, const ProblemContext& context, const http::Request& request,
                  http::Response& response) {
  const bool backstage = request.path.starts_with(catalog_prefix);
  const std::string body = render(problem, context, request, backstage);
  response.start(problem.status);
  response.header("Content-Type", backstage ? "application/json; charset=utf-8" : "application/problem+json");
  write_head(context, response);
  response.send({body});
}

}  // namespace aureacore::api
