// ReplyParser: replies out of a connection's bytes, RESP2 and RESP3, however the bytes are cut.
//
// Pure: no socket, no clock. What the other side claims (lengths, counts) is believed only as far as the bytes for it
// have come: nothing is allocated ahead. A single text that is too long is passed over and becomes an error reply, so
// that one bad value spoils no other; after an error of the parser's the bytes that follow mean nothing any more: the
// connection has to go. One owner, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/limits.h"
#include "redis/reply.h"

namespace aureacore::redis {

class ReplyParser {
 public:
  explicit ReplyParser(const Limits& limits) : limits_(limits) {}

  // Takes bytes up to the end of a reply and says how many. Errors: corrupt (no RESP), too_large (a limit).
  base::Result<std::size_t> feed(std::string_view bytes);

  // The reply that the last call completed, once.
  [[nodiscard]] std::optional<Reply> take();

  // Whether a reply has begun and not ended.
  [[nodiscard]] bool amid() const { return bulk_.has_value() || !frames_.empty() || !line_.empty(); }

 private:
  // An array whose elements are still coming.
  struct Frame {
    Reply reply;
    std::size_t missing = 0;
    bool attribute = false;  // says something about the reply that follows; dropped
  };
  // A string whose bytes are still coming.
  struct Bulk {
    Reply reply;
    std::size_t missing = 0;  // bytes, those of the line's end included
    bool kept = true;         // else too long
    bool verbatim = false;    // begins with its format: "txt:"
  };

  base::Result<std::size_t> feed_line(std::string_view bytes);
  base::Result<std::size_t> feed_bulk(std::string_view bytes);
  base::Status read_line(std::string_view line);
  base::Status begin_bulk(std::string_view length, Bulk bulk);
  base::Status end_bulk();
  base::Status begin_frame(std::string_view count, std::size_t each, Frame frame);
  base::Status add(Reply reply);
  base::Status hold(std::size_t bytes);

  Limits limits_;
  std::string line_;  // the beginning of a line whose end hasn't come
  std::optional<Bulk> bulk_;
  std::vector<Frame> frames_;
  std::optional<Reply> complete_;
  std::size_t held_ = 0;  // bytes in memory of the reply under way
};

}  // namespace aureacore::redis
