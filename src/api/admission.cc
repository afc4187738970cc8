// Who may have what: the one place where requests are held against the roles of their callers.
#include <fmt/core.h>

#include "api/access_log.h"
#include "api/worker.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

using auth::Principal;
using auth::Role;

Problem unauthenticated(bool with_credentials) {
  return {.status = 401,
          .type = "unauthenticated",
          .title = "It takes a token",
          .detail = with_credentials ? "expected a bearer token that is good here and now, found another one"
                                     : "expected \"Authorization: Bearer …\" with a token, found none"};
}

Problem forbidden(const Principal& caller, Role needed) {
  return {.status = 403,
          .type = "forbidden",
          .title = "The caller's role does not allow it",
          .detail = fmt::format("expected the role {}, found that {} has {}", name(needed),
                                caller.name.empty() ? "the caller" : base::printable(caller.name), name(caller.role))};
}

Problem too_often() {
  return {.status = 429,
          .type = "rate-limit",
          .title = "The client asks too often",
          .detail =
              "expected no more requests of one client than the configuration allows (rate_limit), found more: "
              "wait as long as Retry-After says"};
}

Problem misdirected(std::string_view host) {
  return {
      .status = 421,
      .type = "misdirected",
      .title = "Not the server that was asked for",
      .detail = fmt::format("expected localhost, 127.0.0.1 or [::1] as Host where the configuration says nothing of "
                            "who may do what (auth), found \"{}\"",
                            base::printable(host))};
}

Problem foreign(std::string_view origin) {
  return {.status = 403,
          .type = "forbidden",
          .title = "The page that sends it is from elsewhere",
          .detail = fmt::format("expected an Origin on this machine where the configuration says nothing of who may do "
                                "what (auth), found \"{}\"",
                                base::printable(origin))};
}

// Of "host" or "host:port": whether no name server could have led there.
bool is_this_machine(std::string_view host) {
  if (host.starts_with("[::1]")) {
    host.remove_prefix(5);
    return host.empty() || host.starts_with(':');
  }
  host = host.substr(0, host.find(':'));
  if (host == "127.0.0.1" || base::equal_ignoring_case(host, "localhost")) return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Of "https://host:port"; a page that has none says "null".
bool is_local_origin(std::string_view origin) {
  const auto slashes = origin.find("://");
  return slashes != std::string_view::npos && is_this_machine(origin.substr(slashes + 3));
}

// Those must not fail because somebody else asks too much from the same address.
bool is_probe(std::string_view path) { return path == "/livez" || path == "/readyz" || path == "/startupz"; }

// Who a bucket is for: a name, or an address without one. Of IPv6 the network: one client has as many addresses as it likes.
std::string_view client_of(const http::Request& request, const Principal* caller) {
  if (caller != nullptr && !caller->bucket.empty()) return caller->bucket;
  if (caller != nullptr && !caller->name.empty()) return caller->name;
  if (request.peer == nullptr) return {};
  constexpr std::size_t network_bytes = 8;
  const auto& address = request.peer->address;
  const std::string_view bytes(reinterpret_cast<const char*>(address.data()), address.size());
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  return bytes.starts_with(mapped) ? bytes : bytes.substr(0, network_bytes);
}

// RFC 6750, 3.
std::string challenge(int status, bool with_credentials, Role needed) {
  if (status == 403) {
    return fmt::format("WWW-Authenticate: Bearer realm=\"aureacore\", error=\"insufficient_scope\", scope=\"{}\"\r\n",
                       name(needed));
  }
  return fmt::format("WWW-Authenticate: Bearer realm=\"aureacore\"{}\r\n",
                     with_credentials ? ", error=\"invalid_token\"" : "");
}

}  // namespace

void Worker::follow_policy() {
  gate_.tick(context_.clock.wall());
  labels_.keep_private(gate_.keeps_private());
  stay_ = gate_.anonymous_stay();
  only_here_ = place_ == Place::server && gate_.only_here();
  limits_ = context_.limiter != nullptr && context_.limiter->on();
  admits_ = place_ == Place::server && (gate_.guards() || limits_);
}

