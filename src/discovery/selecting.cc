#include "discovery/selecting.h"

#include <algorithm>

#include "base/text.h"
#include "query/filter.h"

namespace aureacore::discovery {
namespace {

bool is_empty(const catalog::Selection& selection) {
  return std::ranges::all_of(selection.bits(), [](std::uint64_t word) { return word == 0; });
}

base::Status check_keys(const query::Expression& expression, const catalog::Snapshot& snapshot) {
  if (!expression.path.empty()) {
    catalog::Selection having = snapshot.nothing();
    snapshot.match_exists(expression.path, having);
    if (is_empty(having)) {
      return base::fail(
          base::Code::invalid,
          "expected keys that some entity has in the filter, found \"{}\", which none has: nothing would be "
          "selected, and what is made of the answer would be deleted",
          base::printable(expression.path));
    }
  }
  for (const query::Expression& child : expression.children) {
    if (auto checked = check_keys(child, snapshot); !checked) return checked;
  }
  return {};
}

}  // namespace

base::Result<catalog::Selection> select(std::span<const std::string> filters, const catalog::Snapshot& snapshot) {
  const auto expression = query::parse_filters(filters);
  if (!expression) return std::unexpected(expression.error());
  if (auto checked = check_keys(*expression, snapshot); !checked) return std::unexpected(checked.error());
  return query::evaluate(*expression, snapshot);
}

}  // namespace aureacore::discovery
