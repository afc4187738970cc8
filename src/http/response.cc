#include "http/response.h"

#include <algorithm>
#include <cassert>
#include <charconv>

#include "http/body.h"
#include "http/gzip.h"
#include "http/status.h"

namespace aureacore::http {

namespace {

constexpr std::size_t max_number_bytes = 20;

void append_number(Output& out, std::uint64_t number) {
  char* const at = out.reserve(max_number_bytes);
  const auto [end, error] = std::to_chars(at, at + max_number_bytes, number);
  out.commit(static_cast<std::size_t>(end - at));
}

void append_length(Output& out, std::uint64_t length) {
  out.append("Content-Length: ");
  append_number(out, length);
  out.append("\r\n");
}

// A body's parts lie all over memory: while one is copied, the ones behind it are on their way.
constexpr std::size_t parts_ahead = 14;
constexpr std::size_t cache_line = 64;
constexpr std::size_t most_asked_for = 8 * cache_line;  // from there on the processor sees what is wanted next

void ask_for(std::string_view part) {
  const std::size_t size = std::min(part.size(), most_asked_for);
  for (std::size_t at = 0; at < size; at += cache_line) __builtin_prefetch(part.data() + at);
}

}  // namespace

void Response::start(int status) {
  assert(status_ == 0 && status >= 200 && status <= 999);
  status_ = status;
  const std::string_view line = status_line(status);
  if (!line.empty()) return out_.append(line);
  out_.append("HTTP/1.1 ");
  append_number(out_, static_cast<std::uint64_t>(status));
  out_.append(" ");
  out_.append(reason(status));
  out_.append("\r\n");
}

void Response::header(std::string_view name, std::string_view value) {
  out_.append(name);
  out_.append(": ");
  out_.append(value);
  out_.append("\r\n");
}

void Response::send(std::span<const std::string_view> parts) {
  assert(status_ != 0 && !finished_);
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  if (has_body(status_)) append_length(out_, size);
  end_head();
  if (bodiless()) return;
  out_.reserve(size);
  for (const std::string_view part : parts.first(std::min(parts.size(), parts_ahead))) ask_for(part);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + parts_ahead < parts.size()) ask_for(parts[i + parts_ahead]);
    out_.append(parts[i]);
  }
}

void Response::stream(std::unique_ptr<Body> body, std::int64_t size, bool gzip) {
  assert(status_ != 0 && !finished_);
  const bool sized = size >= 0 && !gzip;
  if (gzip) header("Content-Encoding", "gzip");
  if (sized) append_length(out_, static_cast<std::uint64_t>(size));
  if (!sized && request_.http10) close_ = true;
  if (!sized && !request_.http10) header("Transfer-Encoding", "chunked");
  end_head();
  if (bodiless()) return;
  if (gzip) body = gzip_body(std::move(body));
  if (sized) body = sized_body(std::move(body), static_cast<std::uint64_t>(size));
  if (!sized && !request_.http10) body = chunked_body(std::move(body));
  if (away_ != nullptr) {
    away_->rest = std::move(body);
  } else {
    body_ = std::move(body);
  }
}

Later Response::defer() {
  assert(can_defer() && status_ == 0);
  deferral_ = std::make_shared<Deferral>();
  deferral_->method = request_.method;
  deferral_->http10 = request_.http10;
  deferral_->keep_alive = request_.keep_alive;
  deferral_->lines = also_;
  return {deferral_, *mailbox_};
}

bool Response::bodiless() const { return request_.method == Method::head || !has_body(status_); }

void Response::end_head() {
  finished_ = true;
  if (!also_.empty()) out_.append(also_);
  if (away_ == nullptr) return append_head_end(out_, close_, request_.http10);
  away_->head = out_.size();
  away_->status = status_;
  away_->close = close_;
}

void append_head_end(Output& out, bool close, bool http10) {
  if (close) {
    out.append("Connection: close\r\n\r\n");
  } else if (http10) {
    out.append("Connection: keep-alive\r\n\r\n");
  } else {
    out.append("\r\n");
  }
}

}  // namespace aureacore::http
