#include "api/access_log.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/hash.h"
#include "base/text.h"

namespace aureacore::api {
namespace {

constexpr std::string_view id_name = "x-request-id";
constexpr std::string_view trace_name = "traceparent";

bool is_id_character(char c) {
  constexpr std::string_view others = "-_.:/+=@~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         others.find(c) != std::string_view::npos;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

class Logger final : public http::Handler {
 public:
  Logger(std::unique_ptr<http::Handler> handler, AccessLog& access, const base::Log& log, const base::Clock& clock)
      : handler_(std::move(handler)), access_(access), log_(log), clock_(clock) {}

  void handle(const http::Request& request, http::Response& response) override {
    const AccessLog::Mode mode = access_.mode();
    mode == AccessLog::Mode::off ? handler_->handle(request, response) : handle_named(request, response, mode);
  }
  void tick() override { handler_->tick(); }
  void refuse(int status, std::string_view why, http::Response& response) override {
    handler_->refuse(status, why, response);
    if (access_.mode() != AccessLog::Mode::off) log_.info("request refused", {{"status", status}, {"why", why}});
  }

 private:
  // Whoever answers sees the request with its name.
  void handle_named(const http::Request& request, http::Response& response, AccessLog::Mode mode) {
    const base::SteadyTime begin = clock_.steady();
    id_ = request_id(request);
    if (id_.empty()) id_ = access_.make_id();
    headers_.clear();
    for (const http::Header& header : request.headers) {
      if (!base::equal_ignoring_case(header.name, id_name)) headers_.push_back(header);
    }
    headers_.push_back({id_name, id_});
    http::Request named = request;
    named.headers = headers_;
    line_ = fmt::format("X-Request-Id: {}\r\n", id_);
    response.also(line_);
    handler_->handle(named, response);
    const bool failed = !response.deferred() && response.status() >= first_error;
    if (mode == AccessLog::Mode::all || failed) write(named, response, clock_.steady() - begin);
  }

  void write(const http::Request& request, const http::Response& response, base::Duration took) const {
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const std::string client = request.peer == nullptr ? "" : to_string(*request.peer);
    log_.info("request", {{"method", base::printable(request.method_name)},
                          {"path", base::printable(request.path)},
                          {"status", response.deferred() ? 0 : response.status()},
                          {"microseconds", microseconds},
                          {"client", client},
                          {"request_id", id_},
                          {"traceparent", trace_parent(request)}});
  }

  static constexpr int first_error = 400;

  const std::unique_ptr<http::Handler> handler_;
  AccessLog& access_;
  const base::Log& log_;
  const base::Clock& clock_;
  std::string id_;  // of the request that is answered, as are the two below
  std::string line_;
  std::vector<http::Header> headers_;
};

}  // namespace

std::unique_ptr<http::Handler> log_access(std::unique_ptr<http::Handler> handler, AccessLog& access,
                                          const base::Log& log, const base::Clock& clock) {
  return std::make_unique<Logger>(std::move(handler), access, log, clock);
}

std::string AccessLog::make_id() {
  const std::array<std::uint64_t, 2> parts{seed_, made_.fetch_add(1, std::memory_order_relaxed)};
  const auto hex = base::hash128({reinterpret_cast<const char*>(parts.data()), sizeof(parts)}).hex();
  return {hex.data(), hex.size()};
}

std::optional<AccessLog::Mode> parse_access_log(std::string_view text) {
  if (text == "off") return AccessLog::Mode::off;
  if (text == "errors") return AccessLog::Mode::errors;
  if (text == "all") return AccessLog::Mode::all;
  return std::nullopt;
}

std::string_view request_id(const http::Request& request) {
  const std::string_view id = request.header(id_name);
  return id.size() <= AccessLog::max_id_bytes && std::ranges::all_of(id, is_id_character) ? id : std::string_view();
}

// 00-<trace, 32 digits>-<parent, 16>-<flags, 2>; later versions may have more behind it.
std::string_view trace_parent(const http::Request& request) {
  const std::string_view text = request.header(trace_name);
  constexpr std::size_t size = 55;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const bool well_formed = is_hex(version) && version != "ff" && is_hex(trace) && !is_zero(trace) && is_hex(parent) &&
                           !is_zero(parent) && is_hex(text.substr(53, 2));
  const bool ends = text.size() == size || (version != "00" && text[size] == '-');
  return well_formed && ends ? text.substr(0, size) : std::string_view();
}

}  // namespace aureacore::api
