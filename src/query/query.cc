#include "query/query.h"

#include "base/text.h"
#include "query/filter.h"
#include "query/predicate.h"
#include "query/text_filter.h"

namespace aureacore::query {
namespace {

using catalog::Selection;
using catalog::Snapshot;

base::Status check_sizes(const Query& query) {
  if (query.predicate.size() > Query::max_predicate_bytes) {
    return base::fail(base::Code::too_large, "expected a query of at most {} bytes, found {}",
                      Query::max_predicate_bytes, query.predicate.size());
  }
  if (query.text.size() > Query::max_text_bytes) {
    return base::fail(base::Code::too_large, "expected a text filter of at most {} bytes, found {}",
                      Query::max_text_bytes, query.text.size());
  }
  if (query.text_fields.size() > Query::max_text_fields) {
    return base::fail(base::Code::too_large, "expected at most {} fields for the text filter, found {}",
                      Query::max_text_fields, query.text_fields.size());
  }
  return {};
}

}  // namespace

bool scans(const Query& query) {
  return !query.text.empty() || query.predicate.find("$hasPrefix") != std::string::npos;
}

base::Result<Selection> select(const Query& query, const Snapshot& snapshot, JsonParser& parser) {
  if (auto checked = check_sizes(query); !checked) return std::unexpected(checked.error());
  auto filter = parse_filters(query.filters);
  if (!filter) return std::unexpected(filter.error());
  Selection selected = evaluate(*filter, snapshot);
  if (!query.predicate.empty()) {
    auto json = parser.parse(query.predicate);
    if (!json) return std::unexpected(json.error().in("query"));
    auto predicate = parse_predicate(**json);
    if (!predicate) return std::unexpected(predicate.error());
    selected &= evaluate(*predicate, snapshot);
  }
  if (!base::trim(query.text).empty()) selected = select_by_text(query, snapshot, selected);
  return selected;
}

}  // namespace aureacore::query