// A page of any site can have its visitor's browser send requests to this machine: to a name of its own that it lets point
// here, or, without seeing the answer, to the address itself.
bool Worker::comes_from_here(const http::Request& request, http::Response& response) {
  const bool only_reads = request.method == http::Method::get || request.method == http::Method::head;
  std::optional<Problem> problem;
  for (const auto& [name, value] : request.headers) {
    if (name.size() == 4 && base::equal_ignoring_case(name, "host") && !value.empty() && !is_this_machine(value)) {
      problem = misdirected(value);
    } else if (!only_reads && base::equal_ignoring_case(name, "origin") && !is_local_origin(value)) {
      problem = foreign(value);
    }
  }
  if (!problem) return true;
  const std::string date = http_date(context_.clock.wall());
  send_problem(*problem, {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = {}}, request, response);
  counters_.count(route_count() - 1, response.status());
  return false;
}

bool Worker::within_limit(const http::Request& request, http::Response& response, const Principal* caller) {
  const auth::Limiter::Verdict verdict = context_.limiter->take(client_of(request, caller), context_.clock.steady());
  limit_lines_ = context_.limiter->lines(verdict);
  // In place of the line of whoever has named the request.
  if (const auto id = request_id(request); !id.empty()) limit_lines_ += fmt::format("X-Request-Id: {}\r\n", id);
  response.also(limit_lines_);
  if (verdict.allowed) return true;
  const std::string date = http_date(context_.clock.wall());
  send_problem(too_often(),
               {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = static_cast<int>(verdict.retry)},
               request, response);
  return false;
}

const Principal* Worker::identify(const http::Request& request) {
  stay_ = gate_.anonymous_stay();
  const http::Header* found = nullptr;
  for (const http::Header& header : request.headers) {
    if (!base::equal_ignoring_case(header.name, "authorization")) continue;
    if (found != nullptr) return nullptr;  // of two, a proxy may have looked at the other one
    found = &header;
  }
  if (found == nullptr) return &gate_.anonymous();
  const Principal* const admitted = gate_.admit(found->value);
  stay_ = gate_.stay();
  return admitted;
}

Role Worker::needed_for(const Route& route) const {
  switch (route.access) {
    case Access::open:
      return Role::none;
    case Access::metrics:
      return gate_.open_metrics() ? Role::none : Role::read;
    case Access::read:
      return Role::read;
    case Access::refresh:
      return Role::refresh;
    case Access::admin:
      break;
  }
  return Role::admin;
}

void Worker::route_guarded(const http::Request& request, http::Response& response) {
  const Principal* const caller = gate_.guards() ? identify(request) : &gate_.anonymous();
  if (limits_ && !is_probe(request.path) && !within_limit(request, response, caller)) {
    return counters_.count(route_count() - 1, response.status());
  }
  const bool reads = caller != nullptr && caller->role >= Role::read;
  if (reads && look_up_timed(request, response)) return;
  const Match match = match_route(request.method, request.path);
  if (match.route != Match::none) {
    const Role needed = needed_for(route_at(match.route));
    if (needed != Role::none && (caller == nullptr || caller->role < needed)) {
      refuse_access(request, response, caller, needed);
      return counters_.count(match.route, response.status());
    }
  }
  route_matched(match, request, response);
}

void Worker::refuse_access(const http::Request& request, http::Response& response, const Principal* caller,
                           Role needed) {
  // Who has shown no token may find out with one; who has one won't.
  const bool unknown = caller == nullptr || caller == &gate_.anonymous();
  const Problem problem = unknown ? unauthenticated(caller == nullptr) : forbidden(*caller, needed);
  const std::string date = http_date(context_.clock.wall());
  const std::string lines = challenge(problem.status, caller == nullptr, needed);
  send_problem(problem, {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = {}, .lines = lines},
               request, response);
}

}  // namespace aureacore::api
