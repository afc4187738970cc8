// Reply: what a Redis server answers, the same under both versions of its protocol.
//
// RESP3's further types are brought to those of RESP2: a boolean is an integer, a double or big number is its text, a
// set or map is an array (key, value, key, value…), so that nothing above needs to know which version is spoken. Only
// pushes stay apart, since they answer nothing. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::redis {

struct Reply {
  enum class Kind : std::uint8_t { null, text, status, error, integer, array, push };

  Kind kind = Kind::null;
  std::int64_t integer = 0;
  std::string text;             // of a text, a status or an error
  std::vector<Reply> elements;  // of an array or a push

  friend bool operator==(const Reply&, const Reply&) = default;

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  // Whether it is an error with this code, the first word of its text: "MOVED".
  [[nodiscard]] bool is_error(std::string_view code) const;
};

// "text", "array": as messages say it.
std::string_view name(Reply::Kind kind);

// The server's error as ours: denied (NOAUTH, WRONGPASS, NOPERM), not_found (NOSCRIPT; WRONGTYPE: nothing of the kind
// asked for), too_large (our own parser's), unavailable (what passes by itself: LOADING, CLUSTERDOWN, OOM, …), or
// invalid. What the server quotes of the command's arguments is left out.
base::Error error_of(const Reply& reply);

// What the reply holds, where it is of the kind expected. Errors: corrupt, or that of an error reply.
base::Result<std::string> as_text(Reply&& reply);
base::Result<std::optional<std::string>> as_text_or_null(Reply&& reply);
base::Result<std::int64_t> as_integer(const Reply& reply);
base::Result<std::vector<Reply>> as_array(Reply&& reply);
base::Status as_ok(const Reply& reply);

}  // namespace aureacore::redis
