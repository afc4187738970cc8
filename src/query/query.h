// Query: what a client asks of a listing: which entities, in what order. The page within it is the cursor's (cursor.h).
//
// Kept as it was written, so that a cursor can carry it. A value.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/snapshot.h"
#include "query/json_parser.h"
#include "query/order.h"

namespace aureacore::query {

struct Query {
  static constexpr std::size_t max_text_fields = 20;
  static constexpr std::size_t max_text_bytes = 200;
  static constexpr std::size_t max_predicate_bytes = 256 << 10;

  std::vector<std::string> filters;  // expressions as in a URL
  std::string predicate;             // JSON as in a body; empty: none. Both given: both must hold.
  std::vector<OrderField> order;
  std::string text;                      // a substring to look for, regardless of case; empty: none
  std::vector<std::string> text_fields;  // in any of these; none: in the first field of the order, else in the uid
  bool count = true;                     // whether the number of all selected is wanted
  friend bool operator==(const Query&, const Query&) = default;
};

// Whether selecting means to look into each entity's JSON, which is milliseconds' work in a large catalog: a text is looked
// for, or a predicate has a $hasPrefix.
bool scans(const Query& query);

// Error: invalid or too_large, naming the offending part of the query.
base::Result<catalog::Selection> select(const Query& query, const catalog::Snapshot& snapshot, JsonParser& parser);

}  // namespace aureacore::query
