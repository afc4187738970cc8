// Response: where a handler writes its answer, straight into the connection's output.
//
//   response.start(200);
//   response.header("Content-Type", "application/json");
//   response.block(rendered_lines);            // already rendered "Name: value\r\n" lines
//   response.send({part1, part2});             // writes Content-Length, the blank line and the body
//
// start … send (or stream) exactly once per request, in that order. The body is left away for HEAD, by itself; likewise
// for 204 and 304. Connection is written here as well; Date is the application's. Lives on the worker's stack for one
// request. Instead of all that, a handler may defer() (see later.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/later.h"
#include "http/output.h"
#include "http/request.h"

namespace aureacore::http {

// A body made piece by piece as the client takes it, so that a large answer never stands in memory whole.
class Body {
 public:
  virtual ~Body() = default;
  // Appends about `budget` bytes (more if one piece is larger). False: that was the last of it.
  virtual bool produce(Output& out, std::size_t budget) = 0;
  // Has nothing to give at this moment. It is asked again when Server::wake_streams() was called.
  [[nodiscard]] virtual bool waits() const { return false; }
  // Of the bodies that wake_streams() finds with something to give, these have their turn before the others.
  [[nodiscard]] virtual bool urgent() const { return false; }
};

class Response {
 public:
  // `mailbox`: where deferred answers come in; null: there is no defer().
  Response(const Request& request, Output& out, const std::shared_ptr<Mailbox>* mailbox = nullptr)
      : request_(request), out_(out), mailbox_(mailbox), close_(!request.keep_alive) {}
  // Writes the answer away from any connection.
  Response(const Request& request, Answer& answer)
      : request_(request), out_(answer.bytes), away_(&answer), close_(!request.keep_alive) {}

  void start(int status);
  void header(std::string_view name, std::string_view value);
  void block(std::string_view lines) { out_.append(lines); }
  // These lines go with the answer, whoever writes it, at its head's end. Before defer(); good until the handler returns.
  void also(std::string_view lines) { also_ = lines; }
  void send(std::span<const std::string_view> parts);
  void send(std::initializer_list<std::string_view> parts) { send(std::span(parts.begin(), parts.size())); }
  // A body of `size` bytes in all, or of unknown size (chunked) where size is negative; gzip compresses it on the way
  // and writes Content-Encoding (the application still writes Vary). HTTP/1.0 gets a body of unknown size until the
  // connection's end.
  void stream(std::unique_ptr<Body> body, std::int64_t size, bool gzip = false);
  // The connection is closed after this answer.
  void close() { close_ = true; }
  // Another thread will answer. Only where can_defer(), before anything is written.
  [[nodiscard]] bool can_defer() const { return mailbox_ != nullptr && *mailbox_ != nullptr; }
  Later defer();

  // For the server: what the handler decided.
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] bool deferred() const { return deferral_ != nullptr; }
  [[nodiscard]] std::shared_ptr<Deferral> take_deferral() { return std::move(deferral_); }
  [[nodiscard]] bool wants_close() const { return close_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::unique_ptr<Body> take_body() { return std::move(body_); }

 private:
  [[nodiscard]] bool bodiless() const;
  void end_head();

  const Request& request_;
  Output& out_;
  const std::shared_ptr<Mailbox>* mailbox_ = nullptr;  // not counted here: that is for those who defer
  std::shared_ptr<Deferral> deferral_;
  Answer* away_ = nullptr;
  std::unique_ptr<Body> body_;
  std::string_view also_;
  int status_ = 0;
  bool close_;
  bool finished_ = false;
};

// What comes behind the last header: Connection where it is needed, and the blank line.
void append_head_end(Output& out, bool close, bool http10);

// The reason phrase of a status: "Not Found".
std::string_view reason(int status);

// gzip of all parts in one piece (for bodies that are in memory anyway).
std::string gzip(std::span<const std::string_view> parts);

}  // namespace aureacore::http
