#include "api/hook_receipt.h"

#include "api/answer.h"
#include "base/json.h"

namespace aureacore::api {
namespace {

constexpr std::string_view hook_challenge = "WWW-Authenticate: Bearer realm=\"webhooks\"\r\n";

std::string_view kind_of(const hooks::Event& event) {
  switch (event.kind) {
    case hooks::Event::Kind::push:
      return "push";
    case hooks::Event::Kind::ping:
      return "ping";
    case hooks::Event::Kind::other:
      break;
  }
  return "other";
}

std::string render(const hooks::Verdict& verdict, const Receipt& receipt) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.member("result", receipt.result);
  json.member("sender", hooks::name(verdict.event.sender));
  json.member("event", kind_of(verdict.event));
  if (verdict.proven) {
    json.key("sources");
    json.begin_array();
    for (const hooks::Match& match : verdict.matches) json.string(match.source);
    json.end_array();
  }
  if (!receipt.version.empty()) json.member("version", receipt.version);
  json.end_object();
  return body;
}

Problem unproven(bool old) {
  if (old) {
    return {
        .status = 401,
        .type = "hook-too-old",
        .title = "The webhook was signed at another time",
        .detail = fmt::format("expected a webhook signed in the last {} minutes, found one of another time: it is sent "
                              "again, or one of the clocks is wrong",
                              hooks::Proof::tolerance.count())};
  }
  return {.status = 401,
          .type = "hook-unproven",
          .title = "The webhook isn't proven to be its sender's",
          .detail =
              "expected a signature (or token) by the secret that is configured for webhooks, found none or a wrong "
              "one"};
}

}  // namespace

void send_receipt(Call& call, const hooks::Verdict& verdict, const Receipt& receipt) {
  call.response.start(receipt.served ? 200 : 202);
  call.response.header("Content-Type", json_type);
  call.response.header("Date", http_date(call.context().clock.wall()));
  call.response.header("Cache-Control", "no-store");
  if (!receipt.version.empty()) call.response.header("AureaCore-Version", receipt.version);
  if (!call.settled.preference.empty()) call.response.header("Preference-Applied", call.settled.preference);
  call.response.send({render(verdict, receipt)});
}

void send_refusal(Call& call, const hooks::Verdict& verdict) {
  if (verdict.outcome == hooks::Verdict::Outcome::malformed) {
    return call.fail(base::Error{base::Code::invalid, verdict.problem});
  }
  const std::string date = http_date(call.context().clock.wall());
  send_problem(unproven(verdict.outcome == hooks::Verdict::Outcome::old),
               {.version = {}, .label = {}, .date = date, .allow = {}, .retry_after = {}, .lines = hook_challenge},
               call.request, call.response);
}

}  // namespace aureacore::api
