// Operations: is it alive, may it have traffic, what does it count.
#include <fmt/core.h>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";

std::string check_line(std::string_view name, bool good, std::string_view why) {
  if (good) return fmt::format("[+]{} ok{}\n", name, why.empty() ? "" : fmt::format(" ({})", why));
  return fmt::format("[-]{} failed: {}\n", name, why);
}

// A source that isn't loaded holds readiness back only until there is a first snapshot; afterwards it is for /metrics
// to tell.
std::string source_line(const sync::SourceStatus& source, bool has_snapshot) {
  std::string why;
  if (!source.loaded) {
    why = source.last_error.empty() ? "not loaded yet" : "not loaded: " + base::printable(source.last_error);
  } else if (source.degraded != catalog::Degraded::no) {
    why = fmt::format("degraded: {}", name(source.degraded));
  }
  return check_line(fmt::format("source/{}", source.id), source.loaded || has_snapshot, why);
}

// Look-ups go on without it, so it never holds readiness back.
std::string cache_line(const sync::SharedCopy& shared) {
  const sync::SharedStatus status = shared.status();
  std::string why(name(status.state));
  if (!status.last_error.empty()) why += ": " + base::printable(status.last_error);
  return check_line("cache", true, status.state == sync::SharedStatus::State::in_step ? "" : why);
}

}  // namespace

void get_livez(Call& call) { send_live(call, 200, text_type, "ok\n"); }

void get_readyz(Call& call) {
  const bool has_snapshot = call.snapshot != nullptr;
  const std::atomic<bool>* flag = call.context().draining;
  const bool draining = flag != nullptr && flag->load(std::memory_order_relaxed);
  const bool ready = has_snapshot && !draining;
  if (ready && call.params.find("verbose") == nullptr) return send_live(call, 200, text_type, "ok\n");
  std::string body = check_line("snapshot", has_snapshot, has_snapshot ? "" : "no version is loaded yet");
  body += check_line("accepting", !draining, draining ? "shutting down" : "");
  // Sources have names, and errors say more: not for everybody where reading isn't.
  if (!call.worker.keeps_private()) {
    for (const sync::SourceStatus& source : call.context().sync.sources()) body += source_line(source, has_snapshot);
    if (call.context().shared != nullptr) body += cache_line(*call.context().shared);
  }
  body += ready ? "readyz check passed\n" : "readyz check failed\n";
  send_live(call, ready ? 200 : 503, text_type, body);
}

void get_startupz(Call& call) {
  const bool started = call.snapshot != nullptr;
  send_live(call, started ? 200 : 503, text_type,
            check_line("snapshot", started, started ? "" : "no version is loaded yet"));
}

void get_metrics(Call& call) {
  send_live(call, 200, "text/plain; version=0.0.4; charset=utf-8", call.context().metrics.expose());
}

}  // namespace aureacore::api
