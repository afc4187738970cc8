// Cursor: where a listing goes on. Opaque to clients (base64url of JSON), but theirs to alter: whatever comes back is
// checked.
//
// It carries the query and pins the version, so that a listing never mixes two; positions are then plain numbers. A
// value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "query/query.h"

namespace aureacore::query {

struct Cursor {
  static constexpr std::size_t max_bytes = 1 << 20;  // more than the largest query needs

  std::string token;  // of the version
  Query query;
  bool backwards = false;
  std::size_t position = 0;  // the page's first item; backwards: one behind its last
  std::string after;  // forwards without an order: the reference before the first item, which spares counting up to it

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

std::string encode(const Cursor& cursor);
// Error: invalid.
base::Result<Cursor> decode_cursor(std::string_view text, JsonParser& parser);

// A page of a listing.
struct Window {
  std::size_t first = 0;
  std::size_t limit = 0;
};

// The window that a cursor asks for with this limit.
Window window(const Cursor& cursor, std::size_t limit);

}  // namespace aureacore::query
