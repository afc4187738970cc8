// Response: where a handler writes its answer, straight into the connection's output.
//
//   response.start(200);
//   response.header("Content-Type", "application/json");
//   response.block(rendered_lines);            // already rendered "Name: value\r\n" lines
//   response.send({part1, part2});             // writes Content-Length, the blank line and the body
//
// start … send (or stream) exactly once per request, in that order. The body is left away for HEAD, by itself; likewise for 204 and 304.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/request.h"

namespace aureacore::http {

// A growing run of bytes: what waits to be written to a connection.
class Output {
 public:
  void append(std::string_view bytes) {
    char* at = reserve(bytes.size());
    __builtin_memcpy(at, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Room for `count` more bytes; write there, then commit them.
  char* reserve(std::size_t count) {
    if (capacity_ - size_ < count) grow(count);
    return data_.get() + size_;
  }
  void commit(std::size_t count) { size_ += count; }
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  void truncate(std::size_t size) { size_ = size; }
  // Drops the first bytes, which have been written.
  void consume(std::size_t count);
  // Gives memory back that one large answer needed.
  void shrink(std::size_t keep);

 private:
  void grow(std::size_t count);

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// A body made piece by piece as the client takes it, so that a large answer never stands in memory whole.
class Body {
 public:
  virtual ~Body() = default;
  // Appends about `budget` bytes (more if one piece is larger). False: that was the last of it.
  virtual bool produce(Output& out, std::size_t budget) = 0;
};

class Response {
 public:
  Response(const Request& request, Output& out) : request_(request), out_(out) {}

  void start(int status);
  void header(std::string_view name, std::string_view value);
  void block(std::string_view lines) { out_.append(lines); }
  void send(std::span<const std::string_view> parts);
  void send(std::initializer_list<std::string_view> parts) { send(std::span(parts.begin(), parts.size())); }
  // A body of `size` bytes in all, or of unknown size (chunked) where size is negative; gzip compresses it on the way.
  void stream(std::unique_ptr<Body> body, std::int64_t size, bool gzip = false);
  // The connection is closed after this answer.
  void close() { close_ = true; }

  // For the server: what the handler decided.
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] bool wants_close() const { return close_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] std::unique_ptr<Body> take_body() { return std::move(body_); }

 private:
  const Request& request_;
  Output& out_;
  std::unique_ptr<Body> body_;
  int status_ = 0;
  bool finished_ = false;
  bool close_ = false;
};

// The reason phrase of a status: "Not Found".
std::string_view reason(int status);

// gzip of all parts in one piece (for bodies that are in memory anyway).
std::string gzip(std::span<const std::string_view> parts);

}  // namespace aureacore::http
