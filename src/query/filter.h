// Backstage's filter expression, as it stands in a URL:
//
//   filter=kind=component,spec.type=service,spec.type=website&filter=kind=api
//
// Inside one: a key repeated means either value, different keys must all hold, a key without '=' must exist. Several:
// either. A value may hold '=' but no comma. Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "query/expression.h"

namespace aureacore::query {

// In all filters of a request together; looking a key up among them is linear.
constexpr std::size_t max_filter_conditions = 500;

// Without any condition: everything. Error: invalid or too_large, naming the part.
base::Result<Expression> parse_filters(std::span<const std::string> filters);

}  // namespace aureacore::query
