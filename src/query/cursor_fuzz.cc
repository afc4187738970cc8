// Cursors from anyone: refused, or such that encoding them again gives the same cursor, and answerable.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "query/cursor.h"
#include "query/fields.h"
#include "query/testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aureacore;
  static const catalog::SnapshotPtr snapshot = query::testing::build();
  static query::JsonParser parser;
  // The JSON within, so that the fuzzer need not learn base64; what isn't JSON is taken as the cursor itself.
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cursor = query::decode_cursor(text.starts_with('{') ? base::base64url_encode(text) : text, parser);
  if (!cursor) return 0;
  const std::string again = query::encode(*cursor);
  if (again.size() <= query::Cursor::max_bytes) {
    const auto decoded = query::decode_cursor(again, parser);
    if (!decoded || !(*decoded == *cursor)) std::abort();
  }
  const auto selected = select(cursor->query, *snapshot, parser);
  if (!selected) return 0;
  const auto [first, limit] = window(*cursor, 20);
  const auto page = sorted_page(*snapshot, *selected, cursor->query.order, first, limit, cursor->after);
  if (page.size() > limit) std::abort();
  return 0;
}
