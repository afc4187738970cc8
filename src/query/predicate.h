// Backstage's filter predicates, as they stand in the body of POST …/by-query and its siblings:
//
//   {"kind": "component", "$any": …}      members without '$' must all hold
//   {"$all": [p, …]}  {"$any": [p, …]}  {"$not": p}      each the only member
//   a value: "text", 1, true, {"$exists": true}, {"$in": ["a", "b"]}, {"$hasPrefix": "a"}, {"$contains": "item"},
//            and for relations {"$contains": {"type": "ownedBy", "targetRef": "group:default/x" or {"$in": […]}}}
//
// Pure; any thread.
#pragma once

#include "base/result.h"
#include "query/expression.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): theirs
}

namespace aureacore::query {

// Error: invalid or too_large, with the place within the predicate.
base::Result<Expression> parse_predicate(const simdjson::dom::element& json);

}  // namespace aureacore::query
