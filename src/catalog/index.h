// Index: which entities have which value at which path, for filters and facets.
//
// An entity's JSON is flattened into (path, value) terms as Backstage's search table does: nested members with dots, items of an
// array each under the array's path, and as "path.item" = "true" where the item is a string; relations as "relations.<type>" =
// target. Paths and values are matched regardless of case. Persistent: a copy shares everything; edits by its single writer leave
// older copies untouched.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::catalog {

struct FacetCount {
  std::string value;  // as written
  std::size_t count = 0;
};

}  // namespace aureacore::catalog
