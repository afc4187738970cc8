// The text filter of a listing (fullTextFilterTerm): a substring of the values at some paths, regardless of case.
#pragma once

#include "query/query.h"

namespace aureacore::query {

// Those of the candidates that have it. The index of words tells where to look as far as it knows the fields, otherwise the
// paths do.
catalog::Selection select_by_text(const Query& query, const catalog::Snapshot& snapshot,
                                  const catalog::Selection& candidates);

}  // namespace aureacore::query
