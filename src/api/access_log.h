// AccessLog: which requests are logged, by what name a request is known in logs, and on which trace it is.
//
// A request's name is the client's X-Request-Id where that is fit for a log, otherwise made here; the answer carries it. W3C's
// traceparent is taken over as it came. Set by the composition root; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"

namespace aureacore::api {

class AccessLog {
 public:
  enum class Mode : std::uint8_t {
    off,
    errors,  // answers of 400 and above
    all,
  };
  static constexpr std::size_t max_id_bytes = 128;

  // `seed`: random, so that instances make different names.
  explicit AccessLog(std::uint64_t seed) : seed_(seed) {}

  void set(Mode mode) { mode_.store(mode, std::memory_order_relaxed); }
  [[nodiscard]] Mode mode() const { return mode_.load(std::memory_order_relaxed); }
  // A new name: 32 hexadecimal digits.
  std::string make_id();

 private:
  const std::uint64_t seed_;
  std::atomic<Mode> mode_{Mode::off};
  std::atomic<std::uint64_t> made_{0};
};

std::optional<AccessLog::Mode> parse_access_log(std::string_view text);

// A handler before another one, which logs what that answers; while the log is off it only passes on. An answer that another
// thread gives is logged when it is put off, without its status. All of them outlive it.
std::unique_ptr<http::Handler> log_access(std::unique_ptr<http::Handler> handler, AccessLog& access,
                                          const base::Log& log, const base::Clock& clock);

// The client's X-Request-Id; empty: there is none that is fit for a log.
std::string_view request_id(const http::Request& request);
// The traceparent header (W3C Trace Context); empty: there is none that is well-formed.
std::string_view trace_parent(const http::Request& request);

}  // namespace aureacore::api
