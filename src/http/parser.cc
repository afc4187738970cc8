#include "http/parser.h"

#include <algorithm>
#include <cstring>

#include "http/head.h"

namespace aureacore::http {

namespace {

Parser::Outcome refused(int status, std::string_view why) {
  return {.state = Parser::State::refused, .size = 0, .status = status, .why = why};
}

// Nothing is refused: complete with so many bytes, or waiting with so many.
Parser::Outcome held(Parser::State state, std::size_t size) {
  return {.state = state, .size = size, .status = 0, .why = {}};
}

}  // namespace

Parser::Parser(const Limits& limits) : limits_(limits), headers_(limits.headers) {}

Parser::Outcome Parser::parse(Progress& progress, std::span<char> bytes) {
  if (const std::size_t head = progress.head; head != 0) {
    const Outcome outcome = parse_body(progress, bytes);
    if (outcome.state == State::complete) read_again({bytes.data(), head});
    return outcome;
  }
  // A head that was not complete is looked at again only when another line of it ended, so that a slow sender costs
  // little.
  const std::size_t seen = progress.seen;
  progress.seen = bytes.size();
  if (seen != 0 && bytes.size() < limits_.header_bytes) {
    const void* const line_end = std::memchr(bytes.data() + seen, '\n', bytes.size() - seen);
    if (line_end == nullptr) return held(State::need_head, bytes.size());
  }
  return parse_head(progress, bytes);
}

Parser::Outcome Parser::parse_head(Progress& progress, std::span<char> bytes) {
  request_ = {};
  Head head(limits_, headers_, request_);
  const Step step = head.read({bytes.data(), std::min(bytes.size(), limits_.header_bytes)});
  if (step == Step::bad) return refused(head.status(), head.why());
  if (step == Step::more) {
    if (bytes.size() >= limits_.header_bytes) return refused(431, "the request line and headers are too long");
    return held(State::need_head, bytes.size());
  }
  progress.head = head.size();
  progress.length = head.content_length();
  progress.chunked = head.chunked();
  progress.expects_continue = head.expects_continue();
  if (!progress.chunked && progress.length == 0) return complete(progress, bytes, 0, head.size());
  return parse_body(progress, bytes);
}

Parser::Outcome Parser::parse_body(Progress& progress, std::span<char> bytes) {
  if (progress.chunked) return parse_chunks(progress, bytes);
  const std::size_t size = progress.head + progress.length;
  if (bytes.size() < size) return held(State::need_body, bytes.size());
  return complete(progress, bytes, progress.length, size);
}

Parser::Outcome Parser::parse_chunks(Progress& progress, std::span<char> bytes) {
  const std::size_t begin = progress.head + progress.chunks.size();
  const auto decoded = progress.chunks.decode(bytes.subspan(progress.head), limits_.body_bytes);
  if (decoded.step == Step::bad) return refused(decoded.status, decoded.why);
  const std::size_t body_end = progress.head + progress.chunks.size();
  const std::size_t read_end = begin + decoded.read;
  if (decoded.step == Step::done) return complete(progress, bytes, progress.chunks.size(), read_end);
  std::memmove(bytes.data() + body_end, bytes.data() + read_end, bytes.size() - read_end);
  return held(State::need_body, body_end + (bytes.size() - read_end));
}

Parser::Outcome Parser::complete(Progress& progress, std::span<char> bytes, std::size_t body, std::size_t size) {
  request_.body = {bytes.data() + progress.head, body};
  progress = {};
  return held(State::complete, size);
}

// The views into a head that came in an earlier receive: the bytes may have moved since, and other connections came
// between.
void Parser::read_again(std::string_view head) {
  const std::string_view body = request_.body;
  request_ = {};
  Head(limits_, headers_, request_).read(head);
  request_.body = body;
}

}  // namespace aureacore::http
