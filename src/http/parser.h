// Parser: HTTP/1.1 requests out of a connection's bytes, strictly by RFC 9112: what is ambiguous is refused, because
// another server on the way might read it differently (request smuggling).
//
// Pure: no socket, no clock. Holds the room for one request's headers, so one parser serves all connections of a
// worker; what a connection must remember between two receives is its Progress. Whether bytes come whole or in pieces
// makes no difference to the outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "http/chunks.h"
#include "http/limits.h"
#include "http/request.h"

namespace aureacore::http {

class Parser {
 public:
  enum class State : std::uint8_t { need_head, need_body, complete, refused };

  // How far a connection's current request has come; as made between two requests.
  struct Progress {
    std::size_t seen = 0;    // bytes that held no complete head
    std::size_t head = 0;    // size of the head, once it is complete
    std::size_t length = 0;  // of the body, where it is known
    bool chunked = false;
    bool expects_continue = false;
    Chunks chunks;
  };

  struct Outcome {
    State state = State::need_head;
    std::size_t size =
        0;  // complete: the bytes of the request; otherwise: the bytes still held (joining chunks takes some away)
    int status = 0;  // refused: with which status, and why
    std::string_view why;
  };

  explicit Parser(const Limits& limits);

  // `bytes` begins with the request's first byte and holds all that came since, as the previous call left it.
  Outcome parse(Progress& progress, std::span<char> bytes);

  // After `complete`: the request, with views into the bytes.
  [[nodiscard]] Request& request() { return request_; }

 private:
  Outcome parse_head(Progress& progress, std::span<char> bytes);
  Outcome parse_body(Progress& progress, std::span<char> bytes);
  Outcome parse_chunks(Progress& progress, std::span<char> bytes);
  Outcome complete(Progress& progress, std::span<char> bytes, std::size_t body, std::size_t size);
  void read_again(std::string_view head);

  Limits limits_;
  std::vector<Header> headers_;
  Request request_;
};

}  // namespace aureacore::http
